"""Read one row of a pack: condition, stages, tests, flags, follow-ups, restrictions."""

from policies.pack import (
    CONTACTS,
    HOLD,
    KINDS,
    LEVELS,
    PATIENTS,
    ROLES,
    STAY_FLAGS,
    ArrivalTestCell,
    Conversion,
    FlagCell,
    FollowUpCell,
    Ground,
    RestrictionCell,
    Row,
    StageCell,
    TestCell,
    When,
    Words,
)
from policies.reader import Reader

# When a flag or a test on arrival applies; `policies.situation` answers each of them.
CASES = (
    "always",
    "arrives",
    "irregular",
    "pupil",
    "certificate_lacking",
    "code_not_green",
    "papers_lacking",
    "shortfall",
    "overseas_window_passed",
)
TAGS = LEVELS + STAY_FLAGS


def read_row(reader: Reader, prefix: str) -> Row:
    """Return one row; faults go to the reader."""
    row = Row(
        name=f"{prefix}.{reader.text('key')}",
        title=reader.words("title") or Words("", ""),
        when=_when(reader.table("when")),
        stages=tuple(_stage(stage) for stage in _cells(reader, "stage")),
        arrival_tests=tuple(_arrival_test(test) for test in _cells(reader, "arrival_test")),
        flags=tuple(read_flag(flag) for flag in _cells(reader, "flag")),
        follow_ups=tuple(_follow_up(item) for item in _cells(reader, "follow_up")),
        restrictions=tuple(_restriction(item) for item in _cells(reader, "restriction")),
    )
    reader.close()
    return row


def _cells(reader: Reader, key: str) -> list[Reader]:
    return list(reader.tables(key)) if reader.has(key) else []


def _when(reader: Reader) -> When:
    stay = reader.table("stay") if reader.has("stay") else Reader({}, reader.where, [])
    when = When(
        contact=reader.words_of("contact", CONTACTS) if reader.has("contact") else (),
        assessment=reader.one_of("assessment", ("isolate", "open"), ""),
        patient=reader.words_of("patient", PATIENTS) if reader.has("patient") else (),
        overseas=reader.one_of("overseas", ("any", "short", "full"), ""),
        negatives=reader.one_of("negatives", ("enough", "lacking"), ""),
        stay_any=frozenset(stay.words_of("any", TAGS) if stay.has("any") else ()),
        stay_all=frozenset(stay.words_of("all", TAGS) if stay.has("all") else ()),
        stay_none=frozenset(stay.words_of("none", TAGS) if stay.has("none") else ()),
        role=reader.words_of("role", ROLES) if reader.has("role") else (),
        papers=reader.one_of("papers", ("both", "lacking"), ""),
        certificate=reader.one_of("certificate", ("valid", "lacking"), ""),
        otherwise=reader.flag("otherwise"),
        ground=reader.ground(),
    )
    stay.close()
    reader.close()
    return when


def _stage(reader: Reader) -> StageCell:
    kind = reader.one_of("kind", KINDS)
    days, days_ground = 0, None
    if kind != HOLD:
        cell = reader.table("days")
        days = cell.number("is", 1, 365)
        days_ground = cell.ground()
        cell.close()
    stage = StageCell(
        kind=kind,
        days=days,
        balance=reader.flag("balance"),
        days_ground=days_ground,
        tests=tuple(_test(test, days) for test in _cells(reader, "test")),
        unsuitable=_conversion(reader, "home_unsuitable"),
        unfit=_conversion(reader, "unfit_for_centralised"),
        note=reader.text("note", ""),
        ground=reader.ground(),
        under=_under(reader),
    )
    reader.close()
    return stage


def _under(reader: Reader) -> tuple[tuple[str, str], ...]:
    """Return the settings a cell stands under, with the value each must have."""
    if not reader.has("under"):
        return ()
    named = reader.table("under")
    under = tuple((name, named.text(name)) for name in sorted(named.data))
    named.close()
    return under


def _test(reader: Reader, days: int) -> TestCell:
    day = 0
    if reader.data.get("day") == "last":
        reader.seen.add("day")
    else:
        day = reader.number("day", 1, 365)
        if day > days:
            reader.fault("day", f"is {day}, after the stage's last day {days}; give 1 to {days}.")
    test = TestCell(day, reader.flag("only_full"), reader.ground())
    reader.close()
    return test


def _conversion(reader: Reader, key: str) -> Conversion | None:
    if not reader.has(key):
        return None
    cell = reader.table(key)
    conversion = Conversion(cell.one_of("kind", KINDS), cell.text("flag"), _worded(cell))
    cell.close()
    return conversion


def _arrival_test(reader: Reader) -> ArrivalTestCell:
    missing = reader.flag("missing_negatives")
    number = 0 if missing else reader.number("number", 1, 10)
    cell = ArrivalTestCell(number, missing, reader.one_of("if", CASES, "always"), reader.ground())
    reader.close()
    return cell


def read_flag(reader: Reader) -> FlagCell:
    """Return one flag cell, of a row or of the whole pack."""
    flag = FlagCell(
        reader.text("name"),
        reader.one_of("if", CASES, "always"),
        reader.flag("carries"),
        _worded(reader),
    )
    reader.close()
    return flag


def _follow_up(reader: Reader) -> FollowUpCell:
    cell = FollowUpCell(
        what=reader.one_of("what", ("test", "health_follow_up")),
        days=reader.number("day", 1, 999) if reader.has("day") else 0,
        months=reader.number("months", 1, 60) if reader.has("months") else 0,
        own=reader.flag("own"),
        ground=reader.ground(),
    )
    if bool(cell.days) == bool(cell.months):
        reader.fault("day", "or months: give one of the two, counted from the end.")
    reader.close()
    return cell


def _restriction(reader: Reader) -> RestrictionCell:
    cell = RestrictionCell(reader.text("name"), _worded(reader), _under(reader))
    reader.close()
    return cell


def _worded(reader: Reader) -> Ground:
    ground = reader.ground()
    if ground.text is None:
        reader.fault("text", "is missing; say it in zh and en.")
    return ground
