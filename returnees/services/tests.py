"""Results of tests, and tests ordered beside the plan."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.errors import Refused
from grid.models import User
from returnees.announce import episodes_changed
from returnees.choices import AbnormalityKind, EpisodeState, TestPurpose, TestResult
from returnees.clock import local_day, local_text
from returnees.models import Episode, Test
from returnees.policies import pack_of
from returnees.services.abnormalities import hand_to_hospital, open_abnormality
from returnees.services.replanning import lock, refuse_closed
from returnees.services.rows import FINAL
from returnees.services.stages import close_due_stages

TAKING = (EpisodeState.ACTIVE, EpisodeState.RELEASED)


class ResultRefusedError(Refused):
    """The result cannot be: of the wrong time, of a test that was replaced, or given already."""


class SampleTooSoonError(Refused):
    """Two samples less than the notice's interval apart: the second does not count."""


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
    now = now or timezone.now()
    with acting(by=by, why=f"test: {result}"):
        episode = lock(test.episode)
        test = Test.objects.select_for_update(of=("self",)).get(pk=test.pk)
        _check(test, episode, sampled_at, result, now)
        test.result, test.sampled_at = result, sampled_at
        test.result_at = None if result == TestResult.PENDING else now
        test.laboratory, test.entered_by = laboratory, by
        test.save(update_fields=["result", "sampled_at", "result_at", "laboratory", "entered_by"])
        _follow(test, episode, by=by, now=now)
    test.refresh_from_db()
    return test


def _follow(test: Test, episode: Episode, *, by: User | None, now: datetime) -> None:
    if test.result == TestResult.POSITIVE:
        what = _("Positive test of %(day)s") % {"day": test.planned_on}
        open_abnormality(episode=episode, kind=AbnormalityKind.POSITIVE, what=what, by=by, now=now)
        hand_to_hospital(episode=episode, by=by, why=what, now=now)
    elif test.result == TestResult.REFUSED:
        what = _("Refused the test of %(day)s") % {"day": test.planned_on}
        open_abnormality(episode=episode, kind=AbnormalityKind.REFUSED, what=what, by=by, now=now)
    elif test.result == TestResult.NEGATIVE and episode.is_active:
        close_due_stages(day=local_day(now), ids=[episode.pk], now=now)
    episodes_changed([episode.pk])


def _check(
    test: Test, episode: Episode, sampled_at: datetime | None, result: str, now: datetime
) -> None:
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
    if result not in TestResult.values:
        raise ResultRefusedError(_("Choose one of the results."))
    if sampled_at is None:
        if result not in (TestResult.REFUSED, TestResult.PENDING):
            raise ResultRefusedError(_("Enter when the sample was taken."))
        return
    _check_sample(test, episode, sampled_at, result, now)


def _check_sample(
    test: Test, episode: Episode, sampled_at: datetime, result: str, now: datetime
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
        _check_interval(test, episode, sampled_at)


def _check_interval(test: Test, episode: Episode, sampled_at: datetime) -> None:
    """Refuse a sample taken less than the notice's hours from another one that counts."""
    interval = timedelta(hours=pack_of(episode.policy).number("sample_interval_hours"))
    other = (
        Test.objects.filter(episode=episode, result__in=FINAL)
        .exclude(pk=test.pk)
        .filter(sampled_at__gt=sampled_at - interval, sampled_at__lt=sampled_at + interval)
        .first()
    )
    if other and other.sampled_at:
        hours = int(interval / timedelta(hours=1))
        again = local_text(other.sampled_at + interval)
        raise SampleTooSoonError(
            _(
                "This sample lies less than %(hours)s hours from that of %(other)s and does not "
                "count; sample again from %(again)s on."
            )
            % {
                "hours": hours,
                "other": local_text(other.sampled_at),
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
