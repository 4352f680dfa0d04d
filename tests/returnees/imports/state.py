"""What the portal knows of its persons, by natural key: two states are equal or they are not.

Ids, moments of writing and counters of plans are left out: a list taken back and one that never
came leave the same persons, and not the same ids. Sealed columns are read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model

from grid.models import Household, Person
from returnees.models import AdvanceReport, Away, Certificate, Episode, Stage, Stay, Test

State = dict[str, list[tuple[Any, ...]]]

_WRITING = frozenset(
    (
        *("id", "registered_at", "reported_at", "revision", "batch_key", "entry_key"),
        *("id_hash", "id_last4_hash", "phone_hash", "phone_last4_hash"),
    )
)
# What the plan was made from and at what time: the facts carry the moment of the report.
_MOMENTS = frozenset(("reported_at",))


def business_state() -> State:
    """Return every person with returns, stays, papers, plans and what follows, in a fixed order."""
    names = _names()
    found: State = {}
    for model in (Person, AdvanceReport, Stay, Certificate, Episode, Stage, Test, Away):
        rows = [_row(one, names) for one in model._default_manager.all()]
        found[model.__name__] = sorted(rows, key=repr)
    return found


def differences(one: State, other: State) -> list[str]:
    """Return what stands in one state and not in the other, a line each: for people to read."""
    return [
        f"{sign} {name} {row}"
        for name in one
        for sign, mine, yours in (("-", one, other), ("+", other, one))
        for row in _minus(mine[name], yours[name])
    ]


def _minus(rows: Iterable[Any], others: Iterable[Any]) -> list[Any]:
    left = list(others)
    return [row for row in rows if row not in left or left.remove(row)]


def _names() -> Mapping[type[Model], Mapping[int, str]]:
    """Return the natural key of every row that others point to."""
    names: dict[type[Model], dict[int, str]] = defaultdict(dict)
    for person in Person.objects.all():
        names[Person][person.pk] = person.id_number or f"{person.name} {person.phone}"
    for house in Household.objects.all():
        names[Household][house.pk] = f"{house.place_id} {house.number}"
    for report in AdvanceReport.objects.all():
        who = names[Person][report.person_id]
        names[AdvanceReport][report.pk] = f"{who} {report.place_id} {report.arrives_at:%Y-%m-%d}"
    for episode in Episode.objects.all():
        report_name = names[AdvanceReport][episode.report_id]
        names[Episode][episode.pk] = f"{report_name} {episode.state}"
    for stage in Stage.objects.all():
        names[Stage][stage.pk] = f"{names[Episode][stage.episode_id]} {stage.kind} {stage.day0}"
    return names


def _row(one: Model, names: Mapping[type[Model], Mapping[int, str]]) -> tuple[Any, ...]:
    """Return a row as column and value, keys by the natural key of what they name."""
    cells = []
    for field in one._meta.concrete_fields:
        if field.name in _WRITING:
            continue
        value = getattr(one, field.attname)
        if field.remote_field is not None and field.remote_field.model in names:
            value = names[field.remote_field.model].get(value)
        cells.append((field.name, _plain(value)))
    return tuple(cells)


def _plain(value: Any) -> Any:
    """Return a value that can be sorted and compared, moments of writing left out."""
    if isinstance(value, dict):
        return tuple(sorted((k, _plain(v)) for k, v in value.items() if k not in _MOMENTS))
    if isinstance(value, list | tuple):
        return tuple(_plain(one) for one in value)
    return value
