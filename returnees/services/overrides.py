"""A class set by people against the notice's own rows: proposed, decided, taken back (A-24, A-55).

Cadres propose, the township or above decides. What is in force is the fact `override` of the
episode, from which the plan is made anew; taken back, the plan is the notice's own again.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.errors import Refused
from grid.models import Event, User
from grid.services.events import key_of, record
from policies.pack import Row
from returnees.choices import OverrideState
from returnees.clock import local_day
from returnees.models import Episode, Override
from returnees.policies import pack_of
from returnees.services.planning import journeys_of, plan_of
from returnees.services.replanning import Change, change_facts, lock, refuse_closed

SHORTEST_REASON = 5  # characters: a word is no reason
OPEN = (OverrideState.PROPOSED, OverrideState.IN_FORCE)


class OverrideRefusedError(Refused):
    """This class cannot be set for this person, or the decision is made already."""


@transaction.atomic
def propose_override(*, episode: Episode, row: str, reason: str, by: User | None) -> Override:
    """Propose another row of the notice (`JY.KEY_AREA`) for one person.

    OverrideRefusedError for a row the notice lacks, the class the person has already, a second
    override, or a reason too short to be one; ClosedEpisodeError for an episode that is over.
    """
    with acting(by=by, why=reason):
        episode = lock(episode)
        refuse_closed(episode)
        check_override(episode=episode, row=row, reason=reason)
        return Override.objects.create(
            episode=episode,
            row=row,
            was=episode.classification,
            reason=reason.strip(),
            state=OverrideState.PROPOSED,
            asked_by=by,
        )


def check_override(*, episode: Episode, row: str, reason: str) -> None:
    """Refuse what cannot be proposed for an open episode."""
    name = episode.person.name
    if len(reason.strip()) < SHORTEST_REASON:
        raise OverrideRefusedError(
            _("Give the reason in at least %(count)s characters; it is kept with the decision.")
            % {"count": SHORTEST_REASON}
        )
    if row not in {known.name for known in pack_of(episode.policy).rows}:
        raise OverrideRefusedError(
            _("%(name)s: the notice has no class %(row)s; choose one of its classes.")
            % {"name": name, "row": row or "—"}
        )
    if row == episode.classification:
        raise OverrideRefusedError(
            _("%(name)s is of this class already; choose another one.") % {"name": name}
        )
    if Override.objects.filter(episode=episode, state__in=OPEN).exists():
        raise OverrideRefusedError(
            _("%(name)s: a class is set or proposed already; take that back first.")
            % {"name": name}
        )


@transaction.atomic
def decide_override(
    *,
    override: Override,
    approve: bool,
    by: User | None,
    note: str = "",
    now: datetime | None = None,
) -> Override:
    """Approve a proposal, which makes the plan anew, or decline it with a note that says why.

    OverrideRefusedError when it is decided already; NotPlannableError when no plan follows.
    """
    now = now or timezone.now()
    with acting(by=by, why=override.reason):
        override = _locked(override)
        if override.state != OverrideState.PROPOSED:
            raise OverrideRefusedError(
                _("This proposal is decided already: %(state)s.")
                % {"state": override.get_state_display()}
            )
        if not approve and not note.strip():
            raise OverrideRefusedError(_("Say why the proposal is declined."))
        state = OverrideState.IN_FORCE if approve else OverrideState.DECLINED
        _settle(override, state, by=by, note=note, now=now)
        if approve:
            fact = fact_of(override.row, override.reason, local_day(now))
            _replan(override.episode, fact, by=by, why=override.reason, now=now)
            _record(override, by=by, reason=override.reason, act="approved")
    return override


@transaction.atomic
def set_override(
    *, episode: Episode, row: str, reason: str, by: User | None, now: datetime | None = None
) -> Override:
    """Propose and approve in one step, for whoever may decide; refusals as of the two."""
    proposed = propose_override(episode=episode, row=row, reason=reason, by=by)
    return decide_override(override=proposed, approve=True, by=by, now=now)


@transaction.atomic
def withdraw_override(
    *, override: Override, by: User | None, why: str, now: datetime | None = None
) -> Override:
    """Take back a proposal, or a class in force: the plan becomes the notice's own again."""
    now = now or timezone.now()
    with acting(by=by, why=why):
        override = _locked(override)
        if override.state not in OPEN:
            raise OverrideRefusedError(
                _("There is nothing to take back: %(state)s.")
                % {"state": override.get_state_display()}
            )
        if not why.strip():
            raise OverrideRefusedError(_("Say why it is taken back."))
        in_force = override.state == OverrideState.IN_FORCE
        note = "；".join(text for text in (override.note, why.strip()) if text)
        _settle(override, OverrideState.WITHDRAWN, by=by, note=note, now=now)
        if in_force:
            _replan(override.episode, None, by=by, why=why, now=now)
            _record(override, by=by, reason=why, act="withdrawn")
    return override


def fact_of(row: str, why: str, day: date) -> dict[str, Any]:
    """Return the fact `override` of an episode: row, reason, the day it was decided."""
    return {"row": row, "why": why, "decided_on": day.isoformat()}


def plan_under(*, episode: Episode, row: str, reason: str, day: date) -> dict[str, Any]:
    """Return the plan as it would be under another row, without writing; refusals as above."""
    refuse_closed(episode)
    check_override(episode=episode, row=row, reason=reason)
    known = {**episode.facts, "override": fact_of(row, reason, day)}
    journey = journeys_of([episode])[episode.pk]
    facts = journey.facts(arrived_at=episode.arrived_at, known=known)
    return plan_of(pack_of(episode.policy), facts, episode.person.name)


def rows_for(episode: Episode) -> list[Row]:
    """Return the rows of the notice that another class may be chosen from."""
    return [row for row in pack_of(episode.policy).rows if row.name != episode.classification]


def _locked(override: Override) -> Override:
    rows = Override.objects.select_for_update(of=("self",)).select_related("episode__person")
    found: Override = rows.get(pk=override.pk)
    return found


def _settle(
    override: Override, state: OverrideState, *, by: User | None, note: str, now: datetime
) -> None:
    refuse_closed(override.episode)
    override.state, override.note = state, note.strip()[:200]
    # Who took it back stands in the history; who approved it stays on the row.
    if state != OverrideState.WITHDRAWN or override.decided_at is None:
        override.decided_by, override.decided_at = by, now
    override.save(update_fields=["state", "note", "decided_by", "decided_at"])


def _replan(
    episode: Episode, fact: dict[str, Any] | None, *, by: User | None, why: str, now: datetime
) -> None:
    change = Change(known={"override": fact})
    change_facts(changes={episode.pk: change}, by=by, why=why, now=now)
    episode.refresh_from_db()


def _record(override: Override, *, by: User | None, reason: str, act: str) -> None:
    record(
        Event.Kind.OVERRIDE,
        by=by,
        subject=override.episode.person.name,
        key=key_of(override.episode),
        place=override.episode.place_id,
        reason=reason,
        act=act,
        was=override.was,
        row=override.row,
    )
