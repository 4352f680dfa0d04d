"""A policy pack in memory: one notice as data, every cell with the clause or reading it rests on.

The TOML form is described in docs/policies.md; `policies.schema` reads and checks it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any

from policies.errors import PackError
from policies.ground import Ground as Ground
from policies.ground import Words as Words
from policies.outside import LeaveRow, ZoneRule

# The strictest first (C-9); a hold counts as one, a row without a stage as nothing.
KINDS = (
    "hospital_rehab",
    "centralised",
    "home_single_room",
    "home_isolation",
    "commute_only",
    "home_monitoring",
    "self_monitoring",
    "hold_for_test",
)
HOLD = "hold_for_test"
LEVELS = ("low", "mid", "high")
STAY_FLAGS = ("key_concern", "local_cases", "land_border", "hubei", "wuhan", "outbreak_city")
CONTACTS = ("close", "general", "secondary", "trajectory")
PATIENTS = ("discharged", "asymptomatic_released")
ROLES = ("student", "school_staff", "cadre")


@dataclass(frozen=True, slots=True)
class Setting:
    """A reading as a setting: its value and the alternatives (a list of words, or a range)."""

    name: str
    value: str | int
    options: tuple[str, ...]
    low: int
    high: int
    title: Words
    ground: Ground


@dataclass(frozen=True, slots=True)
class When:
    """The condition of a row; every part that is given must hold. Levels and flags are tags."""

    ground: Ground
    contact: tuple[str, ...] = ()
    assessment: str = ""
    patient: tuple[str, ...] = ()
    overseas: str = ""
    negatives: str = ""
    stay_any: frozenset[str] = frozenset()
    stay_all: frozenset[str] = frozenset()
    stay_none: frozenset[str] = frozenset()
    role: tuple[str, ...] = ()
    papers: str = ""
    certificate: str = ""
    otherwise: bool = False

    @property
    def looks_at_stays(self) -> bool:
        """Whether a stay decides this row."""
        return bool(self.stay_any or self.stay_all)


@dataclass(frozen=True, slots=True)
class TestCell:
    """A test inside a stage: its day (0 stands for the last one), and for which length it holds."""

    day: int
    only_full: bool
    ground: Ground


@dataclass(frozen=True, slots=True)
class Conversion:
    """Another kind of stage in place of the stated one, with the flag that says so."""

    kind: str
    flag: str
    ground: Ground


@dataclass(frozen=True, slots=True)
class StageCell:
    """A stage of a row; with `balance` its days are what the proven days elsewhere leave over.

    `under` names settings and the value each must have, else the cell is not there.
    """

    kind: str
    days: int
    balance: bool
    days_ground: Ground | None
    tests: tuple[TestCell, ...]
    unsuitable: Conversion | None
    unfit: Conversion | None
    note: str
    ground: Ground
    under: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ArrivalTestCell:
    """Tests taken on arrival: how many, or as many as documented negatives are missing."""

    number: int
    missing_negatives: bool
    when: str
    ground: Ground


@dataclass(frozen=True, slots=True)
class FlagCell:
    """A flag of a row: when it is raised, and whether it stays when another row wins."""

    name: str
    when: str
    carries: bool
    ground: Ground


@dataclass(frozen=True, slots=True)
class FollowUpCell:
    """Something owed days or months after the end; `own` goes with its row only."""

    what: str
    days: int
    months: int
    own: bool
    ground: Ground


@dataclass(frozen=True, slots=True)
class RestrictionCell:
    """What a person may not do while the row runs, in words; `under` as of a stage."""

    name: str
    ground: Ground
    under: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One row of a notice. `name` carries the prefix of the pack the row comes from."""

    name: str
    title: Words
    when: When
    stages: tuple[StageCell, ...]
    arrival_tests: tuple[ArrivalTestCell, ...]
    flags: tuple[FlagCell, ...]
    follow_ups: tuple[FollowUpCell, ...]
    restrictions: tuple[RestrictionCell, ...]


@dataclass(frozen=True, slots=True)
class ReportRule:
    """How the report of a journey is judged: kind, hours, and the rows that owe one."""

    kind: str
    hours: int
    rows: tuple[str, ...]
    ground: Ground


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty of the responsible cadre, with its timing; docs/policies.md lists the timings."""

    key: str
    title: Words
    at: str
    evidence: str
    ground: Ground
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    occasion: str = ""
    every: int = 1
    hours: int = 0
    days: int = 0
    due: time | None = None
    remind: time | None = None
    grace_days: int = 0
    missable: bool = False
    grounds: Mapping[str, Ground] = field(default_factory=dict)

    def applies_to(self, classification: str) -> bool:
        """Tell whether people of a class (`PACK.ROW`) are owed this duty."""
        if self.only and classification not in self.only:
            return False
        return classification not in self.never


@dataclass(frozen=True, slots=True)
class Notice:
    """The document behind a pack; number and date are empty where the text has none."""

    issuer: Words
    number: str
    issued: date | None
    ground: Ground


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """One notice as data. `over` names the pack it lies over, whose rows follow its own.

    `rows` are those under the settings as they are, `written` those of the file.
    """

    key: str
    version: str
    title: Words
    notice: Notice
    over: str
    settings: Mapping[str, Setting]
    report: ReportRule
    checks: Ground
    rows: tuple[Row, ...]
    written: tuple[Row, ...]
    flags: tuple[FlagCell, ...]
    duties: tuple[Duty, ...]
    zone: ZoneRule | None = None
    leave: tuple[LeaveRow, ...] = ()
    cache: dict[Any, Any] = field(default_factory=dict, repr=False)

    def number(self, name: str) -> int:
        """Return the value of a setting that is a number."""
        return int(self.settings[name].value)

    def word(self, name: str) -> str:
        """Return the value of a setting that is a word."""
        return str(self.settings[name].value)

    def row(self, name: str) -> Row:
        """Return the row of that full name (`JY.MIDHIGH`); KeyError when there is none."""
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)

    def duty(self, key: str) -> Duty:
        """Return the duty of that key (`JY.six-5`); KeyError when there is none."""
        for duty in self.duties:
            if duty.key == key:
                return duty
        raise KeyError(key)

    def with_settings(self, **values: str | int) -> "Pack":
        """Return the pack under other readings; PackError names a value that is no alternative."""
        settings = dict(self.settings)
        faults = []
        for name, value in values.items():
            known = settings.get(name)
            if known is None:
                faults.append(f"pack {self.key}: there is no setting {name}.")
            elif not allowed(known, value):
                choice = ", ".join(known.options) or f"{known.low} to {known.high}"
                faults.append(f"pack {self.key}, setting {name}: is {value!r}; use {choice}.")
            else:
                settings[name] = replace(known, value=value)
        if faults:
            raise PackError(faults)
        return replace(self, settings=settings, rows=rows_under(self.written, settings), cache={})


def allowed(setting: Setting, value: str | int) -> bool:
    """Tell whether a value is one of the setting's alternatives."""
    if setting.options:
        return value in setting.options
    return type(value) is int and setting.low <= value <= setting.high


def rows_under(written: tuple[Row, ...], settings: Mapping[str, Setting]) -> tuple[Row, ...]:
    """Return the rows with the cells that stand under the settings as they are."""

    def stands(cell: StageCell | RestrictionCell) -> bool:
        return all(settings[name].value == value for name, value in cell.under)

    def row_under(row: Row) -> Row:
        stages = tuple(cell for cell in row.stages if stands(cell))
        restrictions = tuple(cell for cell in row.restrictions if stands(cell))
        if len(stages) == len(row.stages) and len(restrictions) == len(row.restrictions):
            return row
        return replace(row, stages=stages, restrictions=restrictions)

    return tuple(row_under(row) for row in written)
