"""What the pages of a re-screening show: who may see it, its lines in words, one item in full."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from grid.areas import name_villages
from grid.models import Place, User, ancestor_codes, person_matches
from returnees.choices import ItemState, Mark, Touch
from returnees.explained import Explained, explain
from returnees.models import Screening, ScreeningItem, Stay
from returnees.models.screening import ScreeningItemQuerySet
from returnees.policies import pack_of
from returnees.screening.origins import Touched, is_certain, origin_of
from returnees.screening.work import foreseen

STATES = {
    "waiting": Q(state=ItemState.PENDING, changes=True),
    "unchanged": Q(changes=False),
    "applied": Q(state=ItemState.APPLIED),
    "left": Q(state=ItemState.LEFT),
    "refused": Q(state=ItemState.REFUSED) | (Q(state=ItemState.PENDING) & ~Q(problem="")),
}


def screenings_for(user: User) -> QuerySet[Screening]:
    """Return the re-screenings that touch somebody in scope, nobody at all, or that one began."""
    items = ScreeningItem.objects.filter(screening=OuterRef("pk"))
    seen = Exists(items.visible_to(user)) | ~Exists(items) | Q(made_by=user)
    return Screening.objects.filter(seen).select_related(
        "risk_list", "policy__place", "zone__place", "made_by"
    )


def items_for(screening: Screening, user: User) -> ScreeningItemQuerySet:
    """Return the items of a re-screening in scope."""
    rows: ScreeningItemQuerySet = ScreeningItem.objects.filter(screening=screening)
    return rows.visible_to(user)


def narrowed(
    items: ScreeningItemQuerySet,
    *,
    state: str = "",
    touch: str = "",
    village: str = "",
    q: str = "",
) -> ScreeningItemQuerySet:
    """Return the items that the filters leave; an unknown filter leaves all."""
    if state in STATES:
        items = items.filter(STATES[state])
    if touch in Touch.values:
        items = items.filter(touch=touch)
    if village:
        items = items.under(village)
    if q:
        items = items.filter(person_matches(q, "episode__person__"))
    return items.select_related("episode__person", "episode__responsible", "place", "decided_by")


@dataclass(frozen=True, slots=True)
class Because:
    """One reason in words: the stay, the area, and its level or flag."""

    stay: str
    last_day: Any
    area: str
    mark: str
    was: str
    certain: bool
    stay_pk: int
    tone: str


@dataclass(slots=True)
class Line:
    """An item with its reasons in words."""

    item: ScreeningItem
    because: list[Because]
    village_name: str = ""

    @property
    def waits(self) -> bool:
        """Whether it can be decided on."""
        open_states = (ItemState.PENDING, ItemState.REFUSED)
        return self.item.state in open_states and self.item.changes


def lines_of(items: Sequence[ScreeningItem]) -> list[Line]:
    """Return the items with their reasons, three queries for all."""
    keys = {entry["stay"] for item in items for entry in item.why}
    stays = {stay.pk: stay for stay in Stay.objects.filter(pk__in=keys)}
    codes = {entry["place"] for item in items for entry in item.why}
    codes |= {stay.place_id for stay in stays.values() if stay.place_id}
    names = area_names(codes)
    lines = [Line(item, _because(item, stays, names)) for item in items]
    name_villages(lines, lambda line: str(line.item.place_id))
    return lines


def _because(item: ScreeningItem, stays: dict[int, Stay], names: dict[str, str]) -> list[Because]:
    found = []
    for entry in item.why:
        stay = stays.get(entry["stay"])
        if stay is None:
            continue
        area = names.get(entry["place"], entry["place"])
        found.append(
            Because(
                stay=stay.text or names.get(stay.place_id or "", stay.place_id or ""),
                last_day=stay.last_day,
                area=f"{area} {entry['part']}".strip(),
                mark=str(Mark(entry["mark"]).label),
                was=str(Mark(entry["was"]).label) if entry["was"] else "",
                certain=is_certain(entry, stay),
                stay_pk=stay.pk,
                tone="danger" if entry["mark"] == Mark.HIGH else "warning",
            )
        )
    return found


def area_names(codes: Iterable[str]) -> dict[str, str]:
    """Return the names of places with those of the places around them, one query."""
    codes = set(codes)
    every = {up for code in codes for up in ancestor_codes(code)}
    names = dict(Place.objects.filter(code__in=every).values_list("code", "name"))
    return {code: "".join(names.get(up, "") for up in ancestor_codes(code)) for code in codes}


@dataclass(frozen=True, slots=True)
class SideBySide:
    """An item in full: the plan now or before, and the one it becomes or became.

    `before` is missing for somebody decided: then the summary of the item tells it.
    """

    line: Line
    before: Explained | None
    after: Explained | None
    problem: str = ""


def side_by_side(item: ScreeningItem, now: datetime) -> SideBySide:
    """Return old and new plan of an item, explained; the new one is computed for the page."""
    (line,) = lines_of([item])
    episode = item.episode
    shown = explain(episode.plan, episode.facts, pack_of(episode.policy))
    if item.state == ItemState.APPLIED:
        return SideBySide(line, None, shown)
    if item.state == ItemState.LEFT:
        return SideBySide(line, shown, None)
    touched = Touched(item.episode_id, item.touch, item.why)
    made = foreseen(origin_of(item.screening), [touched], now)
    if not made:
        return SideBySide(line, shown, None, _("This period is over meanwhile."))
    (one,) = made
    if one.problem:
        return SideBySide(line, shown, None, one.problem)
    later = one.episode
    return SideBySide(line, shown, explain(later.plan, later.facts, pack_of(later.policy)))
