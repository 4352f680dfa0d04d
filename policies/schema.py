"""Load and check a pack file: TOML in, `Pack` out, or every fault as a sentence."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from policies.checks import faults_of
from policies.errors import PackError
from policies.outside import read_leave, read_zone
from policies.overlay import lay_over
from policies.pack import (
    KINDS,
    Duty,
    FlagCell,
    Notice,
    Pack,
    ReportRule,
    Setting,
    Words,
    rows_under,
)
from policies.reader import Reader
from policies.readings import settings_faults
from policies.rows import TAGS, read_flag, read_row

PACKS = Path(__file__).parent / "packs"
FORMAT = 1
REPORTS = ("before_departure", "after_landing", "before_arrival", "none")
TIMINGS = (
    "report",
    "journey",
    "arrival",
    "checks",
    "stages",
    "tests",
    "follow_ups",
    "end",
    "call",
    "event",
    "derived",
)
# What may close a duty; a word nobody knows would be owed and never done.
EVIDENCE = (
    "policy_sent",
    "contact_reached",
    "arrival_confirmed",
    "travel_reminder",
    "observation_check",
    "health_log",
    "code_check",
    "landing_report",
    "visit",
    "living_support",
    "waste_log",
    "site_waste_check",
    "terminal_disinfection",
    "test",
    "follow_up_test",
    "follow_up",
    "follow_up_call",
    "abnormality_closed",
)
# Figures of a duty that each need their own ground.
GROUNDED = ("hours", "days", "every", "due", "stages", "only", "never", "grace_days")


@cache
def load(key: str) -> Pack:
    """Return a shipped pack by its key (`JY`); PackError when there is none of that name."""
    known = keys()
    if key not in known:
        raise PackError([f'pack "{key}" is not known; use one of: {", ".join(known)}.'])
    return load_file(PACKS / f"{key}.toml")


@cache
def keys() -> tuple[str, ...]:
    """Return the keys of the shipped packs, in alphabetical order."""
    return tuple(sorted(path.stem for path in PACKS.glob("*.toml")))


def load_file(path: Path) -> Pack:
    """Read one pack file; PackError carries every fault found in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PackError([f"{path}: there is no such file; check the path."]) from None
    except IsADirectoryError:
        raise PackError([f"{path}: is a folder; name a pack file in it."]) from None
    except OSError as error:
        raise PackError([f"{path}: cannot be read ({error.strerror})."]) from None
    except UnicodeDecodeError:
        raise PackError([f"{path}: is not UTF-8 text; save it as UTF-8."]) from None
    return read_pack(_parsed(text, str(path)), where=path.name, folder=path.parent)


def load_text(text: str, *, where: str, base: Pack | None = None) -> Pack:
    """Read a pack from the text of its file; `base` is the pack it lies over, else a shipped one.

    PackError carries every fault found in it.
    """
    return read_pack(_parsed(text, where), where=where, base=base)


def _parsed(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError([f"{where}: is not valid TOML: {error}."]) from None


def read_pack(
    data: dict[str, Any], *, where: str, folder: Path = PACKS, base: Pack | None = None
) -> Pack:
    """Build a pack from parsed TOML.

    `base` is the pack it lies over; without it that one is looked for in `folder`.
    """
    faults: list[str] = []
    top = Reader(data, where, faults)
    top.number("format", FORMAT, FORMAT)
    pack = _pack_of(top)
    top.close()
    if pack.over and not faults:
        pack = lay_over(pack, base or _base_of(pack, folder, where))
    if not faults:
        faults += [f"{where}, {fault}" for fault in settings_faults(pack)]
    if not faults:
        pack = replace(pack, rows=rows_under(pack.written, pack.settings))
        faults += faults_of(pack, where)
    if faults:
        raise PackError(faults)
    return pack


def _base_of(pack: Pack, folder: Path, where: str) -> Pack:
    for place in (folder, PACKS):
        path = place / f"{pack.over}.toml"
        if path.is_file() and pack.over != pack.key:
            return load_file(path)
    raise PackError([f'{where}, field over: there is no pack "{pack.over}"; put it beside.'])


def _pack_of(top: Reader) -> Pack:
    key = top.text("key")
    settings = top.table("settings")
    named = {name: _setting(settings, name) for name in settings.data}
    checks = top.table("daily_checks")
    checks_ground = checks.ground()
    checks.close()

    rows = tuple(read_row(row, key) for row in top.tables("row", _named(top, "row")))
    return Pack(
        key=key,
        version=top.text("version"),
        title=_words(top, "title"),
        notice=_notice(top.table("notice")),
        over=top.text("over", ""),
        settings=named,
        report=_report(top.table("report")),
        checks=checks_ground,
        rows=rows,
        written=rows,
        flags=_flags(top),
        duties=tuple(_duty(duty, key) for duty in top.tables("duty", _named(top, "duty"))),
        zone=read_zone(top.table("zone"), KINDS) if top.has("zone") else None,
        leave=tuple(
            read_leave(row, key, TAGS) for row in top.tables("leave", _named(top, "leave"))
        ),
    )


def _named(top: Reader, word: str) -> Callable[[int, Any], str]:
    """Return how a table of a list is called in a fault: by its key, else by its number."""

    def name(index: int, item: Any) -> str:
        key = item.get("key") if isinstance(item, dict) else None
        return f"{top.where}, {word} {key or index + 1}"

    return name


def _words(reader: Reader, key: str) -> Words:
    return reader.words(key) or Words("", "")


def _flags(top: Reader) -> tuple[FlagCell, ...]:
    return tuple(read_flag(flag) for flag in top.tables("flag"))


def _notice(reader: Reader) -> Notice:
    notice = Notice(
        _words(reader, "issuer"), reader.text("number", ""), reader.day("issued"), reader.ground()
    )
    reader.close()
    return notice


def _report(reader: Reader) -> ReportRule:
    rule = ReportRule(
        reader.one_of("kind", REPORTS),
        reader.number("hours", 0, 240, 0),
        reader.words_of("rows") if reader.has("rows") else (),
        reader.ground(),
    )
    reader.close()
    return rule


def _setting(settings: Reader, name: str) -> Setting:
    reader = settings.table(name)
    settings.seen.add(name)
    options = reader.words_of("options") if reader.has("options") else ()
    value: str | int
    if options:
        low = high = 0
        value = reader.one_of("value", options)
    else:
        low, high = reader.number("min", 0, 9999), reader.number("max", 0, 9999)
        value = reader.number("value", low, high)
    setting = Setting(name, value, options, low, high, _words(reader, "title"), reader.ground())
    reader.close()
    return setting


def _duty(reader: Reader, pack_key: str) -> Duty:
    because = reader.table("because") if reader.has("because") else None
    grounds = {}
    for name in GROUNDED:
        if not reader.has(name):
            continue
        if because is None or not because.has(name):
            reader.fault(f"because.{name}", "is missing; name what this figure rests on.")
            continue
        cell = because.table(name)
        grounds[name] = cell.ground()
        cell.close()
    if because is not None:
        because.close()

    def classes(key: str) -> tuple[str, ...]:
        names = reader.words_of(key) if reader.has(key) else ()
        return tuple(name if "." in name else f"{pack_key}.{name}" for name in names)

    duty = Duty(
        key=f"{pack_key}.{reader.text('key')}",
        title=_words(reader, "title"),
        at=reader.one_of("at", TIMINGS),
        evidence=reader.one_of("evidence", EVIDENCE),
        ground=reader.ground(),
        only=classes("only"),
        never=classes("never"),
        stages=reader.words_of("stages") if reader.has("stages") else (),
        occasion=reader.text("occasion", ""),
        every=reader.number("every", 1, 60, 1),
        hours=reader.number("hours", 0, 240, 0),
        days=reader.number("days", 0, 365, 0),
        due=reader.clock("due"),
        remind=reader.clock("remind"),
        grace_days=reader.number("grace_days", 0, 30, 0),
        missable=reader.flag("missable"),
        grounds=grounds,
    )
    reader.close()
    return duty
