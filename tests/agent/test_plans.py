"""A plan arrives as it was written, on one line."""

import json

from wiretally.agent.plans import ProxyPlan, RecorderPlan


def test_plans_travel_as_one_line() -> None:
    proxy = ProxyPlan("/ca", ["api.openai.com"], "1,2,3", 4, 5, upstream={"a": "b"}, proxy_auth="user:line\nbreak")
    recorder = RecorderPlan(["1,2,3"], "/home", 4, "night", [8787, 8788])
    for plan, kind in ((proxy, ProxyPlan), (recorder, RecorderPlan)):
        line = plan.line()
        assert line.count(b"\n") == 1
        assert kind(**json.loads(line)) == plan
