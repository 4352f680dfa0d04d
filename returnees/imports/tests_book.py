"""What is known of the samples of some rows: whose they are, which test holds or awaits them."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from grid.batches.kinds import Frame, Judged
from grid.batches.records import RecordBook
from grid.batches.sentences import problem
from grid.choices import RowAction
from grid.days import at
from grid.models import Person
from returnees.choices import EpisodeState, TestResult
from returnees.clock import local, local_day
from returnees.imports.people import day_of
from returnees.imports.values import key_of_values
from returnees.models import Episode, Test
from returnees.services.persons import PersonBook
from returnees.services.rows import FINAL
from returnees.services.tests import TAKING

NOON = time(12)  # stands for the hour nobody wrote down
# Somebody handed to the hospital may turn out to have had a wrong result.
LOOKED_AT = (*TAKING, EpisodeState.CASE, EpisodeState.EXPECTED)
KeyOf = Callable[[Mapping[str, Any]], Hashable | None]


@dataclass(slots=True)
class Pick:
    """What a new result answers: an owed test, or none; when the sample was taken."""

    episode: Episode
    test: Test | None
    sampled_at: datetime | None


@dataclass(slots=True)
class LabBook(RecordBook):
    """Persons of some rows with their episodes and tests; a test is picked for one row alone."""

    persons: PersonBook = field(default_factory=PersonBook)
    episodes: dict[int, list[Episode]] = field(default_factory=dict)  # by person
    tests: dict[int, list[Test]] = field(default_factory=dict)  # by episode
    picked: set[int] = field(default_factory=set)

    def judge(self, values: Mapping[str, Any], *, home: str, decided: str = "") -> Judged:
        """Say which test a result belongs to; what cannot be attached is asked, never dropped."""
        if not values.get("result"):
            return _ask(None, "result_unclear")
        key = key_of_values(values)
        person = self.persons.get(key) if key else None
        if person is None:
            return _ask(None, "person_unknown")
        if self.found.get(self.kind.key_of(values)) is not None:
            judged = self._known(values, home=home, decided=decided)
        else:
            judged = self._new(values, person, home)
        if values["result"] == TestResult.POSITIVE and judged.action != RowAction.UNCHANGED:
            judged.problems.append(problem("result_positive"))
        return judged

    def _known(self, values: Mapping[str, Any], *, home: str, decided: str) -> Judged:
        """Compare a result with that of the same sample; entered by hand, it is not overruled."""
        judged = RecordBook.judge(self, values, home=home, decided=decided)
        test: Test = judged.subject
        overrules = judged.action == RowAction.UPDATE and "result" in judged.changes
        if overrules and test.result in FINAL:
            if test.pk not in self.base and not decided:
                judged.action = RowAction.ASK
                judged.problems.append(problem("result_by_hand", day=_day(test)))
            else:
                judged.problems.append(problem("result_corrected", day=_day(test)))
        return judged

    def _new(self, values: Mapping[str, Any], person: Person, home: str) -> Judged:
        episodes = self.episodes.get(person.pk, [])
        if not episodes:
            return _ask(person, "person_not_managed")
        here = [one for one in episodes if one.place_id.startswith(home)]
        if not here:
            return _ask(person, "person_elsewhere")
        taking = [one for one in here if one.state in TAKING]
        if not taking:
            expected = any(one.is_expected for one in here)
            return _ask(person, "person_expected" if expected else "person_not_managed")
        pick = self._pick(values, taking[0])
        told = [] if pick.test else [problem("test_extra")]
        return Judged(RowAction.CREATE, person=person.pk, problems=told, subject=pick)

    def _pick(self, values: Mapping[str, Any], episode: Episode) -> Pick:
        """Choose the test a sample answers: of those owed by its day, the one planned last.

        A sample taken before the day of a test is not that test.
        """
        sampled_at = sampled_of(values, episode, self.frame)
        day = local_day(sampled_at or self.frame.moment)
        owed = [
            test
            for test in self.tests.get(episode.pk, ())
            if test.pk not in self.picked and _is_owed(test) and test.planned_on <= day
        ]
        test = max(owed, key=lambda one: (one.planned_on, one.pk), default=None)
        if test:
            self.picked.add(test.pk)
        return Pick(episode, test, sampled_at)


def _ask(person: Person | None, code: str) -> Judged:
    return Judged(RowAction.ASK, person=person.pk if person else None, problems=[problem(code)])


def _is_owed(test: Test) -> bool:
    """Say whether a test waits for a sample: no result that counts, and none under way."""
    under_way = test.result == TestResult.PENDING and test.sampled_at is not None
    return test.superseded_on is None and test.result not in FINAL and not under_way


def _day(test: Test) -> str:
    return local_day(test.sampled_at).isoformat() if test.sampled_at else ""


def sampled_of(values: Mapping[str, Any], episode: Episode, frame: Frame) -> datetime | None:
    """Return when a sample was taken; noon where no hour is stated, not before the arrival."""
    day = day_of(values.get("sampled_on"))
    if day is None:
        return None
    if values.get("sampled_time"):
        return at(day, time.fromisoformat(values["sampled_time"]))
    moment = min(at(day, NOON), frame.moment)
    arrived = episode.arrived_at
    if arrived and local_day(arrived) == day:
        moment = max(moment, arrived)
    return moment


def load(book: LabBook, values: Sequence[Mapping[str, Any]], key_of: KeyOf) -> None:
    """Fill a book with episodes and tests, and the tests that hold these samples; two queries."""
    ids = [person.pk for person in book.persons.found.values()]
    order = {state: n for n, state in enumerate((EpisodeState.ACTIVE, *LOOKED_AT))}
    rows = Episode.objects.filter(person__in=ids, state__in=LOOKED_AT)
    for one in sorted(
        rows.select_related("person", "policy"),
        key=lambda one: (order[EpisodeState(one.state)], -one.pk),
    ):
        book.episodes.setdefault(one.person_id, []).append(one)
    episodes = {one.pk: one for several in book.episodes.values() for one in several}
    tests = Test.objects.filter(episode__in=episodes).select_related("lab_report")
    for test in tests.order_by("planned_on", "pk"):
        test.episode = episodes[test.episode_id]
        book.tests.setdefault(test.episode_id, []).append(test)
    found: dict[Hashable, Test] = {}
    for one in values:
        if (key := key_of(one)) is not None and (test := _holding(one, book)):
            found[key] = test
    book.found = found
    book.look_back([dict(one) for one in values])


def _holding(values: Mapping[str, Any], book: LabBook) -> Test | None:
    """Return the test that holds the sample of a row already, if there is one."""
    key = key_of_values(values)
    person = book.persons.get(key) if key else None
    for episode in book.episodes.get(person.pk, ()) if person else ():
        for test in book.tests.get(episode.pk, ()):
            if _holds(test, values):
                return test
    return None


def _holds(test: Test, values: Mapping[str, Any]) -> bool:
    """Say whether a test holds this sample: by its number, else by its moment or its day."""
    paper = getattr(test, "lab_report", None)
    number = values.get("sample_no")
    if number and paper and paper.sample_no:
        return bool(paper.sample_no == number)
    day = values.get("sampled_on")
    if test.sampled_at is None or day is None:
        refused = test.result == TestResult.REFUSED == values.get("result")
        return refused and test.sampled_at is None
    sampled = local(test.sampled_at)
    hour = values.get("sampled_time")
    stated = f"{sampled:%H:%M}"
    return sampled.date().isoformat() == day and (not hour or stated == hour)
