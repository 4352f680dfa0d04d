"""Permits to leave: judged by the notice, granted or declined by people (JX8-16a, JX8-16b).

What the notice forbids is refused at once, with its sentence. What it allows, or has no rule for,
waits for somebody who may decide; the notice is asked again then, for areas change meanwhile.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.choices import CODE_LENGTHS, Level
from grid.days import today
from grid.errors import Refused
from grid.models import Person, Place, User
from policies.leaving import judge_exit
from returnees.choices import PermitState, TestResult
from returnees.models import ControlZone, ExitPermit, PolicyVersion
from returnees.policies import pack_in_force
from returnees.risk import AreaRisk, RiskBook
from returnees.zones import home_code

CITY, VILLAGE = CODE_LENGTHS[Level.CITY], CODE_LENGTHS[Level.VILLAGE]
AHEAD = timedelta(days=60)
UNDECIDED = (PermitState.ASKED,)
USABLE = (PermitState.ASKED, PermitState.GRANTED)


class PermitRefusedError(Refused):
    """The request contradicts itself, or is decided already."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the notice says: the verdict of policies.leaving and the version it was asked of."""

    verdict: dict[str, Any]
    policy: PolicyVersion

    @property
    def is_refused(self) -> bool:
        """Whether the notice forbids to leave, or something that it needs is missing."""
        return self.verdict["allowed"] is False

    def cells(self, now: datetime) -> dict[str, Any]:
        """The columns of a new request: what the notice refuses is decided at once."""
        return {
            "policy": self.policy,
            "rule": self.verdict["rule"],
            "verdict": self.verdict,
            "state": PermitState.REFUSED if self.is_refused else PermitState.ASKED,
            "decided_at": now if self.is_refused else None,
        }


@dataclass(frozen=True, slots=True)
class Journey:
    """What somebody asks leave for: where to, when, why, and with which test certificate.

    `destination` is a place of the tree, or None with `text` alone: then the journey counts as one
    out of the prefecture city. The certificate's age counts at departure (A-05).
    """

    destination: Place | None
    text: str
    leaves_on: date
    returns_on: date | None = None
    necessity: str = ""
    sampled_on: date | None = None
    result: str = ""


@transaction.atomic
def ask_permit(
    *,
    person: Person,
    journey: Journey,
    by: User | None,
    day: date | None = None,
    now: datetime | None = None,
) -> ExitPermit:
    """Ask for a permit; the notice in force where the person lives decides whether it may be.

    PermitRefusedError for dates that cannot be; NoPolicyInForceError where no notice binds.
    """
    day = day or today()
    _check(person, journey, day)
    judged = judge(
        home=home_code(person),
        destination=journey.destination.code if journey.destination else None,
        leaves_on=journey.leaves_on,
        necessity=journey.necessity,
        sampled_on=journey.sampled_on,
        result=journey.result,
        day=day,
    )
    permit = ExitPermit(
        person=person,
        place_id=home_code(person),
        destination=journey.text.strip()[:120],
        leaves_on=journey.leaves_on,
        returns_on=journey.returns_on,
        necessity=journey.necessity.strip(),
        sampled_on=journey.sampled_on,
        result=journey.result,
        asked_by=by,
        **judged.cells(now or timezone.now()),
    )
    with acting(by=by, why="exit permit"):
        permit.save()
    return permit


def _check(person: Person, journey: Journey, day: date) -> None:
    name = person.name
    leaves_on, returns_on = journey.leaves_on, journey.returns_on
    if not journey.text.strip():
        raise PermitRefusedError(_("%(name)s: say where the person wants to go.") % {"name": name})
    if not day <= leaves_on <= day + AHEAD:
        raise PermitRefusedError(
            _("%(name)s: the departure on %(day)s is not between today and 60 days from now.")
            % {"name": name, "day": leaves_on}
        )
    if returns_on and returns_on < leaves_on:
        raise PermitRefusedError(
            _("%(name)s: the return on %(day)s lies before the departure.")
            % {"name": name, "day": returns_on}
        )
    if journey.sampled_on and journey.sampled_on > day:
        raise PermitRefusedError(
            _("%(name)s: the certificate's sample of %(day)s lies in the future.")
            % {"name": name, "day": journey.sampled_on}
        )


def judge(
    *,
    home: str,
    destination: str | None,
    leaves_on: date,
    necessity: str,
    sampled_on: date | None,
    result: str,
    day: date,
) -> Judgement:
    """Ask the notice about leaving a place, by the risk areas and closed zones known on `day`."""
    pack, version = pack_in_force(home, leaves_on)
    village = home[:VILLAGE]
    places = {home, village, *([destination] if destination else [])}
    book = RiskBook.of(places, day, day)
    here = book.risk(home, day, day)
    facts: dict[str, Any] = {
        "leaves_on": leaves_on.isoformat(),
        "place_marks": _marks(here),
        "in_zone": _is_closed(home, leaves_on),
        "leaves_city": destination is None or destination[:CITY] != home[:CITY],
        "necessity": necessity.strip(),
    }
    if destination:
        facts["to_marks"] = _marks(book.risk(destination, day, day))
    if sampled_on:
        facts["certificate"] = {
            "sampled_on": sampled_on.isoformat(),
            "result": result or TestResult.NEGATIVE,
        }
    # An area inside the village where somebody lives may be theirs: whoever decides must ask.
    unclear = here.unclear or book.risk(village, day, day).unclear
    verdict = {**judge_exit(pack, facts).as_dict(), "unclear": unclear, "to": destination}
    return Judgement(verdict, version)


def _marks(risk: AreaRisk) -> list[str]:
    return [str(risk.level), *risk.flags]


def _is_closed(home: str, day: date) -> bool:
    return ControlZone.objects.in_force(day).around(home).exists()


def judged_again(permit: ExitPermit, *, day: date) -> Judgement:
    """Ask the notice once more about a permit, as things are known on `day`."""
    return judge(
        home=permit.place_id,
        destination=permit.verdict["to"],
        leaves_on=permit.leaves_on,
        necessity=permit.necessity,
        sampled_on=permit.sampled_on,
        result=permit.result,
        day=day,
    )


@transaction.atomic
def decide_permit(
    *,
    permit: ExitPermit,
    grant: bool,
    by: User | None,
    note: str = "",
    day: date | None = None,
    now: datetime | None = None,
) -> ExitPermit:
    """Grant a request, or decline it with a note that says why.

    The notice is asked again: what it forbids meanwhile ends as refused, and the permit returned
    says so. PermitRefusedError for a request that is decided, or whose day has passed.
    """
    now = now or timezone.now()
    day = day or timezone.localdate(now)
    with acting(by=by, why=note or "exit permit"):
        permit = _locked(permit, UNDECIDED)
        if not grant and not note.strip():
            raise PermitRefusedError(_("Say why the request is declined."))
        state = PermitState.GRANTED if grant else PermitState.DECLINED
        if grant:
            if permit.leaves_on < day:
                raise PermitRefusedError(
                    _("The departure was on %(day)s; nothing can be granted any more.")
                    % {"day": permit.leaves_on}
                )
            state = _asked_again(permit, day)
        _settle(permit, state, by=by, note=note, at=now)
    return permit


def _asked_again(permit: ExitPermit, day: date) -> PermitState:
    judged = judged_again(permit, day=day)
    permit.policy, permit.rule = judged.policy, judged.verdict["rule"]
    permit.verdict = judged.verdict
    return PermitState.REFUSED if judged.is_refused else PermitState.GRANTED


@transaction.atomic
def withdraw_permit(
    *, permit: ExitPermit, by: User | None, why: str, now: datetime | None = None
) -> ExitPermit:
    """Take back a request, or a permit that was granted, with the reason."""
    with acting(by=by, why=why):
        permit = _locked(permit, USABLE)
        if not why.strip():
            raise PermitRefusedError(_("Say why it is taken back."))
        note = "；".join(text for text in (permit.note, why.strip()) if text)
        # Who granted it stays on the row; who took it back stands in its history.
        by, at = (permit.decided_by, permit.decided_at) if permit.decided_at else (by, now)
        _settle(permit, PermitState.WITHDRAWN, by=by, note=note, at=at or timezone.now())
    return permit


def _locked(permit: ExitPermit, states: tuple[PermitState, ...]) -> ExitPermit:
    rows = ExitPermit.objects.select_for_update(of=("self",)).select_related("person", "place")
    found: ExitPermit = rows.get(pk=permit.pk)
    if found.state not in states:
        raise PermitRefusedError(
            _("This request is decided already: %(state)s.") % {"state": found.get_state_display()}
        )
    return found


def _settle(
    permit: ExitPermit, state: PermitState, *, by: User | None, note: str, at: datetime
) -> None:
    permit.state, permit.note = state, note.strip()[:200]
    permit.decided_by, permit.decided_at = by, at
    permit.save(
        update_fields=["state", "note", "decided_by", "decided_at", "policy", "rule", "verdict"]
    )
