"""Cells of a pack about places closed or left: `[zone]` and `[[leave]]`, and how they are read."""

from dataclasses import dataclass

from policies.ground import Ground, Words
from policies.reader import Reader

VERDICTS = ("refused", "needs", "advised")
NEEDS = ("necessity", "certificate")


@dataclass(frozen=True, slots=True)
class Named:
    """A flag or a restriction with the words that explain it."""

    name: str
    ground: Ground


@dataclass(frozen=True, slots=True)
class ZoneRule:
    """What a closed zone asks of those who live in it, until its last day.

    `entry` and `exit_` say whether people may come in and go out. How many tests there are, and
    how far apart, are the settings `zone_rounds` and `zone_round_days`.
    """

    kind: str
    title: Words
    entry: str
    exit_: str
    ground: Ground
    until: Ground
    test: Ground
    flag: Named
    restriction: Named


@dataclass(frozen=True, slots=True)
class LeaveWhen:
    """Whom a rule on leaving speaks of; marks are levels and flags of a place."""

    ground: Ground
    in_zone: bool = False
    leaves_city: bool = False
    lives_any: frozenset[str] = frozenset()
    lives_all: frozenset[str] = frozenset()
    lives_none: frozenset[str] = frozenset()
    goes_to: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LeaveRow:
    """One rule on leaving: refused, allowed when all needs are met, or advised against."""

    name: str
    title: Words
    when: LeaveWhen
    verdict: str
    needs: tuple[tuple[str, Ground], ...]
    ground: Ground


def read_zone(reader: Reader, kinds: tuple[str, ...]) -> ZoneRule:
    """Return the rule for closed zones; faults go to the reader."""
    until, test = reader.table("until"), reader.table("test")
    rule = ZoneRule(
        kind=reader.one_of("kind", kinds),
        title=reader.words("title") or Words("", ""),
        entry=reader.one_of("entry", ("allowed", "refused")),
        exit_=reader.one_of("exit", ("allowed", "refused")),
        ground=reader.ground(),
        until=until.ground(),
        test=test.ground(),
        flag=_named(reader.table("flag")),
        restriction=_named(reader.table("restriction")),
    )
    for part in (until, test, reader):
        part.close()
    return rule


def _named(reader: Reader) -> Named:
    named = Named(reader.text("name"), reader.ground())
    if named.ground.text is None:
        reader.fault("text", "is missing; say it in zh and en.")
    reader.close()
    return named


def read_leave(reader: Reader, prefix: str, marks: tuple[str, ...]) -> LeaveRow:
    """Return one rule on leaving; faults go to the reader."""
    verdict = reader.one_of("verdict", VERDICTS)
    row = LeaveRow(
        name=f"{prefix}.leave.{reader.text('key')}",
        title=reader.words("title") or Words("", ""),
        when=_leave_when(reader.table("when"), marks),
        verdict=verdict,
        needs=tuple(_need(one) for one in reader.tables("need")) if reader.has("need") else (),
        ground=reader.ground(),
    )
    if (verdict == "needs") is not bool(row.needs) and verdict != "advised":
        reader.fault("need", 'belongs to verdict = "needs" or "advised"; give both or neither.')
    reader.close()
    return row


def _need(reader: Reader) -> tuple[str, Ground]:
    need = reader.one_of("name", NEEDS), reader.ground()
    reader.close()
    return need


def _leave_when(reader: Reader, marks: tuple[str, ...]) -> LeaveWhen:
    lives = reader.table("lives") if reader.has("lives") else Reader({}, reader.where, [])
    when = LeaveWhen(
        ground=reader.ground(),
        in_zone=reader.flag("in_zone"),
        leaves_city=reader.flag("leaves_city"),
        lives_any=_marks(lives, "any", marks),
        lives_all=_marks(lives, "all", marks),
        lives_none=_marks(lives, "none", marks),
        goes_to=_marks(reader, "goes_to", marks),
    )
    lives.close()
    reader.close()
    if not (when.in_zone or when.lives_any or when.lives_all or when.goes_to):
        reader.fault("lives", "is missing; say who is meant: lives, in_zone or goes_to.")
    return when


def _marks(reader: Reader, key: str, marks: tuple[str, ...]) -> frozenset[str]:
    return frozenset(reader.words_of(key, marks) if reader.has(key) else ())
