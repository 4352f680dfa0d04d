"""The daily report as page, workbook and message: the same figures, zeros written out."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from grid.areas import Area, child_code, short_name
from grid.choices import Level
from grid.models import Place
from grid.tables import Table
from schedules.reading import ReportRow, daily_report

FIGURES = [f.name for f in fields(ReportRow) if f.name not in {"code", "name"}]


@dataclass(frozen=True, slots=True)
class Report:
    """The report of an area: a row each place, those with zeros too, and the total."""

    area: Area
    day: date
    rows: list[ReportRow]
    total: ReportRow
    by_village: bool

    @property
    def headings(self) -> list[tuple[str, str]]:
        """Column -> heading, in the order of the report."""
        return list(headings().items())

    @property
    def table(self) -> list[tuple[ReportRow, list[tuple[str, int]]]]:
        """Each row with its figures under their headings."""
        return [(row, self.figures(row)) for row in self.rows]

    @property
    def total_figures(self) -> list[tuple[str, int]]:
        """The total's figures under their headings."""
        return self.figures(self.total)

    def figures(self, row: ReportRow) -> list[tuple[str, int]]:
        """Return heading and figure of every column."""
        return [(heading, getattr(row, name)) for name, heading in self.headings]


def headings() -> dict[str, str]:
    """Return the columns of the report in the language of the page."""
    return {
        "reported": _("Reported today"),
        "arrived": _("Arrived today"),
        "managed": _("Under management"),
        "centralised": _("of them centralised"),
        "at_home": _("of them at home"),
        "monitored": _("of them monitored"),
        "checks_due": _("Checks due"),
        "checks_done": _("Checks done"),
        "checks_missed": _("Checks missed"),
        "tests_due": _("Tests due"),
        "tests_done": _("Tests done"),
        "abnormal": _("Abnormal today"),
        "open_abnormal": _("Abnormal, open"),
        "released": _("Released today"),
    }


def report_of(area: Area, day: date, *, by_village: bool) -> Report:
    """Return the report; above the township by the next level down unless asked by village."""
    parts = [daily_report(place.code, day) for place in area.places]
    rows = [row for part in parts for row in part.rows]
    total = ReportRow(area.text, area.name)
    for part in parts:
        add(total, part.total)
    by_village = by_village or area.level >= Level.TOWNSHIP
    if not by_village:
        rows = grouped(area.places[0], rows)
    return Report(area=area, day=day, rows=rows, total=total, by_village=by_village)


def grouped(place: Place, rows: list[ReportRow]) -> list[ReportRow]:
    """Return the rows summed by the places of the next level below."""
    sums: dict[str, ReportRow] = {}
    for row in rows:
        code = child_code(place.code, row.code)
        add(sums.setdefault(code, ReportRow(code, "")), row)
    for code, name in Place.objects.filter(code__in=sums).values_list("code", "name"):
        sums[code].name = name
    return [sums[code] for code in sorted(sums)]


def add(upper: ReportRow, row: ReportRow) -> None:
    """Add a row's figures to a sum."""
    for name in FIGURES:
        setattr(upper, name, getattr(upper, name) + getattr(row, name))


def report_table(report: Report) -> Table:
    """Return the report as a table with its total, numbers as numbers."""
    names = headings()
    rows: list[list[Any]] = [
        [row.name, *(getattr(row, name) for name in names)] for row in report.rows
    ]
    rows.append([_("Total"), *(getattr(report.total, name) for name in names)])
    title = f"{report.area.name} {report.day}"
    return Table(title=title, headings=[_("Place"), *names.values()], rows=rows)


def report_text(report: Report) -> str:
    """Return the report as a message for the group, zeros and zero reports written out."""
    total = report.total
    figures = {name: getattr(total, name) for name in FIGURES}
    zero = [short_name(row.name) for row in report.rows if row.is_zero]
    lines = [
        _("[%(place)s daily report] %(day)s")
        % {"place": report.area.name, "day": date_format(report.day, "MONTH_DAY_FORMAT")},
        _("Reported today %(reported)s, arrived %(arrived)s, released %(released)s.") % figures,
        _(
            "Under management %(managed)s: centralised %(centralised)s, at home %(at_home)s, "
            "monitored %(monitored)s."
        )
        % figures,
        _("Health checks due %(checks_due)s, done %(checks_done)s, missed %(checks_missed)s.")
        % figures,
        _("Tests due %(tests_due)s, done %(tests_done)s.") % figures,
        _("Abnormal today %(abnormal)s, still open %(open_abnormal)s.") % figures,
    ]
    if zero:
        lines.append(_("Zero report: %(places)s.") % {"places": "、".join(zero)})
    return "\n".join(lines)
