"""Results of tests, and tests ordered beside the plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.bulk import update_in
from grid.errors import Refused
from grid.models import User
from returnees.announce import episodes_changed
from returnees.choices import AbnormalityKind, EpisodeState, TestPurpose, TestResult
from returnees.clock import local_day, local_text
from returnees.models import Episode, Test
from returnees.policies import pack_of
from returnees.services.abnormalities import hand_to_hospital, open_abnormality
from returnees.services.replanning import lock, locked, refuse_closed
from returnees.services.rows import FINAL
from returnees.services.stages import close_due_stages

TAKING = (EpisodeState.ACTIVE, EpisodeState.RELEASED)


class ResultRefusedError(Refused):
    """The result cannot be: of the wrong time, of a test that was replaced, or given already."""


class SampleTooSoonError(Refused):
    """Two samples less than the notice's interval apart: the second does not count."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """What became of a test: when the sample was taken, its result, the laboratory.

    `sampled_at` is None for a refusal, or where a result is still pending.
    """

    test: Test
    sampled_at: datetime | None
    result: str
    laboratory: str = ""


@transaction.atomic
def enter_result(
    *,
    test: Test,
    sampled_at: datetime | None,
    result: str,
    by: User | None,
    laboratory: str = "",
    now: datetime | None = None,
) -> Test:
    """Enter what became of a test; evidence for the gate, so it is checked hard.

    A positive result opens a finding and stops the stages; a refusal opens one and holds the stage
    (A-56). A negative one may let a held stage close at once.
    """
    entry = Sampled(test, sampled_at, result, laboratory)
    (entered,) = enter_results(entries=[entry], by=by, now=now)
    entered.refresh_from_db()
    return entered


@transaction.atomic
def enter_results(
    *, entries: Sequence[Sampled], by: User | None, now: datetime | None = None
) -> list[Test]:
    """Enter what became of many tests, all or none: what enter_result does for one.

    The number of queries does not depend on how many there are, but for positive results and
    refusals, which open a finding each.
    """
    now = now or timezone.now()
    whys = {entry.result for entry in entries}
    with acting(by=by, why=f"test: {whys.pop()}" if len(whys) == 1 else "tests"):
        episodes = {one.pk: one for one in locked({e.test.episode_id for e in entries})}
        tests = locked_tests([entry.test.pk for entry in entries])
        samples = _Samples.of(episodes)
        for entry in entries:
            test = tests[entry.test.pk]
            _check(test, episodes[test.episode_id], entry, samples, now)
            _fill(test, entry, by, now)
            samples.add(test)
        update_in(tests.values(), RESULT_FIELDS)
        _follow(list(tests.values()), episodes, by=by, now=now)
    return [tests[entry.test.pk] for entry in entries]


RESULT_FIELDS = ("result", "sampled_at", "result_at", "laboratory", "entered_by")


def locked_tests(keys: Sequence[int]) -> dict[int, Test]:
    """Return tests by id, locked for the transaction, as they stand in the database."""
    rows = Test.objects.select_for_update(of=("self",)).filter(pk__in=keys)
    return {test.pk: test for test in rows.order_by("pk")}


def _fill(test: Test, entry: Sampled, by: User | None, now: datetime) -> None:
    test.result, test.sampled_at = entry.result, entry.sampled_at
    test.result_at = None if entry.result == TestResult.PENDING else now
    test.laboratory, test.entered_by = entry.laboratory, by


@dataclass(slots=True)
class _Samples:
    """The samples of some episodes that count, and those entered meanwhile; one query."""

    by_episode: dict[int, list[Test]]

    @classmethod
    def of(cls, episodes: Iterable[int]) -> "_Samples":
        rows = Test.objects.filter(episode__in=list(episodes), result__in=FINAL)
        found: dict[int, list[Test]] = {}
        for test in rows.exclude(sampled_at=None).order_by("pk"):
            found.setdefault(test.episode_id, []).append(test)
        return cls(found)

    def add(self, test: Test) -> None:
        """Let later entries see this one."""
        if test.result in FINAL and test.sampled_at:
            self.by_episode.setdefault(test.episode_id, []).append(test)

    def near(self, test: Test, sampled_at: datetime, interval: timedelta) -> datetime | None:
        """Return when another sample was taken less than this interval away."""
        others = (
            other.sampled_at
            for other in self.by_episode.get(test.episode_id, ())
            if other.pk != test.pk and other.sampled_at is not None
        )
        return next((at for at in others if abs(at - sampled_at) < interval), None)


def _follow(
    tests: Sequence[Test], episodes: Mapping[int, Episode], *, by: User | None, now: datetime
) -> None:
    """Do what results ask for: findings, the hospital, stages that may close now."""
    negative = set()
    for test in tests:
        episode = episodes[test.episode_id]
        if test.result == TestResult.POSITIVE:
            what = _("Positive test of %(day)s") % {"day": test.planned_on}
            kind = AbnormalityKind.POSITIVE
            open_abnormality(episode=episode, kind=kind, what=what, by=by, now=now)
            hand_to_hospital(episode=episode, by=by, why=what, now=now)
        elif test.result == TestResult.REFUSED:
            what = _("Refused the test of %(day)s") % {"day": test.planned_on}
            kind = AbnormalityKind.REFUSED
            open_abnormality(episode=episode, kind=kind, what=what, by=by, now=now)
        elif test.result == TestResult.NEGATIVE and episode.is_active:
            negative.add(episode.pk)
    if negative:
        close_due_stages(day=local_day(now), ids=sorted(negative), now=now)
    episodes_changed(test.episode_id for test in tests)


def _check(test: Test, episode: Episode, entry: Sampled, samples: _Samples, now: datetime) -> None:
    if episode.state not in TAKING:
        refuse_closed(episode)
        raise ResultRefusedError(
            _("%(name)s has not arrived; confirm the arrival first.")
            % {"name": episode.person.name}
        )
    if test.superseded_on:
        raise ResultRefusedError(
            _("This test was replaced on %(day)s; enter the result at the one due now.")
            % {"day": test.superseded_on}
        )
    if test.result in FINAL:
        raise ResultRefusedError(
            _("This test has its result (%(result)s) already.")
            % {"result": test.get_result_display()}
        )
    if entry.result not in TestResult.values:
        raise ResultRefusedError(_("Choose one of the results."))
    if entry.sampled_at is None:
        if entry.result not in (TestResult.REFUSED, TestResult.PENDING):
            raise ResultRefusedError(_("Enter when the sample was taken."))
        return
    _check_sample(test, episode, entry.sampled_at, entry.result, samples, now)


def _check_sample(
    test: Test,
    episode: Episode,
    sampled_at: datetime,
    result: str,
    samples: _Samples,
    now: datetime,
) -> None:
    if sampled_at > now:
        raise ResultRefusedError(
            _("The sample was taken later than its result is entered; correct the time.")
        )
    if episode.arrived_at and sampled_at < episode.arrived_at:
        raise ResultRefusedError(
            _("The sample was taken before the arrival on %(day)s; that is a certificate, no test.")
            % {"day": episode.arrives_on}
        )
    if result == TestResult.NEGATIVE:
        _check_interval(test, episode, sampled_at, samples)


def _check_interval(test: Test, episode: Episode, sampled_at: datetime, samples: _Samples) -> None:
    """Refuse a sample taken less than the notice's hours from another one that counts."""
    interval = timedelta(hours=pack_of(episode.policy).number("sample_interval_hours"))
    other = samples.near(test, sampled_at, interval)
    if other is not None:
        hours = int(interval / timedelta(hours=1))
        again = local_text(other + interval)
        raise SampleTooSoonError(
            _(
                "This sample lies less than %(hours)s hours from that of %(other)s and does not "
                "count; sample again from %(again)s on."
            )
            % {
                "hours": hours,
                "other": local_text(other),
                "again": again,
            }
        )


@transaction.atomic
def order_test(*, episode: Episode, planned_on: date, by: User | None, why: str) -> Test:
    """Order a test beside the plan (JY-13c): after a finding, or where the township wants one."""
    with acting(by=by, why=why):
        episode = lock(episode)
        refuse_closed(episode)
        if not episode.is_active or planned_on < episode.arrives_on:
            raise ResultRefusedError(
                _("%(name)s: a test lies on the day of arrival or later.")
                % {"name": episode.person.name}
            )
        n = episode.tests.filter(purpose=TestPurpose.EXTRA).count() + 1
        test = Test.objects.create(
            episode=episode,
            purpose=TestPurpose.EXTRA,
            n=n,
            planned_on=planned_on,
            due_on=planned_on,
        )
        episodes_changed([episode.pk])
    return test
