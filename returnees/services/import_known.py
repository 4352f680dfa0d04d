"""What to do with a row, given what the portal knows of its person by now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from grid.choices import RowAction
from grid.imports.results import Problem
from grid.models import Person
from returnees.choices import EpisodeState
from returnees.clock import local_day
from returnees.models import Certificate, Episode
from returnees.services.import_messages import problem
from returnees.services.import_values import (
    Values,
    changed,
    key_of_values,
    known_values,
)
from returnees.services.persons import VILLAGE, PersonBook

SAME_RETURN = timedelta(days=14)
COMING_AFTER_ALL = (EpisodeState.NO_SHOW, EpisodeState.CANCELLED)


@dataclass(slots=True)
class Judged:
    """What is to be done with a row, to whom, what it changes, and what it asks."""

    action: RowAction
    person: Person | None = None
    episode: Episode | None = None
    known: Values = field(default_factory=dict)
    changes: Values = field(default_factory=dict)
    problem: Problem | None = None


@dataclass(slots=True)
class KnownBook:
    """Persons of some rows with their episodes, loaded with a constant number of queries."""

    persons: PersonBook
    episodes: dict[int, list[Episode]]
    papers: dict[int, list[Certificate]]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]], *, lock: bool = False) -> "KnownBook":
        """Load what is known of the persons of these rows, locked where asked."""
        keys = {key for values in rows if (key := key_of_values(values))}
        persons = PersonBook.of(keys, lock=lock)
        book = cls(persons, {}, {})
        ids = [person.pk for person in persons.found.values()]
        if not ids:
            return book
        episodes = Episode.objects.filter(person__in=ids).select_related("report", "policy")
        for episode in episodes.order_by("-arrives_on", "-pk"):
            book.episodes.setdefault(episode.person_id, []).append(episode)
        for paper in Certificate.objects.filter(report__person__in=ids):
            book.papers.setdefault(paper.report_id, []).append(paper)
        return book

    def judge(self, values: Mapping[str, Any], *, home: str, decided: bool = False) -> Judged:
        """Say what to do with an importable row.

        `home` is the place the list was given for; `decided` where somebody has confirmed that a
        person known elsewhere is meant.
        """
        key = key_of_values(values)
        person = self.persons.get(key) if key else None
        if person is None:
            return Judged(RowAction.CREATE)
        episode = self._return_of(person, values)
        if episode is None:
            elsewhere = person.place_id[:VILLAGE] != values["dest_code"]
            if elsewhere and not decided:
                return _ask(person, None, _elsewhere(person, home))
            return Judged(RowAction.CREATE, person)
        return self._against(values, person, episode, home=home, decided=decided)

    def _return_of(self, person: Person, values: Mapping[str, Any]) -> Episode | None:
        """Return the episode a row speaks of: the open one, else one of the same day of return."""
        episodes = self.episodes.get(person.pk, [])
        for episode in episodes:
            if episode.is_open:
                return episode
        for episode in episodes:
            arrived = local_day(episode.report.arrives_at)
            if arrived.isoformat() == values["return_date"]:
                return episode
        return None

    def _against(
        self,
        values: Mapping[str, Any],
        person: Person,
        episode: Episode,
        *,
        home: str,
        decided: bool,
    ) -> Judged:
        known = known_values(person, episode, self.papers.get(episode.report_id, ()))
        changes = changed(values, known)
        judged = Judged(RowAction.UNCHANGED, person, episode, known, changes)
        if not episode.is_open:
            if episode.state not in COMING_AFTER_ALL:
                return judged
            if decided:
                return Judged(RowAction.CREATE, person)
            return _ask(person, episode, problem("known_closed"))
        if not changes:
            return judged
        if "dest_code" in changes and not decided:
            return _ask(person, episode, _elsewhere(person, home))
        if "return_date" in changes and (asked := _other_return(episode, changes)):
            return _ask(person, episode, asked)
        judged.action = RowAction.UPDATE
        return judged


def _ask(person: Person, episode: Episode | None, asked: Problem) -> Judged:
    return Judged(RowAction.ASK, person, episode, problem=asked)


def _elsewhere(person: Person, home: str) -> Problem:
    """Ask about somebody of another village; beyond one's own place nothing more is told."""
    inside = person.place_id.startswith(home)
    return problem("known_cross_village" if inside else "known_elsewhere")


def _other_return(episode: Episode, changes: Mapping[str, Any]) -> Problem | None:
    """Ask where a new date may be another journey, or contradicts an arrival somebody confirmed."""
    if episode.is_expected:
        return None
    new = date.fromisoformat(changes["return_date"])
    confirmed = episode.arrived_at != episode.report.arrives_at
    if confirmed or abs(new - episode.arrives_on) > SAME_RETURN:
        return problem("known_arrived", day=episode.arrives_on.isoformat())
    return None
