"""Stages and tests as rows, brought in step with plans: what happened stays, the rest follows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from grid.bulk import copy_in, make, update_in
from returnees import rules
from returnees.choices import TestPurpose, TestResult
from returnees.models import Episode, Stage, Test

FINAL = (TestResult.NEGATIVE, TestResult.POSITIVE)


@dataclass(slots=True)
class Rows:
    """The stages and tests of some episodes as they stand in the database."""

    stages: dict[int, list[Stage]] = field(default_factory=dict)
    tests: dict[int, list[Test]] = field(default_factory=dict)

    @classmethod
    def of(cls, episodes: Iterable[Episode]) -> "Rows":
        """Load them with two queries, locked for the transaction."""
        ids = [episode.pk for episode in episodes]
        rows = cls()
        if ids:
            for stage in Stage.objects.filter(episode__in=ids).order_by("day0", "n", "pk"):
                rows.stages.setdefault(stage.episode_id, []).append(stage)
            for test in Test.objects.filter(episode__in=ids).order_by("planned_on", "pk"):
                rows.tests.setdefault(test.episode_id, []).append(test)
        return rows


def blocks(test: Test) -> bool:
    """Say whether this test keeps its stage open: it still applies and is not negative."""
    return test.superseded_on is None and test.result != TestResult.NEGATIVE


def sync_rows(episodes: Sequence[Episode], rows: Rows, *, day: date) -> None:
    """Bring stages and tests in step with the plans, a constant number of queries for all.

    What happened stays. What is open and no longer asked for is superseded; the rest keeps its row:
    a stage by kind and day 0, a test by purpose and planned day. Superseded rows asked for again
    are taken up again.
    """
    diff = _Diff(day)
    for episode in episodes:
        diff.stages(episode, rows.stages.get(episode.pk, []))
    copy_in(diff.new_stages)
    for episode in episodes:
        diff.tests(episode, rows.tests.get(episode.pk, []))
    copy_in(diff.new_tests)
    update_in(diff.changed_stages.values(), STAGE_FIELDS)
    update_in(diff.changed_tests.values(), TEST_FIELDS)


STAGE_FIELDS = ("n", "first_day", "last_day", "days", "clause", "superseded_on")
TEST_FIELDS = ("stage", "n", "due_on", "clause", "superseded_on")


class _Diff:
    """What differs between plans and rows, gathered over many episodes."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.new_stages: list[Stage] = []
        self.new_tests: list[Test] = []
        self.changed_stages: dict[int, Stage] = {}
        self.changed_tests: dict[int, Test] = {}
        self.stage_at: dict[tuple[int, str, date], Stage] = {}

    def stages(self, episode: Episode, rows: Sequence[Stage]) -> None:
        """Compare the stages of one episode."""
        known = {(stage.kind, stage.day0): stage for stage in rows}
        for key, stage in known.items():
            self.stage_at[episode.pk, *key] = stage
        wanted = {stage.key: stage for stage in rules.wanted_stages(episode.plan)}
        for key, want in wanted.items():
            if key not in known:
                self._add_stage(episode, want)
                continue
            stage = known[key]
            if stage.closed_on is None and _set(stage, superseded_on=None, **_cells(want)):
                self.changed_stages[stage.pk] = stage
        for key, stage in known.items():
            if key not in wanted and stage.is_open:
                stage.superseded_on = self.day
                self.changed_stages[stage.pk] = stage

    def _add_stage(self, episode: Episode, want: rules.WantedStage) -> None:
        stage = make(Stage, {"episode": episode}, kind=want.kind, day0=want.day0, **_cells(want))
        self.new_stages.append(stage)
        self.stage_at[episode.pk, *want.key] = stage

    def tests(self, episode: Episode, rows: Sequence[Test]) -> None:
        """Compare the tests of one episode; its stages have their ids by now."""
        known: dict[tuple[str, date], Test] = {(t.purpose, t.planned_on): t for t in rows}
        wanted = {test.key: test for test in rules.wanted_tests(episode.plan)}
        for key, want in wanted.items():
            stage = self.stage_at.get((episode.pk, *want.stage)) if want.stage else None
            cells = {
                "n": want.n,
                "due_on": want.due_on,
                "clause": want.clause,
                "stage_id": stage.pk if stage else None,
            }
            test = known.get(key)
            if test is None:
                self.new_tests.append(
                    Test(episode=episode, purpose=want.purpose, planned_on=want.planned_on, **cells)
                )
            elif test.result not in FINAL and _set(test, superseded_on=None, **cells):
                self.changed_tests[test.pk] = test
        for key, test in known.items():
            open_ = test.superseded_on is None and test.result not in FINAL
            if key not in wanted and open_ and test.purpose != TestPurpose.EXTRA:
                test.superseded_on = self.day
                self.changed_tests[test.pk] = test


def _cells(want: rules.WantedStage) -> dict[str, Any]:
    return {
        "n": want.n,
        "first_day": want.first_day,
        "last_day": want.last_day,
        "days": want.days,
        "clause": want.clause,
    }


def _set(row: Stage | Test, **cells: Any) -> bool:
    """Set the fields; say whether any of them differed."""
    differs = {name for name, value in cells.items() if getattr(row, name) != value}
    for name in differs:
        setattr(row, name, cells[name])
    return bool(differs)
