"""The one scope function: no request reaches a row except through `visible_to(user)`.

A user's grants = the places of dated posts, plus the targets of open assignments, plus those of
the colleague on leave whom they cover for. Outside every grant a row does not exist (404); inside
one without the right it is refused (403).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, Self

from django.db import models
from django.db.models import Q

from grid.permissions import ROLE_PERMISSIONS, Permission

AFTER_DIGITS = ":"  # the character after "9": code ranges are [prefix, prefix + ":")


class HasScope(Protocol):
    """A row that says where and whose it is."""

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place code, household id and person id."""
        ...


@dataclass(frozen=True, slots=True)
class Grant:
    """One role over one target: a place with everything under it, a household or a person."""

    role: str
    prefix: str | None = None
    household: int | None = None
    person: int | None = None

    def covers(self, row: HasScope) -> bool:
        """Say whether the row lies inside this grant."""
        place, household, person = row.scope_keys()
        if self.prefix is not None:
            return place.startswith(self.prefix)
        if self.household is not None:
            return household == self.household
        return person is not None and person == self.person

    def allows(self, permission: Permission) -> bool:
        """Say whether the role of this grant holds the permission."""
        return permission in ROLE_PERMISSIONS[self.role]


@dataclass(frozen=True, slots=True)
class Scope:
    """The targets of several grants, ready for SQL; outermost prefixes only."""

    prefixes: tuple[str, ...]
    households: frozenset[int]
    persons: frozenset[int]

    @classmethod
    def of(cls, grants: Iterable[Grant]) -> Self:
        """Gather the grants and drop prefixes that lie inside another one."""
        grants = list(grants)
        prefixes: list[str] = []
        for prefix in sorted({g.prefix for g in grants if g.prefix is not None}):
            if not prefixes or not prefix.startswith(prefixes[-1]):
                prefixes.append(prefix)
        return cls(
            prefixes=tuple(prefixes),
            households=frozenset(g.household for g in grants if g.household is not None),
            persons=frozenset(g.person for g in grants if g.person is not None),
        )

    def __bool__(self) -> bool:
        """Say whether there is anything to see at all."""
        return bool(self.prefixes or self.households or self.persons)

    def q(self, *, place: str, household: str | None, person: str | None) -> Q:
        """Return the condition for a model whose columns have these names."""
        condition = Q(pk__in=[])
        for prefix in self.prefixes:
            condition |= under(prefix, place)
        if household and self.households:
            condition |= Q(**{f"{household}__in": self.households})
        if person and self.persons:
            condition |= Q(**{f"{person}__in": self.persons})
        return condition


def under(prefix: str, place: str = "place") -> Q:
    """Return the index range "everything under this place", the place included."""
    return Q(**{f"{place}__gte": prefix, f"{place}__lt": prefix + AFTER_DIGITS})


class Viewer(Protocol):
    """A signed-in user, as far as scope is concerned."""

    def scope(self, permission: Permission | None = None) -> Scope:
        """Return the user's scope, or the part of it where the permission is held."""
        ...


class ScopedQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Rows that hang below places; subclasses name their columns."""

    place_lookup = "place"
    household_lookup: str | None = None
    person_lookup: str | None = None

    def visible_to(self, user: Viewer, permission: Permission | None = None) -> Self:
        """Return the rows in the user's scope, or where the user holds the permission."""
        scope = user.scope(permission)
        if not scope:
            return self.none()
        return self.filter(
            scope.q(
                place=self.place_lookup,
                household=self.household_lookup,
                person=self.person_lookup,
            )
        )

    def under(self, code: str) -> Self:
        """Return the rows at or below a place."""
        return self.filter(under(code, self.place_lookup))


def active_on(day: date, prefix: str = "") -> Q:
    """Return the condition "since <= day < until" of dated facts; until is the first day after."""
    return Q(**{f"{prefix}since__lte": day}) & (
        Q(**{f"{prefix}until": None}) | Q(**{f"{prefix}until__gt": day})
    )
