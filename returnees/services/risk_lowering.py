"""Lowering an area after fourteen clear days: proposed to people, never done by itself."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.days import today
from grid.errors import Refused
from grid.models import User, ancestor_codes
from returnees.choices import Aspect, EntryState, Risk
from returnees.models import RiskArea, RiskEntry, RiskListVersion
from returnees.services.risk_drafts import BY_HAND, draft_in_force

CLEAR_DAYS = 14  # JX8-18: 连续14天无新增; day 0 is the date of the last new case


class NotLoweredError(Refused):
    """The area cannot be proposed to be lowered."""


def may_be_lowered(day: date) -> QuerySet[RiskArea]:
    """Return medium- and high-risk areas whose last case is more than fourteen days ago.

    The day of the last case is day 0, and lowering may be proposed from the day after day 14
    (JX8-18, A-42). An area without a recorded last case is never among them.
    """
    areas = RiskArea.objects.in_force(day).filter(mark__in=(Risk.MID, Risk.HIGH))
    return areas.filter(last_case_on__lt=day - timedelta(days=CLEAR_DAYS))


def lowered_from(last_case_on: date) -> date:
    """Return the first day on which an area may be lowered."""
    return last_case_on + timedelta(days=CLEAR_DAYS + 1)


@transaction.atomic
def set_last_case(*, area: RiskArea, last_case_on: date | None, by: User | None) -> RiskArea:
    """Record the day of the last new case in an area in force; None for not known."""
    found: RiskArea = RiskArea.objects.select_for_update(of=("self",)).get(pk=area.pk)
    if found.aspect != Aspect.LEVEL or found.until is not None:
        raise NotLoweredError(
            _("This area states no level that is in force; look it up in the list again.")
        )
    if last_case_on and last_case_on > today():
        raise NotLoweredError(
            _("%(day)s is yet to come; give the day of the last case that was reported.")
            % {"day": date_format(last_case_on, "DATE_FORMAT")}
        )
    found.last_case_on = last_case_on
    with acting(by=by, why="record last case of risk area"):
        found.save(update_fields=["last_case_on"])
    return found


@transaction.atomic
def propose_lowering(
    *, area: RiskArea, by: User | None, day: date | None = None
) -> RiskListVersion:
    """Draft what is in force with one area lowered; a person publishes it or puts it away (JX8-18).

    Inside a coarser area at risk the place is stated as low, since otherwise the coarser level
    would hold there; elsewhere it is left out of the list.
    """
    on = day or today()
    if not may_be_lowered(on).filter(pk=area.pk).exists():
        raise NotLoweredError(_why_not(area, on))
    version = draft_in_force(day=on, source=_("Proposal to lower"), by=by, aspects=[Aspect.LEVEL])
    line = version.entries.get(place=area.place_id, part=area.part, mark=area.mark)
    with acting(by=by, why="propose lowering", risk_list=version.pk):
        if _around(version, area):
            line.mark = Risk.LOW
            line.save(update_fields=["mark"])
        else:
            line.delete()
    return version


def _around(version: RiskListVersion, area: RiskArea) -> bool:
    """Say whether a level of a place around the area, or of the place itself, would hold there."""
    above = ancestor_codes(area.place_id)
    lines = RiskEntry.objects.filter(
        version=version, row=BY_HAND, state=EntryState.RESOLVED, place__in=above, part=""
    )
    higher = lines.filter(mark__in=(Risk.MID, Risk.HIGH))
    return not area.part and higher.exclude(place=area.place_id).exists()


def _why_not(area: RiskArea, day: date) -> str:
    if area.last_case_on is None:
        return _("The day of the last case is not recorded; record it first.")
    return _(
        "%(place)s may be lowered from %(day)s on: fourteen clear days after the last case."
    ) % {
        "place": area.place.name + area.part,
        "day": date_format(lowered_from(area.last_case_on), "DATE_FORMAT"),
    }
