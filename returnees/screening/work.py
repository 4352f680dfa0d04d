"""Computing a re-screening: the plan before and after of everybody touched."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q

from returnees.choices import EpisodeState, ItemState, Touch
from returnees.clock import local_day
from returnees.models import Episode, Screening, ScreeningItem
from returnees.screening.find import COUNTING
from returnees.screening.origins import Origin, Touched
from returnees.screening.summary import differ, summary_of
from returnees.services.bulk import copy_in, make, update_in
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
    todo = {
        one.episode: one
        for one in touched
        if one.episode not in known or known[one.episode].state not in DECIDED
    }
    new, again = [], []
    for cells in foreseen(origin, todo.values(), now):
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


def foreseen(origin: Origin, touched: Iterable[Touched], now: datetime) -> list[dict[str, Any]]:
    """Return the cells of the items of these episodes, nothing written."""
    why = {one.episode: one for one in touched}
    episodes = list(
        Episode.objects.filter(pk__in=why, state__in=COUNTING).select_related("person", "policy")
    )
    journeys = journeys_of(episodes)
    day = local_day(now)
    origin.foresee([(e, journeys[e.pk]) for e in episodes if e.is_expected], day)
    rows = Rows.of(episode for episode in episodes if not episode.is_expected)
    return [_cells(origin, e, journeys[e.pk], why[e.pk], rows, day) for e in episodes]


def _cells(
    origin: Origin, episode: Episode, journey: Journey, touched: Touched, rows: Rows, day: date
) -> dict[str, Any]:
    before, problem = episode.plan, ""
    released = episode.state == EpisodeState.RELEASED
    if released:
        episode.state = EpisodeState.ACTIVE  # as if the period went on; never written
    try:
        chosen = touched.touch == Touch.POSSIBLE
        known = origin.known(episode, journey, touched.why, chosen=chosen, day=day)
        facts = journey.facts(arrived_at=episode.arrived_at, known=known)
        replanned(episode, facts, rows, day=day)
    except NotPlannableError as error:
        problem = str(error)[:300]
    # Of somebody let go nothing changes unless there is something left to do.
    over = released and not episode.stage_kind
    return {
        "episode": episode,
        "place_id": episode.place_id,
        "touch": touched.touch,
        "why": touched.why,
        "before": summary_of(before),
        "after": {} if problem else summary_of(episode.plan),
        "changes": bool(problem) or (differ(before, episode.plan) and not over),
        "state": ItemState.PENDING,
        "problem": problem,
    }


def figures_of(items: Any) -> dict[str, int]:
    """Return the counts of a queryset of items, with one query."""
    waits = Q(state=ItemState.PENDING, changes=True)
    found: dict[str, int] = items.order_by().aggregate(
        affected=Count("pk"),
        certain=Count("pk", filter=Q(touch=Touch.CERTAIN, changes=True)),
        possible=Count("pk", filter=Q(touch=Touch.POSSIBLE, changes=True)),
        unchanged=Count("pk", filter=Q(changes=False)),
        to_confirm=Count("pk", filter=waits & Q(touch=Touch.CERTAIN)),
        to_ask=Count("pk", filter=waits & Q(touch=Touch.POSSIBLE)),
        applied=Count("pk", filter=Q(state=ItemState.APPLIED)),
        left=Count("pk", filter=Q(state=ItemState.LEFT)),
        refused=Count("pk", filter=Q(state=ItemState.REFUSED)),
    )
    return found
