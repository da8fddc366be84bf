"""The simulation as a process: it says where it listens, starts the apps when told, and ends with its parent."""

import json
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
from wiretally.agent.simulation import crew


def test_the_process_serves_starts_the_apps_and_ends_with_its_parent(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "wiretally.agent.simulation", str(tmp_path), "--seed", "3"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin and process.stdout
        where = json.loads(process.stdout.readline())
        trusting = ssl.create_default_context(cafile=where["authority"])
        headers = {"authorization": "Bearer sk-test"}
        with httpx.Client(verify=trusting, trust_env=False) as client:
            answer = client.get(f"https://127.0.0.1:{where['port']}/v1/models", headers=headers)
        assert answer.json()["data"]
        process.stdin.write(json.dumps({"home": str(tmp_path / "home"), "port": 9, "base_url_port": 9}) + "\n")
        process.stdin.flush()
        while len(apps := psutil.Process(process.pid).children()) < len(crew.APPS):
            time.sleep(0.05)
        process.stdin.close()
        assert process.wait(20) == 0
        assert not any(app.is_running() for app in apps)
