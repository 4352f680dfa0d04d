"""Abnormal findings from the finding to its outcome (JY-2s, A-38, A-56)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.errors import Refused
from grid.models import User
from returnees.choices import (
    OPEN_STATES,
    AbnormalityKind,
    EpisodeState,
    Outcome,
    TestResult,
)
from returnees.clock import local_day
from returnees.models import Abnormality, Episode, Test
from returnees.services.episodes import end_episode
from returnees.services.replanning import lock, replan_open

RELEASING = (Outcome.RULED_OUT, Outcome.FALSE_ALARM)


class AbnormalityClosedError(Refused):
    """The finding has its outcome already."""


class OutcomeRefusedError(Refused):
    """This outcome needs something that is not there yet."""


def open_abnormality(
    *, episode: Episode, kind: AbnormalityKind, what: str, by: User | None, now: datetime
) -> Abnormality:
    """Open a finding, or return the open one of the same kind: one finding, one way to its end.

    Runs inside the transaction of what was found; the clocks of A-38 start at `now`.
    """
    found: Abnormality | None = episode.abnormalities.open().filter(kind=kind).first()
    if found is not None:
        return found
    new = Abnormality(
        episode=episode,
        place_id=episode.place_id,
        kind=kind,
        found_at=now,
        found_by=by,
        what=what[:200],
    )
    new.save()
    return new


@transaction.atomic
def report_upward(
    *, abnormality: Abnormality, by: User | None, now: datetime | None = None
) -> Abnormality:
    """Note that the finding was reported to the level above (A-38: within 2 hours)."""
    with acting(by=by, why="report finding"):
        abnormality = _lock(abnormality)
        if abnormality.reported_at is None:
            abnormality.reported_at = now or timezone.now()
            abnormality.save(update_fields=["reported_at"])
    return abnormality


@transaction.atomic
def close_abnormality(
    *,
    abnormality: Abnormality,
    outcome: str,
    by: User | None,
    note: str = "",
    now: datetime | None = None,
) -> Abnormality:
    """Close a finding with its outcome.

    Admitted ends the episode as a case; a positive test ruled out or found false takes the person
    back under management, the sample counting as invalid. Ruling out takes a negative test since
    the finding, or a note that says on what it rests.
    """
    now = now or timezone.now()
    with acting(by=by, why=f"finding: {outcome}"):
        abnormality = _lock(abnormality)
        if outcome not in Outcome.values:
            raise OutcomeRefusedError(_("Choose one of the outcomes."))
        if outcome == Outcome.RULED_OUT and not note.strip() and not _negative_since(abnormality):
            raise OutcomeRefusedError(
                _("There is no negative test since the finding; enter one, or say why in the note.")
            )
        abnormality.outcome, abnormality.outcome_note = outcome, note.strip()[:200]
        abnormality.closed_at, abnormality.closed_by = now, by
        abnormality.save(update_fields=["outcome", "outcome_note", "closed_at", "closed_by"])
        episode = lock(abnormality.episode)
        if outcome == Outcome.ADMITTED and episode.state in (*OPEN_STATES, EpisodeState.RELEASED):
            _to_hospital(episode, why=note or str(abnormality), now=now)
        elif outcome in RELEASING and episode.state == EpisodeState.CASE:
            _take_back(episode, abnormality, now=now)
    return abnormality


def _lock(abnormality: Abnormality) -> Abnormality:
    found: Abnormality = (
        Abnormality.objects.select_for_update(of=("self",))
        .select_related("episode__person")
        .get(pk=abnormality.pk)
    )
    if found.closed_at:
        raise AbnormalityClosedError(
            _("This finding was closed on %(day)s (%(outcome)s).")
            % {
                "day": local_day(found.closed_at),
                "outcome": found.get_outcome_display(),
            }
        )
    return found


def _negative_since(abnormality: Abnormality) -> bool:
    return Test.objects.filter(
        episode=abnormality.episode_id,
        result=TestResult.NEGATIVE,
        sampled_at__gte=abnormality.found_at,
    ).exists()


@transaction.atomic
def hand_to_hospital(
    *, episode: Episode, by: User | None, why: str, now: datetime | None = None
) -> Episode:
    """End the management period because the person became a case: the stages stop (A-56)."""
    with acting(by=by, why=why):
        episode = lock(episode)
        if episode.state == EpisodeState.CASE:
            return episode
        if episode.state not in (*OPEN_STATES, EpisodeState.RELEASED):
            raise AbnormalityClosedError(
                _("%(name)s: this period is over (%(state)s); nothing about it can be changed.")
                % {"name": episode.person.name, "state": episode.get_state_display()}
            )
        _to_hospital(episode, why=why, now=now or timezone.now())
    return episode


def _to_hospital(episode: Episode, *, why: str, now: datetime) -> None:
    end_episode(episode, EpisodeState.CASE, why=why, day=local_day(now), now=now)


def _take_back(episode: Episode, abnormality: Abnormality, *, now: datetime) -> None:
    """Take somebody back under management whose positive test was none; the plan goes on."""
    if episode.abnormalities.filter(outcome=Outcome.ADMITTED).exists():
        return
    if Episode.objects.open().filter(person=episode.person_id).exists():
        raise OutcomeRefusedError(
            _("%(name)s has another open episode by now; close that one first.")
            % {"name": episode.person.name}
        )
    day = local_day(now)
    Test.objects.filter(
        episode=episode, result=TestResult.POSITIVE, result_at__gte=abnormality.found_at
    ).update(result=TestResult.INVALID)
    episode.state, episode.closed_at, episode.closed_why = EpisodeState.ACTIVE, None, ""
    episode.plan = {}  # so that it counts as changed: rows are taken up again
    episode.save(update_fields=["state", "closed_at", "closed_why", "plan"])
    replan_open(ids=[episode.pk], day=day)
