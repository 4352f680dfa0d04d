"""A result as a row says it, as the portal keeps it, and as it was before."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from grid.batches.kinds import Values
from grid.days import at
from returnees.choices import TestResult
from returnees.clock import local
from returnees.imports.people import day_of
from returnees.imports.tests_book import NOON, Pick
from returnees.models import Test
from returnees.services.laboratory import REPORT_FIELDS, Report, Was

# field of the list: column of the report, and how much of it is kept
COLUMNS = {
    "sample_no": ("sample_no", 60),
    "swab": ("swab", 8),
    "batch_no": ("batch_no", 40),
    "site": ("site", 80),
    "remark": ("note", 200),
}


def known_values(test: Test) -> Values:
    """Return a result as a row would say it."""
    paper = getattr(test, "lab_report", None)
    reported = local(paper.reported_at) if paper and paper.reported_at else None
    hour = f"{reported:%H:%M}" if reported and reported.time() != NOON else None
    return {
        "result": test.result,
        "laboratory": test.laboratory,
        "reported_on": reported.date().isoformat() if reported else None,
        "reported_time": hour,
        **{key: getattr(paper, column, "") for key, (column, _n) in COLUMNS.items()},
    }


def report_of(values: Mapping[str, Any], pick: Pick, known: Mapping[str, Any]) -> Report:
    """Return the report a row comes to, over what is known of it."""
    after = {**known, **{key: value for key, value in values.items() if value is not None}}
    day = day_of(after.get("reported_on"))
    hour = after.get("reported_time")
    return Report(
        episode=pick.episode,
        test=pick.test,
        sampled_at=None if after["result"] == TestResult.REFUSED else pick.sampled_at,
        result=after["result"],
        laboratory=after.get("laboratory") or "",
        columns={
            **{column: after.get(key) or "" for key, (column, _n) in COLUMNS.items()},
            "reported_at": at(day, time.fromisoformat(hour) if hour else NOON) if day else None,
        },
    )


def as_kept(test: Test) -> Values:
    """Return a test and its report as a row keeps them, sealed."""
    paper = getattr(test, "lab_report", None)
    return {
        "test": {
            "result": test.result,
            "sampled_at": _iso(test.sampled_at),
            "result_at": _iso(test.result_at),
            "laboratory": test.laboratory,
            "entered_by_id": test.entered_by_id,
        },
        "paper": {
            name: _iso(getattr(paper, name)) if name == "reported_at" else getattr(paper, name)
            for name in REPORT_FIELDS
        }
        if paper
        else None,
    }


def was_of(kept: Mapping[str, Any]) -> Was:
    """Return a test and its report as a row kept them."""
    test, paper = dict(kept["test"]), kept["paper"]
    for name in ("sampled_at", "result_at"):
        test[name] = _moment(test[name])
    if paper:
        paper = {**paper, "reported_at": _moment(paper["reported_at"])}
    return Was(test, paper)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
