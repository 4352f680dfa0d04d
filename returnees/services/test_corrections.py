"""Results taken back or corrected: what rested on them is opened again and planned anew."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.bulk import update_in
from grid.models import User
from returnees.announce import episodes_changed
from returnees.choices import AbnormalityKind, EpisodeState, Outcome, TestResult
from returnees.clock import local_day
from returnees.models import Abnormality, Episode, Stage, Test
from returnees.services.abnormalities import close_abnormality
from returnees.services.reopening import reopen
from returnees.services.replanning import locked, replan_open
from returnees.services.stages import close_due_stages, release_finished
from returnees.services.tests import (
    RESULT_FIELDS,
    ResultRefusedError,
    Sampled,
    enter_results,
    locked_tests,
)

FINDINGS = {
    TestResult.POSITIVE: AbnormalityKind.POSITIVE,
    TestResult.REFUSED: AbnormalityKind.REFUSED,
}
EPISODE_FIELDS = ("state", "closed_at", "closed_why", "plan")


@transaction.atomic
def correct_results(
    *, entries: Sequence[Sampled], by: User | None, now: datetime | None = None
) -> list[Test]:
    """Replace results that the laboratory has corrected; the history keeps who and when.

    A positive result that was none closes its finding as a false alarm and takes the person back
    under management; one that turns positive stops the stages. ResultRefusedError where somebody
    has closed a stage by hand on the strength of the result.
    """
    now = now or timezone.now()
    with acting(by=by, why="result corrected"):
        _take_back([entry.test.pk for entry in entries], by=by, now=now, trace=True)
        return enter_results(entries=entries, by=by, now=now)


@transaction.atomic
def take_back_results(
    *,
    tests: Sequence[Test],
    by: User | None,
    why: str,
    now: datetime | None = None,
) -> None:
    """Make tests owed again, as if their results had never come; their findings go with them.

    What rested on them is opened again and planned anew. A constant number of queries, but for
    positive results and refusals.
    """
    with acting(by=by, why=why):
        _take_back([test.pk for test in tests], by=by, now=now or timezone.now(), trace=False)


def _take_back(keys: Sequence[int], *, by: User | None, now: datetime, trace: bool) -> None:
    tests = list(locked_tests(keys).values())
    episodes = {one.pk: one for one in locked({test.episode_id for test in tests})}
    _reopen_stages(tests, episodes)
    ended = [test for test in tests if test.result in FINDINGS]
    _drop_findings(ended, by=by, now=now, trace=trace)
    for test in tests:
        test.result, test.sampled_at, test.result_at = TestResult.PENDING, None, None
        test.laboratory, test.entered_by_id = "", None
    update_in(tests, RESULT_FIELDS)
    day = local_day(now)
    replan_open(ids=episodes, day=day)
    close_due_stages(day=day, ids=sorted(episodes), now=now)
    release_finished(ids=episodes, now=now)
    episodes_changed(episodes)


def _reopen_stages(tests: Iterable[Test], episodes: Mapping[int, Episode]) -> None:
    """Open the stages that the portal closed on the strength of these tests, and later ones."""
    rows = Stage.objects.filter(episode__in=list(episodes), closed_on__isnull=False)
    closed = list(rows.order_by("day0", "n", "pk"))
    own = {stage.pk: (stage.day0, stage.n) for stage in closed}
    first: dict[int, tuple[date, int]] = {}
    for test in tests:
        if test.stage_id in own:
            known = first.get(test.episode_id, own[test.stage_id])
            first[test.episode_id] = min(known, own[test.stage_id])
    found = [
        stage
        for stage in closed
        if stage.episode_id in first and own[stage.pk] >= first[stage.episode_id]
    ]
    _refuse_closed_by_hand(found, episodes)
    for stage in found:
        stage.closed_on = None
    update_in(found, ["closed_on"])
    reopen([episodes[key] for key in first if episodes[key].state == EpisodeState.RELEASED])
    for key in first:
        episodes[key].plan = {}  # so that it counts as changed: rows are taken up again
    update_in([episodes[key] for key in first], EPISODE_FIELDS)


def _refuse_closed_by_hand(stages: Iterable[Stage], episodes: Mapping[int, Episode]) -> None:
    for stage in stages:
        if stage.closed_by_id is not None:
            raise ResultRefusedError(
                _("%(name)s: a stage was closed by hand on %(day)s because of this result.")
                % {"name": episodes[stage.episode_id].person.name, "day": stage.closed_on}
            )


def _drop_findings(tests: Sequence[Test], *, by: User | None, now: datetime, trace: bool) -> None:
    """Close the findings these results opened as false alarms; without `trace` none is left."""
    for test in tests:
        kind = FINDINGS[TestResult(test.result)]
        others = Test.objects.filter(episode=test.episode_id, result=test.result)
        if others.exclude(pk=test.pk).exists():
            continue  # the finding rests on another test as well
        since = Q(found_at=test.result_at) if test.result_at else Q()
        rows = Abnormality.objects.filter(since, episode=test.episode_id, kind=kind, closed_at=None)
        for finding in rows:
            note = _("The laboratory corrected the result.")
            close_abnormality(
                abnormality=finding, outcome=Outcome.FALSE_ALARM, by=by, note=note, now=now
            )
            if not trace:
                finding.delete()
