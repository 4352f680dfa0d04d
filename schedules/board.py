"""The overview laid out: a sentence on top, figures with the rows behind each, a line a place."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grid.areas import Area, child_code, short_name
from grid.batches.tonight import missing_villages
from grid.choices import Level
from grid.models import Place
from returnees.choices import EpisodeState, StageKind
from returnees.classes import class_title
from returnees.filters import NO_STAGE
from returnees.imports.list import RETURNEES
from schedules.choices import Evidence
from schedules.reading import Dashboard, Red, VillageFigures, dashboard

MOST_LINES = 60  # beyond that a table is by the next level down
COUNTED = (
    "active",
    "expected",
    "arriving",
    "checks_due",
    "checks_done",
    "tasks_due",
    "tasks_done",
    "overdue",
    "raised",
    "abnormal",
    "unheld",
    "households",
    "persons",
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and the address of exactly its rows."""

    label: str
    value: int
    href: str
    tone: str = ""
    note: str = ""


@dataclass(slots=True)
class Line:
    """One place of the table, with the addresses behind its figures."""

    figures: VillageFigures
    links: dict[str, str]

    @property
    def has_red(self) -> bool:
        """Whether something is wrong here."""
        return any(self.figures.redness)


@dataclass(slots=True)
class Board:
    """Everything the overview of an area shows."""

    area: Area
    day: Any
    sentence: str
    is_red: bool
    figures: list[Figure]
    classes: list[Figure]
    stages: list[Figure]
    lines: list[Line]
    total: Line
    by_village: bool = True
    gaps: list[Figure] = field(default_factory=list)


def board_of(area: Area) -> Board:
    """Return the overview of an area: of one place, or of several together."""
    boards = [dashboard(place.code) for place in area.places]
    total = VillageFigures(code=area.text, name=area.name)
    classes: Counter[str] = Counter()
    stages: Counter[str] = Counter()
    for board in boards:
        total.add(**{name: getattr(board.total, name) for name in COUNTED})
        classes += board.classes
        stages += board.stages
    red = max((board.red for board in boards if board.red), key=_redness, default=None)
    lines = lines_of(area, boards)
    whole = Line(total, links_of(area.text, boards[0].day))
    return Board(
        area=area,
        day=boards[0].day,
        sentence=sentence_of(red),
        is_red=red is not None,
        figures=figures_of(whole),
        classes=class_figures(classes, area.text),
        stages=stage_figures(stages, area.text),
        gaps=[*gap_figures(whole), list_figure(area, boards[0].day)],
        lines=lines,
        total=whole,
        by_village=area.level >= Level.TOWNSHIP,
    )


def _redness(red: Red) -> tuple[int, int, int]:
    return red.village.redness


def lines_of(area: Area, boards: list[Dashboard]) -> list[Line]:
    """Return a line for each village, or for each place of the next level where they are many."""
    villages = [figures for board in boards for figures in board.villages]
    if len(area.places) == 1 and area.level < Level.TOWNSHIP:
        villages = grouped(area.places[0], villages)
    return [Line(figures, links_of(figures.code, boards[0].day)) for figures in villages]


def grouped(place: Place, villages: list[VillageFigures]) -> list[VillageFigures]:
    """Return the figures summed by the places of the next level below."""
    sums: dict[str, VillageFigures] = {}
    for figures in villages:
        code = child_code(place.code, figures.code)
        upper = sums.setdefault(code, VillageFigures(code=code))
        upper.add(**{name: getattr(figures, name) for name in COUNTED})
    for code, name in Place.objects.filter(code__in=sums).values_list("code", "name"):
        sums[code].name = name
    return [sums[code] for code in sorted(sums)]


def link(name: str, **query: Any) -> str:
    """Return the address of a list narrowed by these filters."""
    return f"{reverse(name)}?{urlencode({key: value for key, value in query.items() if value})}"


def links_of(place: str, day: Any) -> dict[str, str]:
    """Return for each figure of a place the address of exactly its rows."""
    checks = {"place": place, "day": day.isoformat(), "evidence": Evidence.HEALTH_LOG}
    return {
        "active": link("returnee-list", place=place, state=EpisodeState.ACTIVE),
        "expected": link("returnee-list", place=place, state=EpisodeState.EXPECTED),
        "arriving": link("returnee-list", place=place, arriving="on"),
        "unheld": link("returnee-list", place=place, state="open", unheld="on"),
        "checks_due": link("task-list", **checks, state="owed"),
        "checks_done": link("task-list", **checks, state="done_any"),
        "tasks_due": link("task-list", place=place, day=day.isoformat(), state="owed"),
        "overdue": link("task-list", place=place, state="overdue"),
        "raised": link("task-list", place=place, state="raised"),
        "abnormal": link("abnormality-list", place=place, state="open"),
        "households": link("coverage", place=place, show="households"),
        "persons": link("coverage", place=place, show="persons"),
    }


def figures_of(whole: Line) -> list[Figure]:
    """Return the tiles on top, each with its rows."""
    total, to = whole.figures, whole.links
    red = {name: "danger" if getattr(total, name) else "" for name in COUNTED}
    return [
        Figure(_("Under management"), total.active, to["active"]),
        Figure(_("Arriving within 48 h"), total.arriving, to["arriving"]),
        Figure(_("Expected in all"), total.expected, to["expected"]),
        Figure(_("Overdue tasks"), total.overdue, to["overdue"], red["overdue"]),
        Figure(_("Abnormal, open"), total.abnormal, to["abnormal"], red["abnormal"]),
        Figure(_("Nobody reached"), total.raised, to["raised"], red["raised"]),
    ]


def gap_figures(whole: Line) -> list[Figure]:
    """Return the tiles of the coverage (JY-2l)."""
    total, to = whole.figures, whole.links
    return [
        Figure(label, value, href, "danger" if value else "")
        for label, value, href in (
            (_("Households without anybody"), total.households, to["households"]),
            (_("Persons without anybody"), total.persons, to["persons"]),
            (_("Returnees without a cadre"), total.unheld, to["unheld"]),
        )
    ]


def list_figure(area: Area, day: Any) -> Figure:
    """Return the tile of the villages that have not sent the day's list of returnees."""
    missing = missing_villages([place.code for place in area.places], RETURNEES.name, day)
    href = link("import-tonight", place=area.text, day=day.isoformat(), show="missing")
    label = _("Villages without tonight's list")
    return Figure(label, missing, href, "warning" if missing else "")


def class_figures(classes: Counter[str], place: str) -> list[Figure]:
    """Return how many are under management by class."""
    active = EpisodeState.ACTIVE
    return [
        Figure(
            class_title(name),
            count,
            link("returnee-list", place=place, state=active, classification=name),
            note=name,
        )
        for name, count in classes.most_common()
        if count
    ]


def stage_figures(stages: Counter[str], place: str) -> list[Figure]:
    """Return how many are under management by the stage they are in."""
    labels = {**dict(StageKind.choices), "": _("no stage")}
    return [
        Figure(
            str(labels.get(kind, kind)),
            count,
            link("returnee-list", place=place, state=EpisodeState.ACTIVE, stage=kind or NO_STAGE),
        )
        for kind, count in stages.most_common()
        if count
    ]


def sentence_of(red: Red | None) -> str:
    """Return where it is red and whose it is, or that it is red nowhere."""
    if red is None:
        return _("Nothing is red: no abnormal finding, nothing overdue, nobody without a cadre.")
    faults = _(", ").join(faults_of(red.village))
    if red.holder is None:
        return _("%(place)s is where it is red: %(faults)s. Nobody answers for it.") % {
            "place": short_name(red.village.name),
            "faults": faults,
        }
    return _("%(place)s is where it is red: %(faults)s. %(who)s answers (%(tier)s).") % {
        "place": short_name(red.village.name),
        "faults": faults,
        "who": red.holder.name,
        "tier": red.tier.label if red.tier else "",
    }


def faults_of(village: VillageFigures) -> list[str]:
    """Return what is wrong in a village, the gravest first, in words."""
    gaps = village.unheld + village.households + village.persons
    found, late = village.abnormal, village.overdue
    counts = [
        (found, ngettext("%(n)s abnormal finding", "%(n)s abnormal findings", found)),
        (late, ngettext("%(n)s task overdue", "%(n)s tasks overdue", late)),
        (gaps, ngettext("%(n)s without anybody", "%(n)s without anybody", gaps)),
    ]
    return [words % {"n": count} for count, words in counts if count]
