"""Taking rows of returnees back: what they made goes, what they replaced stands there again.

Values go back as they stood, column by column; nothing is refused on the way, whatever day it is.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from grid.batches.hands import Source, begun, below, history, touched_in
from grid.batches.kinds import Frame, Touched, Values
from grid.bulk import copy_in, make, update_in
from grid.choices import RowAction
from grid.models import Household, ImportBatch, ImportRow, Person
from grid.responsibility import responsible_for
from returnees.choices import TestResult
from returnees.clock import local_day
from returnees.imports.apply import PERSON_COLUMNS
from returnees.imports.edits import told
from returnees.models import AdvanceReport, Certificate, Episode, Stage, Stay, Test
from returnees.services.away import reopen
from returnees.services.planning import journeys_of
from returnees.services.replanning import locked, replan_all

# What an import writes itself: looked at by its own key.
WRITTEN = (Episode, AdvanceReport)
DAYS = ("arrives_on", "birth_date", "first_day", "last_day", "asked_on")
MOMENTS = ("arrives_at", "arrived_at")


def touched_returns(batch: ImportBatch, rows: Sequence[ImportRow]) -> Touched:
    """Return, by episode, who has worked with it since the import, and when last.

    The history of every table that hangs below an episode, its report or its person tells,
    whichever app it belongs to. The portal's own jobs do not count.
    """
    episodes = {row.target_key: row.target_key for row in rows if row.target_key is not None}
    found = Episode.objects.filter(pk__in=episodes).values_list("pk", "report_id", "person_id")
    reports, persons = {}, {}
    for key, report, person in found:
        reports[report], persons[person] = key, key
    sources: list[Source] = [
        (history(AdvanceReport), "pgh_obj_id", reports),
        (history(Episode), "pgh_obj_id", episodes),
        (history(Certificate), "report_id", reports),
        (history(Stay), "report_id", reports),
        (history(Person), "pgh_obj_id", persons),
    ]
    sources += [
        (table, column, owners)
        for model, owners in ((Episode, episodes), (Person, persons))
        for table, column in below(model, but=WRITTEN)
    ]
    return touched_in(batch, sources, since=begun(batch, sources[:1]))


def take_back_returns(batch: ImportBatch, rows: Sequence[ImportRow], frame: Frame) -> None:
    """Take these rows back; those of one return are all among them, or none is."""
    keys = [row.target_key for row in rows if row.target_key is not None]
    own = Episode.objects.filter(pk__in=keys, report__batch_key=batch.pk)
    made = dict(own.values_list("pk", "report_id"))
    restored = [row for row in rows if row.action == RowAction.UPDATE and row.before]
    _restore(batch, [row for row in restored if row.target_key not in made], frame)
    created = [row for row in rows if row.target_key in made and row.action == RowAction.CREATE]
    _delete(created, made)


def _delete(rows: Sequence[ImportRow], made: Mapping[int, int]) -> None:
    """Delete the returns that these rows made, and persons nobody knew before."""
    episodes = [row.target_key for row in rows if row.target_key is not None]
    reports = [made[key] for key in episodes]
    locked(episodes)  # whoever derives their work right now is waited for: it falls with them
    reopen(reports=reports)
    Episode.objects.filter(pk__in=episodes).delete()
    AdvanceReport.objects.filter(pk__in=reports).delete()
    new = {row.person_key or 0 for row in rows if row.before is None}
    wanted = set(AdvanceReport.objects.filter(person__in=new).values_list("person", flat=True))
    Person.objects.filter(pk__in=new - wanted).delete()
    _put_persons_back(
        {row.person_key: row.before["person"] for row in rows if row.before and row.person_key}
    )


def _restore(batch: ImportBatch, rows: Sequence[ImportRow], frame: Frame) -> None:
    """Put back what rows replaced, the earliest row of a return having the last word."""
    before: dict[int, Values] = {}
    persons: dict[int, Values] = {}
    for row in sorted(rows, key=lambda row: -row.number):
        if row.target_key is not None and row.before is not None:
            whole = before.setdefault(row.target_key, {"report": {}, "episode": {}, "stays": None})
            whole["report"] |= row.before.get("report", {})
            whole["episode"] |= row.before.get("episode", {})
            whole["stays"] = row.before.get("stays") or whole["stays"]
            if row.person_key is not None:
                persons.setdefault(row.person_key, {}).update(row.before.get("person", {}))
    _put_persons_back(persons)
    episodes = locked(before)
    _put_sources_back(episodes, before)
    _drop_papers(batch, [episode.report_id for episode in episodes])
    _plan_anew(batch, [episode for episode in episodes if episode.is_open], before, frame)


def _put_persons_back(persons: Mapping[int, Values]) -> None:
    """Give known persons what a list had replaced; a household that is no more stays away."""
    persons = {key: columns for key, columns in persons.items() if columns}
    found = list(Person.objects.filter(pk__in=persons).order_by("pk"))
    homes = {columns["household_id"] for columns in persons.values()} - {None}
    there = set(Household.objects.filter(pk__in=homes).values_list("pk", flat=True))
    for person in found:
        columns = persons[person.pk]
        _set(person, columns)
        if person.household_id not in there:
            person.household_id = None
        person.derive()
    names = [name.removesuffix("_id") for name in PERSON_COLUMNS]
    derived = ["pinyin", "phone_hash", "phone_last4_hash", "id_hash", "id_last4_hash"]
    update_in(found, [*names, "birth_date", *derived])


def _put_sources_back(episodes: Sequence[Episode], before: Mapping[int, Values]) -> None:
    """Write the columns of reports and episodes, and the stays, as they stood."""
    reports = AdvanceReport.objects.in_bulk([episode.report_id for episode in episodes])
    names: set[str] = set()
    gone, stays = [], []
    for episode in episodes:
        was, report = before[episode.pk], reports[episode.report_id]
        _set(report, was["report"])
        _set(episode, was["episode"])
        names |= was["report"].keys()
        if was["stays"]:
            gone.append(report.pk)
            stays += [_stay(report, columns) for columns in was["stays"]]
    if names:
        update_in(list(reports.values()), sorted(name.removesuffix("_id") for name in names))
    update_in(episodes, ["place", "arrives_on", "arrived_at"])
    Stay.objects.filter(report__in=gone).delete()
    copy_in(stays)


def _stay(report: AdvanceReport, columns: Values) -> Stay:
    stay = make(Stay, {"report": report})
    _set(stay, columns)
    return stay


def _drop_papers(batch: ImportBatch, reports: Collection[int]) -> None:
    """Delete the certificates that the import added to these reports."""
    Certificate.objects.filter(
        pk__in=_inserted(Certificate, batch, "report_id", reports), report__in=reports
    ).delete()


def _plan_anew(
    batch: ImportBatch, episodes: Sequence[Episode], before: Mapping[int, Values], frame: Frame
) -> None:
    """Plan returns from what stands there again; rows of a plan that never came about go."""
    if not episodes:
        return
    day = local_day(frame.moment)
    moved = [episode for episode in episodes if before[episode.pk]["episode"]]
    holders = responsible_for([episode.person_id for episode in moved], day)
    for episode in moved:
        episode.responsible_id = holders.get(episode.person_id)
    known = {episode.pk: episode.facts for episode in episodes}
    also = {episode.pk for episode in moved}
    replan_all(episodes, journeys_of(episodes), known, day=day, also=also)
    ids = [episode.pk for episode in episodes]
    _drop_unborn(batch, ids)


def _drop_unborn(batch: ImportBatch, episodes: Collection[int]) -> None:
    """Delete tests and stages that the import had put there and nobody ever came to."""
    tests = Test.objects.filter(
        pk__in=_inserted(Test, batch, "episode_id", episodes), result=TestResult.PENDING
    )
    tests.exclude(superseded_on=None).delete()
    stages = Stage.objects.filter(
        pk__in=_inserted(Stage, batch, "episode_id", episodes), closed_on=None, site=None
    )
    stages.exclude(superseded_on=None).filter(tests=None).delete()


def _inserted(
    model: type[Any], batch: ImportBatch, column: str, owners: Collection[int]
) -> list[int]:
    """Return the keys of rows that the import itself had put in, by its history."""
    rows = told(history(model).objects.filter(**{f"{column}__in": list(owners)}))
    inserted = rows.filter(pgh_label="insert", batch=str(batch.pk))
    return list(inserted.values_list("pgh_obj_id", flat=True))


def _set(row: Any, columns: Mapping[str, Any]) -> None:
    """Set columns as they were kept: days and moments as ISO 8601."""
    for name, value in columns.items():
        if name in DAYS:
            value = date.fromisoformat(value) if value else None
        elif name in MOMENTS:
            value = datetime.fromisoformat(value) if value else None
        setattr(row, name, value)
