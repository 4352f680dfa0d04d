"""People as facts, and packs with one cell changed: what the tests of the rules are made of."""

import copy
import tomllib
from typing import Any

from policies.facts import Facts
from policies.pack import Pack
from policies.plan import Plan
from policies.planner import plan
from policies.schema import PACKS, load, read_pack

ARRIVES = "2021-01-20T15:30:00+08:00"


def returnee(**facts: Any) -> dict[str, Any]:
    """Someone who arrives on 2021-01-20 with both papers and a suitable home."""
    return {
        "arrives_at": ARRIVES,
        "departs_at": "2021-01-20T08:00:00+08:00",
        "reported_at": "2021-01-18T08:00:00+08:00",
        "health_code": "green",
        "certificate": {"sampled_on": "2021-01-18", "result": "negative"},
        **facts,
    }


def stay(*tags: str, risk: str = "low", left: str = "2021-01-19") -> list[dict[str, Any]]:
    return [{"place": "Somewhere", "last_day": left, "risk": risk, "flags": list(tags)}]


def overseas(days: int = 14, **facts: Any) -> dict[str, Any]:
    entry = {"entered_on": "2021-01-05", "quarantine_days": days, "quarantine_proof": True}
    return {**entry, "negative_tests": 2, **facts}


def planned(pack: Pack | str, **facts: Any) -> Plan:
    return plan(load(pack) if isinstance(pack, str) else pack, Facts.parse(facts))


def arriving(pack: Pack | str, **facts: Any) -> Plan:
    return planned(pack, **returnee(**facts))


def contact(pack: Pack | str, level: str, **facts: Any) -> Plan:
    return planned(pack, contact=level, placed_on="2021-01-20", **facts)


def event(kind: str, day: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "date": day, **fields}


def stages(plan: Plan) -> list[tuple[str, int | None, tuple[int, ...]]]:
    """Kind, days and test days of each stage."""
    return [(one.kind, one.days, tuple(test.day for test in one.tests)) for one in plan.stages]


def pack_data(key: str) -> dict[str, Any]:
    """The TOML of a shipped pack as plain data, free to be changed."""
    return copy.deepcopy(tomllib.loads((PACKS / f"{key}.toml").read_text("utf-8")))


def row_of(data: dict[str, Any], key: str) -> dict[str, Any]:
    return next(row for row in data["row"] if row["key"] == key)


def built(data: dict[str, Any]) -> Pack:
    return read_pack(data, where="changed.toml")


def rests_on(plan: Plan, item: str) -> str:
    return next(reason.rests_on for reason in plan.why if reason.item == item)
