"""Figures are written with their unit."""

import pytest
from wiretally.agent.alarm_metrics import METRICS, MetricName


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("balance_usd", 3.7212, "$3.72"),
        ("balance_usd", 0.0, "$0.00"),
        ("spend_usd", 0.0042, "$0.0042"),
        ("spend_usd", 1234.5, "$1,234.50"),
        ("balance_usd", -2.5, "-$2.50"),
        ("requests_per_minute", 12.0, "12"),
        ("tokens_per_minute", 90_000.25, "90,000.2"),
        ("error_rate", 0.052, "5.2 %"),
        ("latency_p95_ms", 812.4, "812 ms"),
        ("ttft_p95_ms", 21_340.0, "21.3 s"),
        ("ratelimit_remaining_percent", 4.04, "4.0 %"),
        ("retry_count", 3, "3"),
    ],
)
def test_figures(metric: MetricName, value: float, text: str) -> None:
    assert METRICS[metric].show(value) == text
