"""Contacts to verify as a table for whoever sent the letter: its columns, then what we found."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from grid.models import ImportRow, Place
from grid.tables import Table
from returnees.clock import local_text
from returnees.imports.contacts_list import CONTACTS, RELATION
from returnees.models import Verification
from returnees.services.persons import VILLAGE

CHUNK = 1000  # rows held in memory at a time
FIELDS = (
    "name", "id_number", "phone", "village", "address", "relation", "exposure", "exposed_on",
    "case", "letter_from", "letter_no", "received_on", "remark",
)  # fmt: skip
# What the sender asks back, in the words of the field.
OURS = (
    "核查村（社区）",
    "核查情况",
    "去向",
    "管控措施",
    "近期核酸",
    "核查人",
    "核查时间",
    "核查备注",
)
Raw = Mapping[str, str]


def headings() -> list[str]:
    """Return the headings of the portal's own table: those a letter is read by, then ours."""
    named = CONTACTS.by_key()
    return [*(named[key].headings[0] for key in FIELDS), *OURS]


def contact_table(rows: "QuerySet[Verification]", *, full: bool) -> Table:
    """Return contacts as a table; ID number and phone in full only when asked (JY-18d)."""
    return Table(title=_("Contacts to verify"), headings=headings(), rows=_rows(rows, full=full))


def _rows(rows: "QuerySet[Verification]", *, full: bool) -> Iterator[list[Any]]:
    for chunk, names in _chunks(rows):
        for one in chunk:
            yield [*_letter(one, names, full=full), *_ours(one, names)]


def _chunks(
    rows: "QuerySet[Verification]",
) -> Iterator[tuple[list[Verification], Mapping[str, str]]]:
    """Yield the rows by the thousand, each with the names of its villages."""
    found = iter(rows.select_related("verified_by", "went_to").iterator(chunk_size=CHUNK))
    while chunk := list(islice(found, CHUNK)):
        codes = {one.place_id[:VILLAGE] for one in chunk}
        yield chunk, dict(Place.objects.filter(code__in=codes).values_list("code", "name"))


def _letter(one: Verification, names: Mapping[str, str], *, full: bool) -> list[Any]:
    relation = RELATION.get(one.relation)
    return [
        one.name,
        one.id_number if full else one.masked_id,
        one.phone if full else one.masked_phone,
        "" if one.shared else names.get(one.place_id[:VILLAGE], ""),
        one.address,
        relation[0] if relation else "",
        one.exposure,
        one.exposed_on,
        one.case,
        one.letter_from,
        one.letter_no,
        local_text(one.received_at),
        one.remark,
    ]


def _ours(one: Verification, names: Mapping[str, str]) -> list[Any]:
    tested = " ".join(
        str(part) for part in (one.last_test_on, one.get_last_test_result_display()) if part
    )
    return [
        names.get(one.place_id[:VILLAGE], ""),
        one.get_state_display(),
        one.went_to_text or (one.went_to.name if one.went_to else ""),
        one.measures,
        tested,
        one.verified_by.name if one.verified_by else "",
        local_text(one.verified_at) if one.verified_at else "",
        one.note,
    ]


def letter_table(rows: "QuerySet[Verification]", batch: UUID) -> Table:
    """Return the rows of one imported list as they came, in full, with our columns behind them.

    The columns are those of the file, in its order as far as rows fill them.
    """
    lines = ImportRow.objects.filter(batch=batch, kind="data", target_key__isnull=False)
    raws: dict[int, Raw] = {}
    columns: dict[str, None] = {}
    for line in lines.order_by("number").only("target_key", "raw").iterator():
        raw: Any = line.raw or {}
        raws.setdefault(line.target_key or 0, raw)
        columns.update(dict.fromkeys(raw))
    chosen = rows.filter(pk__in=raws)
    table = [*columns, *(heading for heading in OURS)]
    return Table(
        title=_("Contacts to verify"), headings=table, rows=_answers(chosen, raws, columns)
    )


def _answers(
    rows: "QuerySet[Verification]", raws: Mapping[int, Raw], columns: Mapping[str, None]
) -> Iterator[list[Any]]:
    for chunk, names in _chunks(rows):
        for one in chunk:
            raw = raws[one.pk]
            yield [*(raw.get(column, "") for column in columns), *_ours(one, names)]
