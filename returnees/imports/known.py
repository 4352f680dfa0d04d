"""What to do with a row, given what the portal knows of its person by now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from grid.batches.kinds import Frame, Judged, Values
from grid.batches.sentences import problem
from grid.choices import RowAction
from grid.imports.results import Problem
from grid.models import Person, id_hash, phone_hash
from returnees.choices import EpisodeState
from returnees.clock import local_day
from returnees.imports.edits import Past, Weighed, weigh
from returnees.imports.exported import record_key
from returnees.imports.values import changed, key_of_values, known_values, paper_of
from returnees.imports.words import asked_about
from returnees.models import Certificate, Episode, Stay
from returnees.services.persons import VILLAGE, PersonBook

SAME_RETURN = timedelta(days=14)
COMING_AFTER_ALL = (EpisodeState.NO_SHOW, EpisodeState.CANCELLED)
KEEP = "keep"  # the answer `hand_edits` that lets the edits by hand stay
PAPER = frozenset(("nat_date", "nat_result"))


@dataclass(slots=True)
class Subject:
    """Whom a row is about, and the return it speaks of; `stays` are loaded for writing alone."""

    person: Person | None = None
    episode: Episode | None = None
    stays: list[Stay] = field(default_factory=list)


@dataclass(slots=True)
class KnownBook:
    """Persons of some rows with their returns, loaded beforehand (`returnees.imports.loading`)."""

    frame: Frame
    persons: PersonBook = field(default_factory=PersonBook)
    suggested: dict[tuple[bytes, str], list[Person]] = field(default_factory=dict)
    records: dict[int, Episode] = field(default_factory=dict)
    episodes: dict[int, list[Episode]] = field(default_factory=dict)  # by person
    papers: dict[int, list[Certificate]] = field(default_factory=dict)  # by report
    stays: dict[int, list[Stay]] = field(default_factory=dict)  # by report
    pasts: dict[tuple[int, str], Past] = field(default_factory=dict)  # by episode, time of export
    seen: dict[int, tuple[Any, int, Values, Values]] = field(default_factory=dict)  # compared once

    def judge(self, values: Mapping[str, Any], *, home: str, decided: str = "") -> Judged:
        """Say what to do with an importable row.

        `home` is the place the list was given for; `decided` what somebody has answered to what
        the row asked: for a person who was suggested, "create" means somebody else.
        """
        if values.get("record"):
            return self._by_record(values, home=home, decided=decided)
        person = self.person(values)
        if person is None and (meant := self.suggestion(values)):
            if not decided:
                return self._ask(meant, self.return_of(meant, values), problem("person_suggested"))
            person = None if decided == RowAction.CREATE else meant
        return self._about(person, values, home=home, decided=decided)

    def _about(
        self, person: Person | None, values: Mapping[str, Any], *, home: str, decided: str
    ) -> Judged:
        if person is None:
            return Judged(RowAction.CREATE, subject=Subject())
        episode = self.return_of(person, values)
        if episode is None:
            elsewhere = person.place_id[:VILLAGE] != values["dest_code"]
            if elsewhere and not decided:
                return self._ask(person, None, _elsewhere(person, home))
            return Judged(RowAction.CREATE, person=person.pk, subject=Subject(person))
        return self._against(values, episode, home=home, decided=decided)

    def _by_record(self, values: Mapping[str, Any], *, home: str, decided: str) -> Judged:
        """Judge a row that names its record: one that does not fit the person is a question."""
        key = record_key(values["record"])
        episode = self.records.get(key) if key else None
        if episode is not None and not episode.place_id.startswith(home):
            episode = None  # of another place no more is told than of none
        other = self.person(values)
        if episode is not None and _fits(values, episode.person, other):
            return self._against(values, episode, home=home, decided=decided)
        if decided and _is_whole(values):
            return self._about(other, values, home=home, decided=decided)
        code = "record_unknown" if episode is None else "record_other"
        asked = problem(code, number=values["record"])
        return Judged(RowAction.ASK, problems=[asked], subject=Subject())

    def person(self, values: Mapping[str, Any]) -> Person | None:
        """Return the person a row names by document, or by name and phone without one."""
        key = key_of_values(values)
        return self.persons.get(key) if key else None

    def suggestion(self, values: Mapping[str, Any]) -> Person | None:
        """Return who may be meant: the same name and phone, and births that do not differ."""
        key = suggestion_key(values)
        for person in self.suggested.get(key, ()) if key else ():
            born = person.birth_date.isoformat() if person.birth_date else None
            if born is None or values.get("birth") in (None, born):
                return person
        return None

    def return_of(self, person: Person, values: Mapping[str, Any]) -> Episode | None:
        """Return the episode a row speaks of: the open one, else one of the same day of return."""
        episodes = self.episodes.get(person.pk, [])
        for episode in episodes:
            if episode.is_open:
                return episode
        day = values.get("return_date")
        for episode in episodes:
            reported = local_day(episode.report.arrives_at)  # they may have come on another day
            if day in (episode.arrives_on.isoformat(), reported.isoformat()):
                return episode
        return None

    def compared(self, values: Mapping[str, Any], episode: Episode) -> tuple[Values, Values]:
        """Return what is known of a return and what a row would change of it."""
        row, key, known, changes = self.seen.get(id(values), (None, 0, {}, {}))
        if row is values and key == episode.pk:
            return known, changes
        known, changes = self._compared(values, episode)
        self.seen[id(values)] = (values, episode.pk, known, changes)
        return known, changes

    def _compared(self, values: Mapping[str, Any], episode: Episode) -> tuple[Values, Values]:
        papers = self.papers.get(episode.report_id, ())
        known = known_values(episode.person, episode, papers, self.frame)
        changes = changed(values, known)
        number = values.get("id_number")
        if number and id_hash(number) != episode.person.id_hash:
            changes["id_number"] = number
        if pair := paper_of(values):
            held = {(paper.sampled_on.isoformat(), paper.result) for paper in papers}
            if pair in held:
                changes = {key: value for key, value in changes.items() if key not in PAPER}
        return known, changes

    def _against(
        self, values: Mapping[str, Any], episode: Episode, *, home: str, decided: str
    ) -> Judged:
        known, changes = self.compared(values, episode)
        judged = Judged(
            RowAction.UNCHANGED,
            key=episode.pk,
            person=episode.person_id,
            known=known,
            changes={},
            subject=Subject(episode.person, episode, self.stays.get(episode.report_id, [])),
        )
        if not episode.is_open:
            return self._closed(values, judged, changes, decided=decided)
        if not changes:
            return judged
        weighed = self._weighed(values, episode, known, changes)
        if weighed.kept:
            judged.problems.append(problem("hand_edit_kept", keys=weighed.kept))
        judged.changes = weighed.changes
        if decided and values.get("hand_edits") != KEEP:
            judged.changes |= {key: changes[key] for key in weighed.conflicts}
        asked = [] if decided else self._questions(episode, weighed, changes, home)
        if asked:
            judged.action, judged.changes = RowAction.ASK, {}
            judged.problems += asked
        elif judged.changes:
            judged.action = RowAction.UPDATE
        return judged

    def _weighed(
        self,
        values: Mapping[str, Any],
        episode: Episode,
        known: Values,
        changes: Values,
    ) -> Weighed:
        if self.frame.overwrite:
            return Weighed(changes)
        past = self.pasts.get((episode.pk, values.get("exported_at") or ""), Past())
        return weigh(changes, known, past)

    def _questions(
        self, episode: Episode, weighed: Weighed, changes: Values, home: str
    ) -> list[Problem]:
        """Return what has to be answered before a row changes a return."""
        open_ = {*weighed.changes, *weighed.conflicts}
        asked = []
        if "dest_code" in open_:
            asked.append(_elsewhere(episode.person, home))
        if "return_date" in open_ and (other := _other_return(episode, changes["return_date"])):
            asked.append(other)
            weighed.conflicts.pop("return_date", None)
        return asked + asked_about(
            {key: edit for key, edit in weighed.conflicts.items() if key != "dest_code"}
        )

    def _closed(
        self,
        values: Mapping[str, Any],
        judged: Judged,
        changes: Values,
        *,
        decided: str,
    ) -> Judged:
        """Judge a row about a return that is over: it stays, unless it comes about after all."""
        subject: Subject = judged.subject
        episode = subject.episode
        if values.get("record") or (episode and episode.state not in COMING_AFTER_ALL):
            if changes:
                judged.problems.append(problem("known_over", keys=list(changes)))
            return judged
        if decided:
            return Judged(RowAction.CREATE, person=judged.person, subject=Subject(subject.person))
        return self._ask(subject.person, episode, problem("known_closed"))

    def _ask(self, person: Person | None, episode: Episode | None, asked: Problem) -> Judged:
        """Return a question about somebody known; their key is kept for those who may look."""
        return Judged(
            RowAction.ASK,
            key=episode.pk if episode else None,
            person=person.pk if person else None,
            problems=[asked],
            subject=Subject(person, episode),
        )


def suggestion_key(values: Mapping[str, Any]) -> tuple[bytes, str] | None:
    """Return the hash of phone and the name by which persons are suggested; None without both."""
    name, phone = values.get("name"), values.get("phone")
    return (phone_hash(phone), name) if name and phone else None


def _fits(values: Mapping[str, Any], person: Person, other: Person | None) -> bool:
    """Say whether a row may be about the person of the record it names.

    The document fits, or the name does and the document is nobody else's; a masked number has to
    be the mask of the person's.
    """
    masked, number = values.get("id_masked"), values.get("id_number")
    if masked and masked != person.masked_id:
        return False
    if number and id_hash(number) == person.id_hash:
        return True
    is_another = bool(number) and other is not None and other.pk != person.pk
    return not is_another and values.get("name") == person.name


def _is_whole(values: Mapping[str, Any]) -> bool:
    """Say whether a row says enough to be imported by its person."""
    return all(values.get(key) for key in ("name", "dest_code", "return_date")) and bool(
        values.get("id_number") or values.get("phone")
    )


def _elsewhere(person: Person, home: str) -> Problem:
    """Ask about somebody of another village; beyond one's own place nothing more is told."""
    inside = person.place_id.startswith(home)
    return problem("known_cross_village" if inside else "known_elsewhere")


def _other_return(episode: Episode, day: str) -> Problem | None:
    """Ask where a new date may be another journey, or contradicts an arrival somebody confirmed."""
    if episode.is_expected:
        return None
    confirmed = episode.arrived_at != episode.report.arrives_at
    apart = abs(date.fromisoformat(day) - episode.arrives_on)
    if confirmed or apart > SAME_RETURN:
        return problem("known_arrived", day=episode.arrives_on.isoformat())
    return None
