"""Taking an import back: what it wrote goes, unless somebody has worked with it since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pghistory.core
from django.db import transaction
from django.db.models import Min, Q
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.choices import BatchState, RowAction
from grid.models import Event, ImportBatch, ImportRow, Person, User
from returnees.models import AdvanceReport, Certificate, Episode, Stay
from returnees.services.away import reopen
from returnees.services.import_apply import change_of, update_persons
from returnees.services.import_known import Judged, KnownBook
from returnees.services.import_values import Frame, Values, plain
from returnees.services.imports import BatchRefusedError, frame_of
from returnees.services.persons import save_persons
from returnees.services.replanning import change_facts

CHUNK = 500
# What an import writes itself: looked at by its own key.
WRITTEN = (Episode, AdvanceReport)


@dataclass(frozen=True, slots=True)
class Left:
    """A row that was not taken back: somebody has worked with it since."""

    row: int
    who: str
    when: datetime


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of taking an import back."""

    taken_back: int
    left: list[Left]


@transaction.atomic
def undo_batch(*, batch: ImportBatch, by: User | None, now: datetime | None = None) -> Undone:
    """Take a committed import back: returns it made are deleted, values it replaced come back.

    Rows with anything entered since by anybody (a check, a visit, a change by hand) are left as
    they are and listed.
    """
    now = now or timezone.now()
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state not in (BatchState.COMMITTED, BatchState.FAILED):
        raise BatchRefusedError(
            _("This import is %(state)s; only a committed one can be taken back.")
            % {"state": batch.get_state_display()}
        )
    frame = frame_of(batch, now)
    left: list[Left] = []
    taken = 0
    with acting(by=by, why="undo import", batch=str(batch.pk)):
        rows = batch.rows.filter(done=True, action__in=(RowAction.CREATE, RowAction.UPDATE))
        keys = list(rows.order_by("-number").values_list("pk", flat=True))
        for start in range(0, len(keys), CHUNK):
            chunk = list(batch.rows.filter(pk__in=keys[start : start + CHUNK]).order_by("-number"))
            found = _undo_rows(batch, chunk, frame, by=by)
            left += found
            taken += len(chunk) - len(found)
        _finish(batch, Undone(taken, left), by=by)
    return Undone(taken, sorted(left, key=lambda one: one.row))


def _undo_rows(
    batch: ImportBatch, rows: Sequence[ImportRow], frame: Frame, *, by: User | None
) -> list[Left]:
    touched = _touched(batch, rows)
    left = [
        Left(row.number, *touched[row.target_key]) for row in rows if row.target_key in touched
    ]
    free = [row for row in rows if row.target_key not in touched]
    own = Episode.objects.filter(pk__in=_reports(free), report__batch_key=batch.pk)
    made = set(own.values_list("pk", flat=True))
    _restore(batch, [row for row in free if row.target_key not in made], frame, by=by)
    _delete([row for row in free if row.target_key in made and row.action == RowAction.CREATE])
    return left


def _reports(rows: Iterable[ImportRow]) -> dict[int, int]:
    """Return the report of each return these rows wrote, by the key of the return."""
    keys = [row.target_key for row in rows if row.target_key is not None]
    return dict(Episode.objects.filter(pk__in=keys).values_list("pk", "report_id"))


def _touched(
    batch: ImportBatch, rows: Sequence[ImportRow]
) -> dict[int | None, tuple[str, datetime]]:
    """Return, by episode, who has worked with it since the import, and when last.

    The history of every table that hangs below an episode or its report tells, whichever app it
    belongs to. The portal's own jobs do not count.
    """
    episodes = [row.target_key for row in rows if row.target_key is not None]
    reports = {report: episode for episode, report in _reports(rows).items()}
    persons = {row.person_key: row.target_key for row in rows}
    found: dict[int | None, tuple[str, datetime]] = {}
    own = {pk: pk for pk in episodes}
    sources: list[tuple[Any, str, Mapping[Any, Any]]] = [
        (_history(Episode), "pgh_obj_id", own),
        (_history(AdvanceReport), "pgh_obj_id", reports),
        (_history(Certificate), "report_id", reports),
        (_history(Stay), "report_id", reports),
        (_history(Person), "pgh_obj_id", persons),
        *((model, f"{name}_id", own) for model, name in _below(Episode)),
        *((model, f"{name}_id", persons) for model, name in _below(Person)),
    ]
    since = _begun(batch, reports)
    for history, column, owners in sources:
        for key, who, when in _acts(batch, history, column, owners, since):
            owner = owners[key]
            if owner not in found or when > found[owner][1]:
                found[owner] = (who, when)
    return found


def _acts(
    batch: ImportBatch, history: Any, column: str, owners: Mapping[Any, Any], since: datetime
) -> list[tuple[int, str, datetime]]:
    """Return (key, who, when) of what people did to these rows outside this batch, since then."""
    elsewhere = Q(batch__isnull=True) | ~Q(batch=str(batch.pk))
    acts = _by_context(history, column, owners).filter(
        elsewhere, who__isnull=False, pgh_created_at__gte=since
    )
    return list(acts.values_list(column, "pgh_context__metadata__name", "pgh_created_at"))


def _begun(batch: ImportBatch, reports: Mapping[Any, Any]) -> datetime:
    """Return when the batch began to write these reports, by the clock all history goes by."""
    own = _by_context(_history(AdvanceReport), "pgh_obj_id", reports).filter(batch=str(batch.pk))
    begun: datetime | None = own.aggregate(begun=Min("pgh_created_at"))["begun"]
    return begun or batch.uploaded_at


def _by_context(history: Any, column: str, owners: Mapping[Any, Any]) -> Any:
    """Return the history of some rows with the user and the batch that wrote it."""
    keys = [key for key in owners if key is not None]
    return history.objects.filter(**{f"{column}__in": keys}).annotate(
        who=KeyTextTransform("user", "pgh_context__metadata"),
        batch=KeyTextTransform("batch", "pgh_context__metadata"),
    )


def _history(model: type[Any]) -> Any:
    (history,) = pghistory.core.event_models(tracks_model=model)
    return history


def _below(model: type[Any]) -> list[tuple[Any, str]]:
    """Return the history of every model that points to this one, with the name of the pointer."""
    return [
        (history, rel.field.name)
        for rel in model._meta.related_objects
        if rel.related_model not in WRITTEN
        for history in pghistory.core.event_models(tracks_model=rel.related_model)
    ]


def _delete(rows: Sequence[ImportRow]) -> None:
    """Delete the returns that these rows made, and persons nobody knew before."""
    reports = list(_reports(rows).values())
    reopen(reports=reports)
    Episode.objects.filter(pk__in=[row.target_key for row in rows]).delete()
    AdvanceReport.objects.filter(pk__in=reports).delete()
    new = {row.person_key or 0 for row in rows if (row.before or {}).get("new_person")}
    wanted = set(AdvanceReport.objects.filter(person__in=new).values_list("person", flat=True))
    Person.objects.filter(pk__in=new - wanted).delete()
    known = {
        row.person_key: row.before["person"] for row in rows if (row.before or {}).get("person")
    }
    _put_back(known)


def _put_back(known: Mapping[int | None, Mapping[str, Any]]) -> None:
    """Give known persons the phone, village and household back that a row had replaced."""
    persons = list(Person.objects.filter(pk__in=[key for key in known if key]))
    for person in persons:
        was = known[person.pk]
        person.phone, person.place_id = was["phone"], was["place"]
        person.household_id = was["household"]
    save_persons(persons)


def _restore(
    batch: ImportBatch, rows: Sequence[ImportRow], frame: Frame, *, by: User | None
) -> None:
    """Give known returns the values back that these rows replaced, the latest row first."""
    rows = [row for row in rows if row.action == RowAction.UPDATE and row.before]
    book = KnownBook.of([plain(row) for row in rows], lock=True)
    changes: dict[int, tuple[Judged, Values, list[ImportRow]]] = {}
    for row in rows:
        judged = book.judge(plain(row), home=batch.place_id, decided=True)
        if judged.episode is None or not judged.episode.is_open:
            continue
        back = changes.setdefault(judged.episode.pk, (judged, {}, []))
        back[1].update(row.before["replaced"])
        back[2].append(row)
    for judged, values, done in changes.values():
        _drop_papers(judged, done, values)
        update_persons([(judged, values)])
        # The paper that was there before still is; only the added one goes.
        change = replace(change_of(judged, values, frame), certificates=())
        if judged.episode:
            change_facts(changes={judged.episode.pk: change}, by=by, why="undo import")
        _put_back({row.person_key: row.before["person"] for row in done if row.before["person"]})


def _drop_papers(judged: Judged, rows: Sequence[ImportRow], back: Mapping[str, Any]) -> None:
    """Delete the certificates that these rows added."""
    for row in rows:
        put = {**judged.known, **row.before["put"]}
        if {"nat_date", "nat_result"} & set(row.before["put"]) and put.get("nat_date"):
            kept = (back.get("nat_date", put["nat_date"]), back.get("nat_result"))
            if judged.episode and kept != (put["nat_date"], put.get("nat_result")):
                Certificate.objects.filter(
                    report=judged.episode.report_id,
                    sampled_on=date.fromisoformat(put["nat_date"]),
                    result=put.get("nat_result") or "",
                ).delete()


def _finish(batch: ImportBatch, undone: Undone, *, by: User | None) -> None:
    batch.state = BatchState.UNDONE
    batch.summary = {
        **batch.summary,
        "taken_back": undone.taken_back,
        "left": [
            {"row": one.row, "who": one.who, "when": one.when.isoformat()} for one in undone.left
        ],
    }
    batch.save(update_fields=["state", "summary"])
    Event.objects.create(
        kind=Event.Kind.UNDO,
        actor_id=by.pk if by else None,
        actor_name=by.name if by else "portal",
        subject=batch.file_name[:120],
        subject_key=f"import:{batch.pk}",
        place_id=batch.place_id,
        data={"taken_back": undone.taken_back, "left": len(undone.left)},
    )
