"""policy_plan: plans a second on one core, as the command gives them (parse, plan, print)."""

import io
import json
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import date, timedelta
from statistics import median
from unittest.mock import patch

from django.core.management import call_command

from tests.bench.figures import Figure

GOAL = 5000  # plans a second


def lines(count: int) -> str:
    """Return so many requests of every JY kind, dates spread over a year."""
    shapes = [
        {"history": [{"place": "A", "last_day": 0, "risk": "mid"}], "home_single_room": True},
        {"history": [{"place": "B", "last_day": 0, "risk": "low", "flags": ["key_concern"]}]},
        {"history": []},
        {"overseas": {"entered_on": -15, "quarantine_days": 14, "quarantine_proof": True}},
        {"history": [{"place": "C", "last_day": -3, "risk": "high"}], "home_single_room": False},
    ]
    return "\n".join(
        json.dumps({"id": str(n), "pack": "JY", "facts": _facts(shapes[n % 5], n)})
        for n in range(count)
    )


def _facts(shape: dict, n: int) -> dict:
    day = date(2021, 1, 1) + timedelta(days=n % 365)
    facts = json.loads(json.dumps(shape))
    for stay in facts.get("history", []):
        stay["last_day"] = (day + timedelta(days=stay["last_day"])).isoformat()
    if overseas := facts.get("overseas"):
        overseas["entered_on"] = (day + timedelta(days=overseas["entered_on"])).isoformat()
    return facts | {
        "arrives_at": f"{day}T15:30:00+08:00",
        "departs_at": f"{day}T08:00:00+08:00",
        "reported_at": f"{day - timedelta(days=2)}T08:00:00+08:00",
        "health_code": "green",
        "certificate": {
            "sampled_on": (day - timedelta(days=n % 9)).isoformat(),
            "result": "negative",
        },
    }


def run(size: str) -> Iterator[Figure]:
    """Measure the command's own loop in this process."""
    count = 20_000 if size == "small" else 100_000
    text = lines(count)
    rates = []
    for _round in range(3):
        output = io.StringIO()
        with patch("sys.stdin", io.StringIO(text)), redirect_stdout(output):
            start = time.perf_counter()
            call_command("policy_plan")
            rates.append(count / (time.perf_counter() - start))
        answers = output.getvalue().splitlines()
        assert len(answers) == count
        assert not any('"error"' in line for line in answers)
    rate = median(rates)
    yield Figure(
        name="policy_plan: JY plans, goal rate : measured rate",
        ratio=GOAL / rate,
        limit=1.0,
        detail=f"{rate:,.0f} plans a second, median of 3 runs of {count:,}",
    )
