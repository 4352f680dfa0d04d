"""What the pages of risk lists show: areas, lists with their figures, lines and changes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from grid.models import Place
from grid.place_search import find_anywhere, labelled
from grid.scope import under
from returnees.choices import AreaFlag, EntryState, ListState, Mark, Risk, Touch
from returnees.models import RiskArea, RiskEntry, RiskListVersion, Screening
from returnees.risk_lists.changes import AreaChange
from returnees.risk_lists.notice import read_notice
from returnees.risk_lists.reading import Reading
from returnees.services.risk_places import load_regions

MOST = 1000  # changes shown on a page
OTHERS = 60  # lists offered to compare with
TONES = {Risk.HIGH.value: "danger", Risk.MID.value: "warning", Risk.LOW.value: "neutral"}


def parts(prefix: str = "") -> dict[str, Q]:
    """Return what the tabs of a list's lines hold; `prefix` leads from another row to its lines."""
    state, part = f"{prefix}state", f"{prefix}part"
    return {
        "open": Q(**{state: EntryState.OPEN}),
        "part": Q(**{state: EntryState.RESOLVED}) & ~Q(**{part: ""}),
        "whole": Q(**{state: EntryState.RESOLVED, part: ""}),
        "left": Q(**{state: EntryState.LEFT_OUT}),
    }


PARTS = parts()
LABELS: dict[str, Promise] = {
    "open": gettext_lazy("To be decided"),
    "part": gettext_lazy("Part of a place"),
    "whole": gettext_lazy("Whole places"),
    "left": gettext_lazy("Left out"),
    "changes": gettext_lazy("What it changes"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of a page with the full name of its place."""

    row: Any
    label: str
    tone: str


@dataclass(frozen=True, slots=True)
class Tab:
    """A tile that leads to some of the rows."""

    key: str
    label: Promise | str
    count: int
    tone: str = ""


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Return code -> full name, in two queries for any number."""
    found = list(Place.objects.filter(code__in=set(codes)))
    return {place.code: place.label for place in labelled(found)} if found else {}


def tone_of(mark: str) -> str:
    """Return the tone of a mark's pill."""
    return TONES.get(mark, "info")


def shown(rows: Sequence[Any]) -> list[Shown]:
    """Return areas or entries with the names of their places."""
    names = names_of(row.place_id for row in rows if row.place_id)
    return [Shown(row, names.get(row.place_id, ""), tone_of(row.mark)) for row in rows]


def areas_found(day: date, query: str, mark: str) -> QuerySet[RiskArea]:
    """Return the areas in force on a day, by the name of a place around them or of their part."""
    rows: QuerySet[RiskArea] = RiskArea.objects.in_force(day).select_related("place")
    if mark in Mark.values:
        rows = rows.filter(mark=mark)
    if query:
        wanted = Q(part__contains=query) | Q(place__name__contains=query)
        for place in find_anywhere(query):
            wanted |= under(place.code, "place")
        rows = rows.filter(wanted)
    return rows


@dataclass(frozen=True, slots=True)
class ProvinceRow:
    """How many areas of each mark a province has."""

    code: str
    name: str
    high: int
    mid: int
    other: int


def by_province(day: date) -> list[ProvinceRow]:
    """Return the areas in force by province, most first, in two queries."""
    rows = RiskArea.objects.in_force(day).order_by().annotate(province=Left("place", 2))
    figures: dict[str, Counter[str]] = defaultdict(Counter)
    for province, mark, count in rows.values_list("province", "mark").annotate(Count("pk")):
        figures[province][mark] += count
    names = dict(Place.objects.filter(code__in=figures).values_list("code", "name"))
    found = [
        ProvinceRow(
            code=code,
            name=names.get(code, code),
            high=marks[Risk.HIGH],
            mid=marks[Risk.MID],
            other=sum(marks.values()) - marks[Risk.HIGH] - marks[Risk.MID],
        )
        for code, marks in figures.items()
    ]
    return sorted(found, key=lambda row: (-row.high, -row.mid, -row.other, row.code))


def lists_with_figures() -> QuerySet[RiskListVersion]:
    """Return all lists with their lines counted, whole, in part, open and left out."""
    rows: QuerySet[RiskListVersion] = RiskListVersion.objects.select_related(
        "made_by", "published_by"
    )
    counts = {key: Count("entries", filter=part) for key, part in parts("entries__").items()}
    return rows.annotate(**counts)


def tabs_of(version: RiskListVersion, changes: Sequence[AreaChange]) -> list[Tab]:
    """Return the tabs of a list's page: its changes, and its lines by state."""
    counts = version.entries.aggregate(
        **{f"in_{key}": Count("pk", filter=condition) for key, condition in PARTS.items()}
    )
    tabs = [Tab("changes", LABELS["changes"], len(changes))]
    for key in PARTS:
        count = counts[f"in_{key}"]
        if count or key != "left":
            tone = "warning" if key == "open" and count else ""
            tabs.append(Tab(key, LABELS[key], count, tone))
    return tabs


def entries_of(version: RiskListVersion, key: str) -> QuerySet[RiskEntry]:
    """Return the lines of a tab."""
    rows: QuerySet[RiskEntry] = version.entries.filter(PARTS[key])
    return rows.select_related("place", "decided_by", "version")


@dataclass(frozen=True, slots=True)
class Group:
    """Changes of one kind."""

    title: str
    tone: str
    rows: list[tuple[AreaChange, str]]
    more: int


def others_of(version: RiskListVersion) -> list[RiskListVersion]:
    """Return the published lists this one may be compared with, the latest first."""
    return list(RiskListVersion.objects.published().exclude(pk=version.pk)[:OTHERS])


def groups_of(changes: Sequence[AreaChange]) -> list[Group]:
    """Return the changes as begun, raised, lowered and ended, with the names of their places."""
    kinds: dict[str, list[AreaChange]] = {"begun": [], "raised": [], "lowered": [], "ended": []}
    for change in changes:
        kinds[kind_of(change)].append(change)
    titles = {
        "begun": (_("At risk from this day on"), "danger"),
        "raised": (_("Raised"), "danger"),
        "lowered": (_("Lowered"), "good"),
        "ended": (_("No longer in the list"), "good"),
    }
    names = names_of(one.place for rows in kinds.values() for one in rows[:MOST])
    return [
        Group(
            title=titles[kind][0],
            tone=titles[kind][1],
            rows=[(one, names.get(one.place, one.place)) for one in rows[:MOST]],
            more=max(len(rows) - MOST, 0),
        )
        for kind, rows in kinds.items()
        if rows
    ]


def kind_of(change: AreaChange) -> str:
    """Return begun, ended, raised or lowered."""
    if not change.was:
        return "begun"
    if not change.mark:
        return "ended"
    return "raised" if change.raises else "lowered"


def warnings_of(version: RiskListVersion) -> list[str]:
    """Return what a person should know of a list before it is published."""
    rows = list(version.entries.values_list("place", "part", "mark", "state", "choices", "row"))
    keys = Counter(
        (place, part, "level" if mark in Risk.values else mark)
        for place, part, mark, state, _choices, _row in rows
        if state == EntryState.RESOLVED
    )
    found = []
    double = sum(count - 1 for count in keys.values())
    if double:
        found.append(
            ngettext(
                "%(count)s line names a place that another names too; the higher level counts.",
                "%(count)s lines name places that others name too; the higher level counts.",
                double,
            )
            % {"count": double}
        )
    if version.state == ListState.DRAFT and not rows:
        found.append(
            _("The list names no area: published like this, everything it states in full ends.")
        )
    return found + (_told_by_text(version, rows) if version.text else [])


def _told_by_text(version: RiskListVersion, rows: list[tuple[Any, ...]]) -> list[str]:
    """Return where the counts a notice states differ, and what was taken for no area."""
    reading = read_notice(version.text, load_regions())
    found = []
    for stated in dict.fromkeys(reading.stated):
        count = sum(
            1
            for place, _part, mark, _state, choices, row in rows
            if row
            and mark == stated.mark
            and (place or (choices[0] if len(choices) == 1 else "")).startswith(stated.region)
        )
        if count != stated.count:
            found.append(
                _("%(what)s: the notice states %(stated)s, %(count)s were read; please compare.")
                % {"what": stated.label, "stated": stated.count, "count": count}
            )
    if reading.aside:
        found.append(_("Read as no area: %(words)s") % {"words": "；".join(reading.aside)})
    return found


def told_by(reading: Reading) -> list[str]:
    """Return what the reading of a file told that its lines do not show."""
    if not reading.passed_over:
        return []
    return [
        ngettext(
            "%(count)s row of another day was passed over.",
            "%(count)s rows of other days were passed over.",
            reading.passed_over,
        )
        % {"count": reading.passed_over}
    ]


def touched_by(version: RiskListVersion) -> dict[str, Any] | None:
    """Return the re-screening of a list with the persons it touches, None before there is one."""
    screening = Screening.objects.filter(risk_list=version).first()
    if screening is None:
        return None
    counts = dict(screening.items.order_by().values_list("touch").annotate(Count("pk")))
    return {
        "screening": screening,
        "certain": counts.get(Touch.CERTAIN, 0),
        "possible": counts.get(Touch.POSSIBLE, 0),
    }


def public_groups(day: date) -> list[tuple[str, str, list[str]]]:
    """Return label, tone and full names of the areas in force by mark, the highest level first."""
    rows = RiskArea.objects.in_force(day).exclude(mark=Risk.LOW)
    areas = list(rows.order_by("place", "part").values_list("place", "part", "mark"))
    names = names_of(place for place, _part, _mark in areas)
    marks = [Risk.HIGH.value, Risk.MID.value, *AreaFlag.values]
    groups = [
        (
            str(Mark(mark).label),
            tone_of(mark),
            [names[place] + part for place, part, its in areas if its == mark],
        )
        for mark in marks
    ]
    return [group for group in groups if group[2] or group[1] in ("danger", "warning")]
