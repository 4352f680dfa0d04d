"""The duty table kept in step with the packs, so that set-based SQL can join it."""

from collections.abc import Iterator

from django.db import transaction

from policies import pack, schema
from schedules.choices import Evidence
from schedules.models import Duty

# The packs' words for what closes a duty, and ours for the row that does.
EVIDENCE = {
    "policy_sent": Evidence.POLICY_TEXT,
    "contact_reached": Evidence.CALL,
    "arrival_confirmed": Evidence.ARRIVAL,
    "travel_reminder": Evidence.TRAVEL_REMINDER,
    "observation_check": Evidence.MEASURE,
    "visit": Evidence.MEASURE,
    "health_log": Evidence.HEALTH_LOG,
    "living_support": Evidence.NEEDS,
    "waste_log": Evidence.WASTE,
    "site_waste_check": Evidence.WASTE,
    "terminal_disinfection": Evidence.WASTE,
    "test": Evidence.TEST,
    "follow_up_test": Evidence.TEST,
    "follow_up": Evidence.FOLLOW_UP,
    "follow_up_call": Evidence.FOLLOW_UP,
}
# Words that stand for no row of ours: a finding has its own life, papers are looked at.
NO_ROW = {"abnormality_closed", "code_check", "landing_report"}
# A follow-up that is a test closes by its result, not by a call (JY-1g).
ALSO = {"follow_ups": ("follow_up_test",)}
# Owed by no day: the zero statement follows from the daily check, a finding has its own life.
WITHOUT_TASKS = {"derived", "event"}
FIELDS = ("pack", "position", "title_zh", "title_en", "clause", "evidence", "missable")


def duty_key(key: str, evidence: str) -> str:
    """Return the key of the table: a pack names several timings of one duty alike."""
    return f"{key}:{evidence}"


def sync_duties() -> int:
    """Bring the table in step with the shipped packs; return how many rows changed.

    Duties that left a pack stay: their tasks tell what was owed. One query when nothing changed.
    """
    wanted = {duty.pk: duty for duty in _shipped()}
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


def _shipped() -> Iterator[Duty]:
    for pack_key in schema.keys():  # noqa: SIM118  a function, not a mapping's
        for position, duty in enumerate(schema.load(pack_key).duties, 1):
            # A pack that lies over another repeats its duties; they stay the other's.
            if duty.key.startswith(f"{pack_key}.") and duty.at not in WITHOUT_TASKS:
                for evidence in (duty.evidence, *ALSO.get(duty.at, ())):
                    if evidence not in NO_ROW:
                        yield _row(duty, evidence, position)


def _row(duty: pack.Duty, evidence: str, position: int) -> Duty:
    return Duty(
        key=duty_key(duty.key, evidence),
        pack=duty.key.partition(".")[0],
        position=position,
        title_zh=duty.title.zh,
        title_en=duty.title.en,
        clause=duty.ground.rests_on,
        evidence=EVIDENCE[evidence].value,
        missable=duty.missable,
    )
