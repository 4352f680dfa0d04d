"""Which notice binds a place on a day, and how risky an area was: looked up for many at once."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Self

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.errors import Refused
from grid.models import Place, User, ancestor_codes
from policies.errors import PackError
from policies.pack import Pack
from policies.schema import PACKS, load
from returnees.choices import Risk
from returnees.facts import facts_of
from returnees.models import PolicyVersion, RiskArea

__all__ = [
    "AreaRisk",
    "NoPolicyInForceError",
    "PolicyBook",
    "RiskBook",
    "activate_policy",
    "facts_of",
    "fill_gap",
    "pack_in_force",
    "risk_of",
]

LEVELS = list(Risk.values)  # low, mid, high: in order


class NoPolicyInForceError(Refused):
    """No notice binds the place on the day, so nothing can be planned."""


class PolicyNotActivatedError(Refused):
    """The notice cannot be put in force like this."""


def pack_in_force(place_code: str, day: date) -> tuple[Pack, PolicyVersion]:
    """Return the pack that binds a place on a day; NoPolicyInForceError when there is none."""
    return PolicyBook.of([place_code]).at(place_code, day)


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """The policy versions that may bind some places, loaded with one query."""

    versions: tuple[PolicyVersion, ...]  # the nearest place first, there the latest first

    @classmethod
    def of(cls, places: Iterable[str]) -> Self:
        """Load the versions of the places and of everything above them."""
        codes = {code for place in set(places) for code in ancestor_codes(place)}
        versions = PolicyVersion.objects.filter(place__in=codes)
        return cls(tuple(versions.order_by("-place", "-since", "-pk")))

    def at(self, place: str, day: date) -> tuple[Pack, PolicyVersion]:
        """Return the pack and version that bind the place on the day."""
        for version in self.versions:
            begun = version.since <= day and (version.until is None or day < version.until)
            if begun and place.startswith(version.place_id):
                return load(version.pack), version
        raise NoPolicyInForceError(
            _("No notice is in force for place %(place)s on %(day)s; put one in force first.")
            % {"place": place, "day": day}
        )


@cache
def digest_of(pack: str) -> str:
    """Return the SHA-256 of a shipped pack's file: what exactly was put in force."""
    return hashlib.sha256((PACKS / f"{pack}.toml").read_bytes()).hexdigest()


@transaction.atomic
def activate_policy(
    *, pack: str, place: Place, since: date, by: User | None, why: str = ""
) -> PolicyVersion:
    """Put a pack in force at a place from a day on; the one in force there until then ends.

    The same pack with the same content stays as it is. Plans made before keep their version (A-50).
    """
    try:
        version = load(pack).version
    except PackError as error:
        raise PolicyNotActivatedError(str(error)) from error
    digest = digest_of(pack)
    with acting(by=by, why=why or "activate policy"):
        # Lock the place: there may be no version yet that could be locked.
        Place.objects.select_for_update(of=("self",)).get(pk=place.pk)
        former: PolicyVersion | None = PolicyVersion.objects.filter(place=place, until=None).first()
        if former:
            if (former.pack, former.digest) == (pack, digest) and former.since <= since:
                return former
            _end(former, since)
        bound = PolicyVersion(pack=pack, version=version, digest=digest, place=place, since=since)
        bound.save()
    return bound


@transaction.atomic
def fill_gap(*, pack: str, place: Place, since: date, by: User | None) -> PolicyVersion:
    """Put a pack in force from a day on which nothing binds the place, until something does.

    For lists about days before the first notice was put in force here.
    """
    later = PolicyVersion.objects.filter(place=place, since__gt=since).order_by("since").first()
    if later is None:
        return activate_policy(pack=pack, place=place, since=since, by=by, why="first notice")
    bound = PolicyVersion(
        pack=pack,
        version=load(pack).version,
        digest=digest_of(pack),
        place=place,
        since=since,
        until=later.since,
    )
    with acting(by=by, why="first notice"):
        bound.save()
    return bound


def _end(former: PolicyVersion, since: date) -> None:
    if former.since > since:
        raise PolicyNotActivatedError(
            _("%(pack)s is in force from %(since)s on; choose that day or a later one.")
            % {"pack": former.pack, "since": former.since}
        )
    former.until = since
    former.save(update_fields=["until"])


@dataclass(frozen=True, slots=True)
class AreaRisk:
    """How risky an area was on some days: the highest level and every flag (A-04)."""

    level: str = Risk.LOW
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RiskBook:
    """The risk areas that may touch some places in some days, loaded with one query."""

    areas: dict[str, list[RiskArea]] = field(default_factory=dict)

    @classmethod
    def of(cls, places: Iterable[str], first: date, last: date) -> Self:
        """Load the areas of the places and everything above them, on these days."""
        codes = {code for place in set(places) for code in ancestor_codes(place)}
        book = cls()
        if codes:
            for area in RiskArea.objects.on_any_day_between(first, last).filter(Q(place__in=codes)):
                book.areas.setdefault(area.place_id, []).append(area)
        return book

    def risk(self, place: str, first: date, last: date) -> AreaRisk:
        """Return the risk of a place on the days from first to last, both included."""
        if not self.areas:
            return AreaRisk()
        touching = [
            area
            for code in ancestor_codes(place)
            for area in self.areas.get(code, ())
            if area.since <= last and (area.until is None or area.until > first)
        ]
        if not touching:
            return AreaRisk()
        return AreaRisk(
            level=max((area.level for area in touching), key=LEVELS.index),
            flags=tuple(sorted({flag for area in touching for flag in area.flags})),
        )


def risk_of(place_code: str, first: date, last: date) -> AreaRisk:
    """Return the risk of one place on the days from first to last, both included."""
    return RiskBook.of([place_code], first, last).risk(place_code, first, last)
