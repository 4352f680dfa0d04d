"""Computing a re-screening: the plan before and after of everybody touched."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q

from grid.bulk import copy_in, make, update_in
from returnees.choices import EpisodeState, ItemState, Touch
from returnees.clock import local_day
from returnees.models import Episode, PolicyVersion, Screening, ScreeningItem
from returnees.screening.find import COUNTING
from returnees.screening.origins import Origin, Touched
from returnees.screening.summary import differ, summary_of
from returnees.services.planning import Journey, NotPlannableError, journeys_of, replanned
from returnees.services.rows import Rows

DECIDED = (ItemState.APPLIED, ItemState.LEFT)
ITEM_FIELDS = ("place", "touch", "why", "before", "after", "changes", "state", "problem")


def compute(
    screening: Screening, origin: Origin, touched: Sequence[Touched], now: datetime
) -> None:
    """Write an item for each of these episodes: plan before and after, whether it changes.

    Episodes stay as they are. What was decided before is kept, what waits is computed anew. The
    number of queries does not depend on how many there are.
    """
    known = {
        item.episode_id: item
        for item in ScreeningItem.objects.filter(
            screening=screening, episode__in=[one.episode for one in touched]
        )
    }
    # A zone's days may move after they were confirmed: whom they touch again waits again.
    kept = (ItemState.LEFT,) if screening.zone_id else DECIDED
    todo = {
        one.episode: one
        for one in touched
        if one.episode not in known or known[one.episode].state not in kept
    }
    new, again = [], []
    for one in foreseen(origin, todo.values(), now):
        cells = one.cells
        episode = cells.pop("episode")
        item = known.get(episode.pk)
        if item is None:
            new.append(make(ScreeningItem, {"screening": screening, "episode": episode}, **cells))
        else:
            for name, value in cells.items():
                setattr(item, name, value)
            again.append(item)
    copy_in(new)
    update_in(again, ITEM_FIELDS)


@dataclass(slots=True)
class Foreseen:
    """An episode as it would be, in memory only: its plan before, why, and what hinders it."""

    episode: Episode
    before: Mapping[str, Any]
    touched: Touched
    problem: str = ""
    over: bool = False  # was let go, and nothing would be left to do

    @property
    def cells(self) -> dict[str, Any]:
        """The columns of the item."""
        after = {} if self.problem else self.episode.plan
        return {
            "episode": self.episode,
            "place_id": self.episode.place_id,
            "touch": self.touched.touch,
            "why": self.touched.why,
            "before": summary_of(self.before),
            "after": summary_of(after),
            "changes": bool(self.problem) or (differ(self.before, after) and not self.over),
            "state": ItemState.PENDING,
            "problem": self.problem,
        }


def foreseen(origin: Origin, touched: Iterable[Touched], now: datetime) -> list[Foreseen]:
    """Return these episodes as they would be planned, nothing written."""
    why = {one.episode: one for one in touched}
    # Each notice is loaded once and each person with the report: a row of its own per episode
    # would cost as much as planning.
    episodes = list(Episode.objects.filter(pk__in=why, state__in=COUNTING))
    journeys = journeys_of(episodes)
    notices = PolicyVersion.objects.in_bulk({episode.policy_id for episode in episodes})
    for episode in episodes:
        episode.policy = notices[episode.policy_id]
        episode.person = journeys[episode.pk].report.person
    day = local_day(now)
    origin.foresee([(e, journeys[e.pk]) for e in episodes if e.is_expected], day)
    rows = Rows.of(episode for episode in episodes if not episode.is_expected)
    return [_foreseen(origin, e, journeys[e.pk], why[e.pk], rows, day) for e in episodes]


def _foreseen(
    origin: Origin, episode: Episode, journey: Journey, touched: Touched, rows: Rows, day: date
) -> Foreseen:
    found = Foreseen(episode, episode.plan, touched)
    released = episode.state == EpisodeState.RELEASED
    if released:
        episode.state = EpisodeState.ACTIVE  # as if the period went on
    try:
        chosen = touched.touch == Touch.POSSIBLE
        known = origin.known(episode, journey, touched.why, chosen=chosen, day=day)
        facts = journey.facts(arrived_at=episode.arrived_at, known=known)
        replanned(episode, facts, rows, day=day)
    except NotPlannableError as error:
        found.problem = str(error)[:300]
    found.over = released and not episode.stage_kind
    return found


def counts() -> dict[str, Count]:
    """Return the aggregates by which items are counted."""
    waits = Q(state=ItemState.PENDING, changes=True)
    failed = Q(state=ItemState.REFUSED) | (waits & ~Q(problem=""))
    return {
        "affected": Count("pk"),
        "certain": Count("pk", filter=Q(touch=Touch.CERTAIN, changes=True)),
        "possible": Count("pk", filter=Q(touch=Touch.POSSIBLE, changes=True)),
        "unchanged": Count("pk", filter=Q(changes=False)),
        "to_confirm": Count("pk", filter=waits & Q(touch=Touch.CERTAIN)),
        "to_ask": Count("pk", filter=waits & Q(touch=Touch.POSSIBLE)),
        "applied": Count("pk", filter=Q(state=ItemState.APPLIED)),
        "left": Count("pk", filter=Q(state=ItemState.LEFT)),
        "refused": Count("pk", filter=failed),
    }


def figures_of(items: Any) -> dict[str, int]:
    """Return the counts of a queryset of items, with one query."""
    found: dict[str, int] = items.order_by().aggregate(**counts())
    return found


def figures_by_screening(items: Any) -> dict[int, dict[str, int]]:
    """Return the counts of items by their re-screening, with one query."""
    rows = items.order_by().values("screening").annotate(**counts())
    return {row.pop("screening"): row for row in rows}
