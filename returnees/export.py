"""Returnees as a table for the township's own spreadsheets."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from grid.tables import Table
from returnees.models import Episode

CHUNK = 2000  # rows held in memory at a time


def returnee_table(rows: "QuerySet[Episode]", *, full: bool) -> Table:
    """Return the episodes as a table; ID number and phone in full only when asked (JY-18d)."""
    headings = [
        _("Name"),
        _("Sex"),
        _("ID number"),
        _("Phone"),
        _("Village"),
        _("Living place"),
        _("Comes from"),
        _("Arrives on"),
        _("State"),
        _("Class"),
        _("Current stage"),
        _("Observation ends"),
        _("Responsible cadre"),
        _("Travels by"),
        _("Train, flight or car number"),
        _("Unit"),
        _("Occupation"),
        _("Note"),
    ]
    return Table(title=_("Returnees"), headings=headings, rows=_rows(rows, full=full))


def _rows(rows: "QuerySet[Episode]", *, full: bool) -> Iterator[list[Any]]:
    for episode in rows.iterator(chunk_size=CHUNK):
        person, report = episode.person, episode.report
        yield [
            person.name,
            person.get_sex_display(),
            person.id_number if full else person.masked_id,
            person.phone if full else person.masked_phone,
            episode.place.name,
            report.address,
            report.origin_text or (report.origin.name if report.origin else ""),
            episode.arrives_on,
            episode.get_state_display(),
            episode.classification,
            episode.get_stage_kind_display(),
            episode.observation_ends,
            episode.responsible.name if episode.responsible else "",
            report.get_transport_display(),
            report.transport_no,
            report.employer,
            report.occupation,
            report.note,
        ]
