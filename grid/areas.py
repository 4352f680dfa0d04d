"""The area a page is about: one place, or the several villages of a leader's block."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from grid.choices import CODE_LENGTHS, Level
from grid.days import today
from grid.models import Place, Post, User, ancestor_codes
from grid.scope import under


@dataclass(frozen=True, slots=True)
class Area:
    """Places that are looked at together; `text` is how addresses name them."""

    places: tuple[Place, ...]

    @property
    def text(self) -> str:
        """The codes, separated by commas."""
        return ",".join(place.code for place in self.places)

    @property
    def around(self) -> str:
        """The longest code that all the places begin with."""
        first, last = self.places[0].code, self.places[-1].code
        return next((first[:n] for n in range(len(first), 0, -1) if last.startswith(first[:n])), "")

    @property
    def name(self) -> str:
        """The place's name, or how many villages these are."""
        if len(self.places) == 1:
            return self.places[0].name
        return _("%(count)s villages") % {"count": len(self.places)}

    @property
    def level(self) -> Level:
        """The level of the highest of the places."""
        return Level(min(place.level for place in self.places))


def within(text: str, lookup: str = "place") -> Q:
    """Return the condition "at or below one of these comma-separated codes"."""
    condition = Q(pk__in=[])
    for code in text.split(","):
        condition |= under(code.strip(), lookup)
    return condition


def area_of(user: User, text: str = "") -> Area:
    """Return the area the text names, or the user's own; Http404 for anything out of scope."""
    codes = [code.strip() for code in text.split(",") if code.strip()] or own_codes(user)
    prefixes = user.scope().prefixes
    if not codes or not all(code.startswith(prefixes) for code in codes):
        raise Http404
    places = tuple(Place.objects.filter(code__in=codes).order_by("code"))
    if len(places) != len(set(codes)):
        raise Http404
    return Area(places)


def own_codes(user: User) -> list[str]:
    """Return where a user's overviews begin; for who sees everything, at the first post."""
    prefixes = [prefix for prefix in user.scope().prefixes if prefix]
    if prefixes or not user.is_superuser:
        return prefixes
    posts = Post.objects.active_on(today()).exclude(place=None).order_by("place")
    return list(posts.values_list("place", flat=True)[:1])


@dataclass(frozen=True, slots=True)
class Switch:
    """What a place switcher offers: the way up, and the places below or beside."""

    above: Sequence[Place]
    below: Sequence[Place]


def switch_for(user: User, area: Area) -> Switch:
    """Return the places the user may switch to: ancestors in scope, and the next level down."""
    prefixes = user.scope().prefixes
    first = area.places[0]
    if len(area.places) > 1:
        return Switch((), area.places)
    above = [code for code in ancestor_codes(first.code)[:-1] if code.startswith(prefixes)]
    own = own_codes(user)
    siblings = own if len(own) > 1 and first.code in own else []
    below = Q(parent=first, level__lte=Level.VILLAGE) | Q(code__in=siblings)
    places = Place.objects.filter(Q(code__in=above) | below, closed=False).order_by("code")
    shown = list(places)
    return Switch(
        [place for place in shown if place.code in above],
        [place for place in shown if place.code not in above and place != first],
    )


def child_code(code: str, below: str) -> str:
    """Return the part of a deeper code that names the child of `code` it lies under.

    The whole deeper code where that is a village's already.
    """
    lengths = sorted(length for length in CODE_LENGTHS.values() if length > len(code))
    cut = min(lengths[0] if lengths else len(below), CODE_LENGTHS[Level.VILLAGE])
    return below[:cut]


def name_villages(rows: Iterable[Any], code_of: Callable[[Any], str]) -> None:
    """Give each row the name of its village as `village_name`, with one query for all of them."""
    rows = list(rows)
    length = CODE_LENGTHS[Level.VILLAGE]
    codes = {code_of(row)[:length] for row in rows}
    names = dict(Place.objects.filter(code__in=codes).values_list("code", "name"))
    for row in rows:
        row.village_name = short_name(names.get(code_of(row)[:length], ""))


# Villages and communities carry their committee in the national list; nobody says it.
COMMITTEES = {"村民委员会": "村", "社区居民委员会": "社区", "居民委员会": "", "居民委会": ""}


def short_name(name: str) -> str:
    """Return a village's name without its committee: 马庄村民委员会 -> 马庄村."""
    for ending, instead in COMMITTEES.items():
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending) + instead
    return name
