"""The simulation as a process: `python -m wiretally.agent.simulation FOLDER --seed N`.

Prints where the service listens, as a JSON line; starts the apps once a JSON line on stdin says where the agent is;
ends with its parent, which is when stdin ends. A process of its own, so that neither the screen nor the agent shares an
interpreter with it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from random import Random

from ..doors import Doors
from ..locations import Home
from . import crew
from .authority import issue
from .server import Server
from .service import Service, Weather


async def simulate(folder: Path, seed: int) -> None:
    """Serve until stdin ends."""
    identity = issue(folder / "upstream")
    server = Server(Service(seed, weather=Weather(Random(seed))).answer, identity.context())
    print(json.dumps({"port": await server.start(), "authority": str(identity.authority)}), flush=True)
    started: list[crew.Running] = []
    try:
        while line := await asyncio.to_thread(sys.stdin.readline):
            agent = json.loads(line)
            home, doors = Home(Path(agent["home"])), Doors(agent["port"], agent["base_url_port"])
            for app in crew.APPS:
                started.append(crew.start(app, crew.variables(app, home, doors, os.environ), folder))
    finally:
        for running in started:
            running.stop()
        await server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="A simulated OpenAI service, and apps that call it.")
    parser.add_argument("folder", type=Path, help="folder for certificates and the apps")
    parser.add_argument("--seed", type=int, default=0, help="what decides the answers")
    arguments = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is for the parent, which then closes stdin
    asyncio.run(simulate(arguments.folder, arguments.seed))


if __name__ == "__main__":
    main()
