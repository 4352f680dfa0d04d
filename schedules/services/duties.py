"""The duty table kept in step with the packs, so that set-based SQL can join it."""

import hashlib
from collections.abc import Iterator, Mapping

from django.db import transaction

from policies import pack, schema
from policies.memory import remembered
from policies.pack import Pack
from returnees.models import PolicyVersion
from returnees.policies import digest_of, pack_of
from schedules.choices import Evidence
from schedules.models import Duty

# The packs' words for what closes a duty, and ours for the row that does.
EVIDENCE = {
    "policy_sent": Evidence.POLICY_TEXT,
    "contact_reached": Evidence.CALL,
    "arrival_confirmed": Evidence.ARRIVAL,
    "landing_report": Evidence.LANDING,
    "travel_reminder": Evidence.TRAVEL_REMINDER,
    "observation_check": Evidence.MEASURE,
    "visit": Evidence.VISIT,
    "health_log": Evidence.HEALTH_LOG,
    "code_check": Evidence.CODE,
    "living_support": Evidence.NEEDS,
    "waste_log": Evidence.WASTE,
    "site_waste_check": Evidence.WASTE,
    "terminal_disinfection": Evidence.WASTE,
    "test": Evidence.TEST,
    "follow_up_test": Evidence.TEST,
    "follow_up": Evidence.FOLLOW_UP,
    "follow_up_call": Evidence.FOLLOW_UP,
}
# A finding is no task: its own row opens with what was found, carries the clock of A-38 (report,
# outcome) under every notice alike, and stands on the cadre's day until it has its outcome.
NO_ROW = {"abnormality_closed"}
# A follow-up that is a test closes by its result, not by a call (JY-1g).
ALSO = {"follow_ups": ("follow_up_test",)}
# Owed by no day: the zero statement follows from the daily check, a finding has its own life.
WITHOUT_TASKS = {"derived", "event"}
FIELDS = ("pack", "position", "title_zh", "title_en", "clause", "evidence", "missable")
# What makes a duty another one than the shipped duty of the same name.
CONTENT = ("title_zh", "title_en", "clause", "evidence", "missable")
LONGEST = 40  # characters of a key

Rows = Mapping[tuple[str, str], Duty]  # by the duty's key and the pack's word for its evidence


def duty_rows(notice: Pack) -> Rows:
    """Return the rows of a pack's duties, not written; those of the pack it lies over included.

    A duty that a stored file states otherwise than the shipped pack of that key is a row of its
    own: plans made before keep theirs (A-50).
    """
    rows: Rows = remembered(notice, "duty rows", lambda: _rows(notice))
    return rows


def _rows(notice: Pack) -> Rows:
    shipped = _shipped() if notice is not _loaded(notice.key) else {}
    rows = {}
    for position, duty in enumerate(notice.duties, 1):
        for evidence in _words(duty):
            row = _row(duty, evidence, position)
            known = shipped.get(row.pk)
            if known and _content(known) != _content(row):
                row.pk = _marked(row.pk, repr(_content(row)))
            rows[duty.key, evidence] = row
    return rows


def _loaded(key: str) -> Pack | None:
    return schema.load(key) if key in schema.keys() else None  # noqa: SIM118  no mapping's


def _words(duty: pack.Duty) -> Iterator[str]:
    if duty.at not in WITHOUT_TASKS:
        for evidence in (duty.evidence, *ALSO.get(duty.at, ())):
            if evidence not in NO_ROW:
                yield evidence


def _content(row: Duty) -> tuple[object, ...]:
    return tuple(getattr(row, field) for field in CONTENT)


def _marked(name: str, content: str) -> str:
    return f"{name[: LONGEST - 7]}~{hashlib.sha256(content.encode()).hexdigest()[:6]}"


def _fitting(name: str) -> str:
    return name if len(name) <= LONGEST else _marked(name, name)


def sync_duties() -> int:
    """Bring the table in step with the packs shipped and those in force; return how many changed.

    Duties that left a pack stay: their tasks tell what was owed. Two queries when nothing changed.
    """
    wanted = {**_in_force(), **_shipped()}
    known = {key: values for key, *values in Duty.objects.values_list("pk", *FIELDS)}
    changed = [
        duty
        for key, duty in wanted.items()
        if known.get(key) != [getattr(duty, field) for field in FIELDS]
    ]
    if changed:
        with transaction.atomic():
            Duty.objects.bulk_create(
                changed, update_conflicts=True, unique_fields=["key"], update_fields=FIELDS
            )
    return len(changed)


def _shipped() -> dict[str, Duty]:
    """Return the rows of the packs that are shipped; those of a base are the base's own."""
    return {
        row.pk: row
        for key in schema.keys()  # noqa: SIM118  a function, not a mapping's
        for row in duty_rows(schema.load(key)).values()
        if row.pack == key
    }


def _in_force() -> dict[str, Duty]:
    """Return the rows of the stored files that bind a place, or did, and are not shipped today."""
    shipped = [digest_of(key) for key in schema.keys()]  # noqa: SIM118
    stored = PolicyVersion.objects.binding().exclude(digest__in=shipped).order_by("digest", "pk")
    notices = (pack_of(version) for version in stored.distinct("digest"))
    return {row.pk: row for notice in notices for row in duty_rows(notice).values()}


def _row(duty: pack.Duty, evidence: str, position: int) -> Duty:
    # A stored file may say more than a column holds; the page of the notice shows it in full.
    return Duty(
        key=_fitting(f"{duty.key}:{evidence}"),
        pack=duty.key.partition(".")[0],
        position=position,
        title_zh=duty.title.zh[:60],
        title_en=duty.title.en[:80],
        clause=duty.ground.rests_on[:12],
        evidence=_closing(duty, evidence).value,
        missable=duty.missable,
    )


def _closing(duty: pack.Duty, evidence: str) -> Evidence:
    """Return what closes a duty: a check owed once is closed by any later log, not by its day's."""
    if evidence == "health_log" and not duty.missable:
        return Evidence.TEMPERATURE
    return EVIDENCE[evidence]
