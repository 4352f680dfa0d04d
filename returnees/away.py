"""Residents away and the risk where they are: who is touched by a list, who is at risk now."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Substr
from django.db.models.lookups import In

from grid.choices import CODE_LENGTHS
from grid.models import User, ancestor_codes
from returnees.choices import Mark, Risk, Touch
from returnees.models import Away
from returnees.models.away import AwayQuerySet
from returnees.risk import AreaRisk, RiskBook
from returnees.risk_lists.changes import AreaChange

FEW = 200  # rows shown beside a list; the ledger itself has them all


@dataclass(frozen=True, slots=True)
class TouchedAway:
    """Residents away whom raised areas reach: the first rows, and how many there are."""

    rows: list[Away]
    certain: int
    possible: int

    @property
    def total(self) -> int:
        """How many there are."""
        return self.certain + self.possible

    @property
    def more(self) -> int:
        """How many are not among the rows."""
        return self.total - len(self.rows)


def touched_away(changes: Sequence[AreaChange], user: User) -> TouchedAway:
    """Return what templates/returnees/away_touched.html shows; two queries for any number.

    Each row has `touch` (see touched_by) and `marks`: the raised levels and flags, in words.
    """
    found = touched_by(changes, user)
    counts = Counter(found.order_by().values_list("touch", flat=True))
    rows = list(found.select_related("person", "home", "place")[:FEW])
    raised = [change for change in changes if change.raises]
    for row in rows:
        row.marks = marks_for(str(row.place_id), raised)
    return TouchedAway(rows, counts[Touch.CERTAIN.value], counts[Touch.POSSIBLE.value])


def touched_by(changes: Sequence[AreaChange], user: User) -> AwayQuerySet:
    """Return the residents of the user's scope who are where a list raises a level or sets a flag.

    `touch` of a row is certain where the place lies at or below a raised area, possible where the
    area lies inside the place, or is only a part of it: those are asked where exactly. One
    statement, the earliest return first.
    """
    raised = [change for change in changes if change.raises]
    whole = {change.place for change in raised if not change.part}
    parts = {change.place for change in raised if change.part}
    around = {up for code in whole | parts for up in ancestor_codes(code)}
    certain = at_or_below(whole)
    possible = at_or_below(parts) | Q(place__in=around)
    rows = Away.objects.open().visible_to(user).filter(certain | possible)
    touch = Case(
        When(certain, then=Value(Touch.CERTAIN.value)),
        default=Value(Touch.POSSIBLE.value),
        output_field=CharField(),
    )
    found: AwayQuerySet = rows.annotate(touch=touch)
    return found.order_by(F("returns_on").asc(nulls_last=True), "pk")


def at_or_below(codes: Iterable[str]) -> Q:
    """Return the condition "is in one of these places": the code of the place begins with it."""
    codes = set(codes)
    condition = Q(pk__in=[])
    for length in CODE_LENGTHS.values():
        if same := sorted(code for code in codes if len(code) == length):
            condition |= Q(In(Substr("place", 1, length), same))
    return condition


def marks_for(place: str, raised: Iterable[AreaChange]) -> list[str]:
    """Return the levels and flags that changes set at, around or inside a place, in words."""
    marks = {
        change.mark
        for change in raised
        if change.place.startswith(place) or place.startswith(change.place)
    }
    return [str(mark.label) for mark in Mark if mark.value in marks]


def at_risk_now(rows: AwayQuerySet, day: date) -> AwayQuerySet:
    """Return those of the rows whose place is at risk, or has an area at risk inside, on a day.

    The finest area decides (JX8-2b), as everywhere; two queries for any number of rows.
    """
    places = set(rows.exclude(place=None).order_by().values_list("place", flat=True).distinct())
    book = RiskBook.of(places, day, day)
    return rows.filter(place__in=[code for code in places if is_at_risk(risk(book, code, day))])


def risk(book: RiskBook, place: str | None, day: date) -> AreaRisk:
    """Return how risky a place is on a day; low for a place that no code is known of."""
    return book.risk(place, day, day) if place else AreaRisk()


def is_at_risk(risk: AreaRisk) -> bool:
    """Say whether there is anything to be said about a place: a level, a flag, or a doubt."""
    return risk.level != Risk.LOW or bool(risk.flags) or risk.unclear
