"""policy_plan: plans a second on one core, as the command gives them (parse, plan, print)."""

import io
import json
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import date, timedelta
from statistics import mean, median
from typing import Any
from unittest.mock import patch

from django.core.management import call_command

from tests.bench.figures import Figure

GOAL = 5000  # plans a second
ROUNDS = 3
Shape = dict[str, Any]


def _stay(risk: str = "low", *flags: str, left: int = 0) -> Shape:
    return {"history": [{"place": "A", "last_day": left, "risk": risk, "flags": list(flags)}]}


def _overseas(days: int, negatives: int = 0) -> Shape:
    entry = {"entered_on": -15, "quarantine_days": days, "quarantine_proof": True}
    return {"overseas": {**entry, "negative_tests": negatives}}


# Of each notice: people of its rows in about equal parts, days counted from the arrival.
KINDS: dict[str, list[Shape]] = {
    "JY": [
        _stay("mid"),
        _stay("low", "key_concern"),
        {"history": []},
        _overseas(14),
        _stay("high", left=-3) | {"home_single_room": False},
        {"contact": "close"},
    ],
    "JX57": [
        _stay("mid"),
        _stay("high") | {"health_code": "yellow"},
        {"history": []},
        _overseas(14),
        _overseas(6),
        _stay("mid") | {"role": "student"},
    ],
    "JX8": [
        _stay("mid", "outbreak_city"),
        _stay("low", "outbreak_city"),
        {"history": []},
        _overseas(14),
        {"contact": "general"},
        _stay("mid"),
    ],
    "JL": [
        _stay("mid"),
        {"history": []},
        _overseas(14, 3),
        _overseas(14, 1),
        _overseas(5),
        {"contact": "secondary"},
    ],
    "GZ": [
        _stay("mid"),
        _stay("low", "hubei"),
        {"history": []},
        _overseas(14),
        _overseas(3),
        _stay("low", "wuhan", "hubei") | {"health_code": "yellow"},
    ],
}


def lines(count: int, pack: str = "JY") -> str:
    """Return so many requests of every kind of a notice, dates spread over a year."""
    shapes = KINDS[pack]
    return "\n".join(
        json.dumps({"id": str(n), "pack": pack, "facts": _facts(shapes[n % len(shapes)], n)})
        for n in range(count)
    )


def _facts(shape: Shape, n: int) -> Shape:
    day = date(2021, 1, 1) + timedelta(days=n % 365)
    facts = {
        "arrives_at": f"{day}T15:30:00+08:00",
        "departs_at": f"{day}T08:00:00+08:00",
        "reported_at": f"{day - timedelta(days=2)}T08:00:00+08:00",
        "health_code": "green",
        "certificate": {
            "sampled_on": (day - timedelta(days=n % 9)).isoformat(),
            "result": "negative",
        },
        **json.loads(json.dumps(shape)),
    }
    for stay in facts.get("history", []):
        stay["last_day"] = (day + timedelta(days=stay["last_day"])).isoformat()
    if overseas := facts.get("overseas"):
        overseas["entered_on"] = (day + timedelta(days=overseas["entered_on"])).isoformat()
    return facts


def _rates(pack: str, count: int) -> tuple[float, float]:
    """Return plans a second by the wall and by the process's own clock, medians of the rounds.

    Others may load the machine: the second is what one core of ours does.
    """
    text = lines(count, pack)
    wall, own = [], []
    for _round in range(ROUNDS):
        output = io.StringIO()
        with patch("sys.stdin", io.StringIO(text)), redirect_stdout(output):
            start, used = time.perf_counter(), time.process_time()
            call_command("policy_plan")
            wall.append(count / (time.perf_counter() - start))
            own.append(count / (time.process_time() - used))
        answers = output.getvalue().splitlines()
        assert len(answers) == count
        assert not any('"error"' in line for line in answers)
    return median(wall), median(own)


def run(size: str) -> Iterator[Figure]:
    """Measure the command's own loop in this process, each notice by itself and on average."""
    count = 10_000 if size == "small" else 50_000
    rates = {pack: _rates(pack, count) for pack in KINDS}
    for pack, rate in rates.items():
        yield _figure(f"{pack} plans", *rate, f"median of {ROUNDS} runs of {count:,}")
    average = mean(wall for wall, _own in rates.values()), mean(own for _w, own in rates.values())
    yield _figure("plans on average over the notices", *average, f"{len(rates)} notices")


def _figure(what: str, wall: float, own: float, how: str) -> Figure:
    return Figure(
        name=f"policy_plan: {what}, goal rate : measured rate",
        ratio=GOAL / wall,
        limit=1.0,
        detail=f"{wall:,.0f} plans a second ({own:,.0f} by CPU time), {how}",
    )
