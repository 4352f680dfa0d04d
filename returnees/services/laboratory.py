"""Results as laboratories send them: written with their reports, corrected, taken back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from grid.audit import acting
from grid.bulk import copy_in, make, update_in
from grid.models import User
from returnees.choices import TestPurpose, TestResult
from returnees.clock import local_day
from returnees.models import Episode, LabReport, Test
from returnees.services.test_corrections import correct_results, take_back_results
from returnees.services.tests import RESULT_FIELDS, Sampled, enter_results

REPORT_FIELDS = ("sample_no", "swab", "batch_no", "site", "reported_at", "note")


@dataclass(frozen=True, slots=True)
class Report:
    """One line of a laboratory's list: the test it answers, or none where none was owed.

    `columns` are REPORT_FIELDS by name.
    """

    episode: Episode
    test: Test | None
    sampled_at: datetime | None
    result: str
    laboratory: str = ""
    columns: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def write_reports(*, reports: Sequence[Report], by: User | None, now: datetime) -> list[Test]:
    """Enter results for the first time, all or none; a test nobody owed is kept beside the plan.

    A constant number of queries, but for positive results and refusals.
    """
    with acting(by=by, why="laboratory"):
        tests = _ordered(reports, now)
        entries = _entries(reports, tests)
        entered = enter_results(entries=entries, by=by, now=now)
        papers = [
            make(LabReport, {"test": test}, **{**dict.fromkeys(TEXTS, ""), **report.columns})
            for report, test in zip(reports, entered, strict=True)
        ]
        copy_in(papers)
    return entered


TEXTS = tuple(name for name in REPORT_FIELDS if name != "reported_at")


def _entries(reports: Sequence[Report], tests: Sequence[Test]) -> list[Sampled]:
    return [
        Sampled(test, report.sampled_at, report.result, report.laboratory)
        for report, test in zip(reports, tests, strict=True)
    ]


def _ordered(reports: Sequence[Report], now: datetime) -> list[Test]:
    """Return the test of each report; those nobody owed are written now, as additional ones."""
    extra = [report for report in reports if report.test is None]
    episodes = {report.episode.pk for report in extra}
    numbers: dict[int, int] = {}
    if episodes:
        known = Test.objects.filter(episode__in=episodes, purpose=TestPurpose.EXTRA)
        for key in known.values_list("episode", flat=True):
            numbers[key] = numbers.get(key, 0) + 1
    made: dict[int, Test] = {}
    for report in extra:
        key = report.episode.pk
        numbers[key] = numbers.get(key, 0) + 1
        day = local_day(report.sampled_at or now)
        made[id(report)] = make(
            Test,
            {"episode": report.episode},
            purpose=TestPurpose.EXTRA,
            n=numbers[key],
            planned_on=day,
            due_on=day,
        )
    copy_in(list(made.values()))
    return [report.test or made[id(report)] for report in reports]


@transaction.atomic
def correct_reports(*, reports: Sequence[Report], by: User | None, now: datetime) -> list[Test]:
    """Put what a laboratory says now in the place of what it said before."""
    with acting(by=by, why="laboratory"):
        tests = [report.test for report in reports if report.test is not None]
        differ = [report for report in reports if _differs(report)]
        if differ:
            entries = _entries(differ, [r.test for r in differ if r.test is not None])
            correct_results(entries=entries, by=by, now=now)
        for report in reports:
            if report.test is not None and not _differs(report):
                report.test.laboratory = report.laboratory
        same = [report.test for report in reports if report.test and not _differs(report)]
        update_in(same, ["laboratory"])
        _write_papers({r.test.pk: r.columns for r in reports if r.test is not None})
    return tests


def _differs(report: Report) -> bool:
    """Say whether a report changes the result itself, not only what is noted beside it."""
    test = report.test
    return test is not None and (test.result, test.sampled_at) != (
        report.result,
        report.sampled_at,
    )


def _write_papers(columns: Mapping[int, Mapping[str, Any]]) -> None:
    """Write these columns of the reports of tests; a test without a report gets one."""
    known = {paper.test_id: paper for paper in LabReport.objects.filter(test__in=columns)}
    for key, values in columns.items():
        for name, value in values.items():
            if key in known:
                setattr(known[key], name, value)
    update_in(known.values(), REPORT_FIELDS)
    blank = dict.fromkeys(TEXTS, "")
    copy_in(
        [
            make(LabReport, {}, test_id=key, **{**blank, **values})
            for key, values in columns.items()
            if key not in known
        ]
    )


@dataclass(frozen=True, slots=True)
class Was:
    """A test and its report as they were: field values by name; `paper` is None for no report."""

    test: Mapping[str, Any]
    paper: Mapping[str, Any] | None


@transaction.atomic
def withdraw_reports(
    *,
    made: Collection[int],
    extra: Collection[int],
    replaced: Mapping[int, Was],
    by: User | None,
    now: datetime,
) -> None:
    """Take reports back: tests by id that had no result before, those beside the plan, others.

    Tests are owed again, additional ones go, replaced results come back as they were; all is
    planned anew.
    """
    with acting(by=by, why="laboratory, taken back"):
        keys = {*made, *extra, *replaced}
        tests = list(Test.objects.filter(pk__in=keys).order_by("pk"))
        take_back_results(tests=tests, by=by, why="laboratory, taken back", now=now)
        gone = {*made, *(key for key, was in replaced.items() if was.paper is None)}
        LabReport.objects.filter(test__in=gone).delete()
        Test.objects.filter(pk__in=extra).delete()
        _put_back(replaced, by=by, now=now)


def _put_back(replaced: Mapping[int, Was], *, by: User | None, now: datetime) -> None:
    tests = Test.objects.in_bulk(list(replaced))
    before = [
        Sampled(tests[key], was.test["sampled_at"], was.test["result"], was.test["laboratory"])
        for key, was in replaced.items()
        if was.test["result"] != TestResult.PENDING or was.test["sampled_at"]
    ]
    if before:
        enter_results(entries=before, by=by, now=now)
    tests = Test.objects.in_bulk(list(replaced))
    for key, was in replaced.items():
        for name, value in was.test.items():
            setattr(tests[key], name, value)
    update_in(tests.values(), RESULT_FIELDS)
    _write_papers({key: was.paper for key, was in replaced.items() if was.paper is not None})
