"""The three origins of a re-screening: whom each touches and what each adds to what is known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Protocol

from django.db.models import Q
from django.db.models.functions import Coalesce

from grid.models import ancestor_codes
from grid.scope import under
from returnees.choices import LEVELS, EpisodeState, ListState, Touch
from returnees.clock import local_day
from returnees.models import ControlZone, Episode, PolicyVersion, RiskListVersion, Stay
from returnees.policies import pack_of
from returnees.risk_lists.changes import AreaChange
from returnees.screening.find import Hit, affected
from returnees.screening.news import event_of, known_of
from returnees.screening.outlook import height, with_changes
from returnees.services.planning import Journey, assess_stays, named_in
from returnees.services.risk_lists import changes_of
from returnees.zones import ZoneBook, home_of

Why = list[dict[str, Any]]
Known = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Touched:
    """One episode: how surely it is touched, and by what [{stay, place, part, mark, was}]."""

    episode: int
    touch: str
    why: Why = field(default_factory=list)


class Origin(Protocol):
    """What asks for a re-screening."""

    @property
    def in_force(self) -> bool:
        """Whether it binds already."""
        ...

    def touched(self) -> list[Touched]:
        """Return whom it touches, by episode."""
        ...

    def foresee(self, expected: Sequence[tuple[Episode, Journey]], day: date) -> None:
        """Set the risk of the stays of those expected, in memory, as it will be."""
        ...

    def known(
        self, episode: Episode, journey: Journey, why: Why, *, chosen: bool, day: date
    ) -> Known:
        """Return what will be known of an episode, setting its notice where that changes.

        `chosen`: what is uncertain is taken for certain. `day` is the day it is decided.
        """
        ...


@dataclass(frozen=True)
class ListOrigin:
    """A risk list: by the places somebody stayed in."""

    version: RiskListVersion

    @property
    def in_force(self) -> bool:
        """Whether the list is published."""
        return self.version.state == ListState.PUBLISHED

    def touched(self) -> list[Touched]:
        """Return whom the list touches (returnees.screening.find)."""
        return gathered(affected(self.version))

    def foresee(self, expected: Sequence[tuple[Episode, Journey]], day: date) -> None:
        """Look the stays up with the list as if it were published."""
        changes = [] if self.in_force else changes_of(self.version)
        assess_stays(
            [(j, local_day(j.report.arrives_at), pack_of(e.policy)) for e, j in expected],
            known_on=max(day, self.version.day),
            coming=lambda book: with_changes(book, changes, self.version.day),
        )

    def known(
        self, episode: Episode, journey: Journey, why: Why, *, chosen: bool, day: date
    ) -> Known:
        """Add an event per place that is raised; of those expected the stays themselves tell."""
        known = dict(episode.facts)
        events = list(known.get("events", ()))
        for stay, level, flags in raised_stays(journey.stays, why, chosen=chosen):
            if episode.is_expected:
                if not chosen:
                    continue  # the list was looked up
                stay.risk = max(str(stay.risk), level, key=LEVELS.index)
                stay.flags = sorted({*stay.flags, *flags})
                continue
            on = max(self.version.day, episode.arrives_on)
            event = event_of(stay, known_of(stay, events), (level, flags), on)
            if event is not None:
                events.append(event)
        return {**known, "events": events}


def raised_stays(
    stays: Iterable[Stay], why: Why, *, chosen: bool
) -> Iterator[tuple[Stay, str, frozenset[str]]]:
    """Yield the stays that entries reach for certain, or that are taken to be, with their risk."""
    for stay in stays:
        here = [e for e in why if e["stay"] == stay.pk and (chosen or is_certain(e, stay))]
        if here:
            level = max((e["mark"] for e in here if e["mark"] in LEVELS), key=height, default="low")
            yield stay, level, frozenset(e["mark"] for e in here if e["mark"] not in LEVELS)


def is_certain(entry: Mapping[str, Any], stay: Stay) -> bool:
    """Say whether somebody who stayed there was surely in the changed area."""
    if entry["part"]:
        return named_in(stay, entry["place"], entry["part"])
    return (stay.place_id or "").startswith(entry["place"])


def gathered(hits: Iterable[Hit]) -> list[Touched]:
    """Return the hits by episode; of several levels around one stay the finest area's counts."""
    by_episode: dict[int, dict[tuple[Any, ...], Hit]] = {}
    for hit in hits:
        kept = by_episode.setdefault(hit.episode, {})
        aspect = hit.change.aspect
        # Around the stay one area decides each aspect; inside it there may be several.
        key = (hit.stay, aspect) if hit.certain else (hit.stay, aspect, hit.change)
        if key not in kept or len(hit.change.place) > len(kept[key].change.place):
            kept[key] = hit
    return [
        Touched(
            episode,
            Touch.CERTAIN if any(hit.certain for hit in kept.values()) else Touch.POSSIBLE,
            [_entry(hit.stay, hit.change) for hit in kept.values()],
        )
        for episode, kept in sorted(by_episode.items())
    ]


def _entry(stay: int, change: AreaChange) -> dict[str, Any]:
    return {
        "stay": stay,
        "place": change.place,
        "part": change.part,
        "mark": change.mark,
        "was": change.was,
    }


@dataclass(frozen=True)
class PolicyOrigin:
    """A notice for a place: who is expected will come under it, who is here may be put under it."""

    version: PolicyVersion

    @property
    def in_force(self) -> bool:
        """Whether the notice binds."""
        return not self.version.proposed

    def touched(self) -> list[Touched]:
        """Return the open episodes whose nearest notice this would be (A-50)."""
        version = self.version
        nearer = list(
            PolicyVersion.objects.binding()
            .filter(under(version.place_id))
            .exclude(place=version.place_id)
            .values_list("place", "since", "until")
        )
        rows = Episode.objects.open().under(version.place_id).exclude(policy=version)
        found = []
        for pk, place, arrives, state in rows.order_by("pk").values_list(
            "pk", "place", "arrives_on", "state"
        ):
            expected = state == EpisodeState.EXPECTED
            day = max(arrives, version.since)
            if expected and arrives < version.since:
                continue
            if version.until is not None and day >= version.until:
                continue
            if any(
                place.startswith(code) and since <= day and (until is None or day < until)
                for code, since, until in nearer
            ):
                continue
            found.append(Touched(pk, Touch.CERTAIN if expected else Touch.POSSIBLE))
        return found

    def foresee(self, expected: Sequence[tuple[Episode, Journey]], day: date) -> None:
        """Look the stays up once more, by the look-back of the notice."""
        pack = pack_of(self.version)
        assess_stays(
            [(j, local_day(j.report.arrives_at), pack) for _episode, j in expected], known_on=day
        )

    def known(
        self, episode: Episode, journey: Journey, why: Why, *, chosen: bool, day: date
    ) -> Known:
        """Put the episode under the notice; of those here only what lies ahead moves."""
        episode.policy = self.version
        if episode.is_expected:
            return dict(episode.facts)
        since = max(self.version.since, episode.arrives_on, day)
        return {**episode.facts, "policy_from": since.isoformat()}


@dataclass(frozen=True)
class ZoneOrigin:
    """A closed zone, or one that is lifted: by the place somebody is in (JX8-12a)."""

    zone: ControlZone
    in_force = True

    @cached_property
    def _book(self) -> ZoneBook:
        """The zones around this one and inside it: the finest counts."""
        code = self.zone.place_id
        around = Q(place__in=ancestor_codes(code))
        return ZoneBook(tuple(ControlZone.objects.filter(under(code) | around)))

    def touched(self) -> list[Touched]:
        """Return the open episodes in the zone whose facts say otherwise; two queries."""
        code = self.zone.place_id
        rows = Episode.objects.open().filter(
            under(code) | under(code, "person__place") | under(code, "person__household__place")
        )
        # Where the household is, as home_of has it.
        lives = Coalesce("person__household__place", "person__place")
        found = list(
            rows.order_by("pk").values_list("pk", "place", lives, "arrives_on", "facts__zone")
        )
        homes = [
            home if home.startswith(place) else place for _pk, place, home, _on, _zone in found
        ]
        return [
            Touched(pk, Touch.CERTAIN)
            for (pk, _place, _home, arrives, noted), home in zip(found, homes, strict=True)
            if home.startswith(code) and noted != self._book.fact(home, arrives)
        ]

    def foresee(self, expected: Sequence[tuple[Episode, Journey]], day: date) -> None:
        """Leave the stays as they are."""

    def known(
        self, episode: Episode, journey: Journey, why: Why, *, chosen: bool, day: date
    ) -> Known:
        """Note the zone, move its last day, or take it off."""
        home = home_of(journey.report)
        return {**episode.facts, "zone": self._book.fact(home, episode.arrives_on)}


def origin_of(screening: Any) -> Origin:
    """Return the origin of a Screening."""
    if screening.risk_list_id:
        return ListOrigin(screening.risk_list)
    if screening.policy_id:
        return PolicyOrigin(screening.policy)
    return ZoneOrigin(screening.zone)
