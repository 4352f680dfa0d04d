"""From the changed values of a row to changes of person and report, and what they replaced."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from grid.days import at
from grid.models import Person
from returnees.services.import_known import Judged
from returnees.services.import_values import (
    ARRIVAL_HOUR,
    COLUMNS,
    Frame,
    Values,
    changed,
    extra_of,
    papers_of,
    stays_of,
)
from returnees.services.persons import move, save_persons
from returnees.services.replanning import Change

OF_STAYS = ("origin_code", "origin", "stay_history", "stays", "return_date")
OF_PAPERS = ("nat_date", "nat_result")


@dataclass(frozen=True, slots=True)
class Applied:
    """What a row did, as its `before` keeps it: whom it made, or which values it replaced."""

    new_person: bool = False
    person: Mapping[str, Any] = field(default_factory=dict)  # of a known person, before
    replaced: Mapping[str, Any] = field(default_factory=dict)  # values by field key, before
    put: Mapping[str, Any] = field(default_factory=dict)  # values by field key, after

    @classmethod
    def of_new(cls, person: Person | None) -> "Applied":
        """Return the note on a row that made a return."""
        if person is None:
            return cls(new_person=True)
        return cls(
            person={
                "phone": person.phone,
                "place": person.place_id,
                "household": person.household_id,
            }
        )

    @classmethod
    def of_change(cls, judged: Judged, values: Mapping[str, Any]) -> "Applied":
        """Return the note on a row that changed a return."""
        put = changed(values, judged.known)
        return cls(
            person=cls.of_new(judged.person).person if {"dest_code", "phone"} & set(put) else {},
            replaced={key: judged.known.get(key) for key in put},
            put=put,
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as the row keeps it, sealed."""
        return {
            "new_person": self.new_person,
            "person": dict(self.person),
            "replaced": dict(self.replaced),
            "put": dict(self.put),
        }


def change_of(judged: Judged, changes: Mapping[str, Any], frame: Frame) -> Change:
    """Return the change of facts that the changed values of a row come to."""
    after = {**judged.known, **changes}
    report: dict[str, Any] = {
        name: changes[key] or "" for key, name in COLUMNS.items() if key in changes
    }
    if "dest_code" in changes:
        report["place_id"] = changes["dest_code"]
    if "return_date" in changes:
        report["arrives_at"] = at(date.fromisoformat(changes["return_date"]), ARRIVAL_HOUR)
    if "origin_code" in changes:
        report["origin_id"] = frame.loaded(after["origin_code"])
    report["extra"] = extra_of(after)
    return Change(
        report=report,
        stays=stays_of(after, frame) if set(OF_STAYS) & set(changes) else None,
        certificates=papers_of(after) if set(OF_PAPERS) & set(changes) else (),
    )


def update_persons(changes: Iterable[tuple[Judged, Values]]) -> None:
    """Write changed names, phones and villages of known persons, with one query."""
    persons = []
    for judged, values in changes:
        person = judged.person
        if person is None or not {"name", "phone", "dest_code"} & set(values):
            continue
        person.name = values.get("name") or person.name
        person.phone = values.get("phone") or person.phone
        if values.get("dest_code"):
            move(person, values["dest_code"])
        persons.append(person)
    save_persons(persons)
