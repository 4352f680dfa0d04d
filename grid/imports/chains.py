"""A sign-up chain (接龙) pasted from a chat: running text to the rows of a table."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from grid.imports.chat_text import with_plain_numbers
from grid.imports.entries import Entry, EntryReader
from grid.imports.headings import Header
from grid.imports.lists import Context, ListSpec
from grid.imports.mapping import column_keys
from grid.imports.messages import problem
from grid.imports.results import Cell, Column, Problem

MAX_CHAIN = 1 << 20  # characters; a chat message holds some thousands
ORIGINAL = "接龙原文"
_TITLE = re.compile(r"^[\s#＃【\[「《*]*接龙")
_CIRCLED = {chr(0x2460 + n): n + 1 for n in range(20)} | {
    chr(0x3251 + n): n + 21 for n in range(15)
}
_TENS = "[一二三四五六七八九]"
_NUMBERED = re.compile(
    r"^\s*(?:[(（\[【]?\s*([0-9]{1,4})\s*(?:[.．、)）\]】:：]\s*(?![0-9])| +(?=[\u4e00-\u9fff]))"
    rf"|([{''.join(_CIRCLED)}])[.、\s]*|({_TENS}?十{_TENS}?|{_TENS})[、．.])"
)
_EXAMPLE = re.compile(
    r"^\s*(?:[0-9]{1,2}[.、．]?\s*)?(?:例|示例|样例|范例|例如|格式|模板)(?:[:：\s.、]|$)"
)
_PERSONAL = re.compile(r"[0-9]{11}")
_TABLE = re.compile(r"[,\t;].*[,\t;].*[,\t;]")
_ID = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx]")
_NOBODY = re.compile(
    "(?<![0-9])0人|零报告|零返乡|无返乡|无人返|没有返|没有人|无人员|暂无|均无|无新增|无$"
)
_DIGITS = {digit: n for n, digit in enumerate("一二三四五六七八九", start=1)}
_FIRST_LINES = 5
_FURTHEST = 20  # numbers that may be missing between two entries


@dataclass(slots=True)
class Part:
    """A piece of the text that makes one row: its kind and its text without the number."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain as a table: rows of cells under a header, each row's kind and what is to be asked."""

    header: Header
    rows: list[list[Cell]]
    kinds: list[str]
    notes: dict[int, tuple[Problem, ...]]


def is_chain(text: str) -> bool:
    """Say whether a text is a sign-up chain: it says so, or is a numbered list of persons."""
    lines = [line for line in _lines(text) if line.strip()]
    if not lines:
        return False
    if any(_TITLE.match(line) for line in lines[:_FIRST_LINES]):
        return True
    if _is_told_line_by_line(lines):
        return True
    numbered = list(_numbers(lines))
    if len(numbered) < 2 or numbered[0][1] != 1 or any(_TABLE.search(x) for x in lines[:2]):
        return False
    below = lines[numbered[0][0] :]
    persons = sum(_PERSONAL.search(line) is not None for line in below)
    return persons * 2 >= len(numbered) and len(numbered) * 4 >= len(below)


def _lines(text: str) -> list[str]:
    return with_plain_numbers(text.removeprefix("\ufeff")).splitlines()


def _is_told_line_by_line(lines: list[str]) -> bool:
    """Say whether lines without numbers or headings tell of a person each, as in a chat."""
    persons = sum(_ID.search(line) is not None for line in lines)
    return persons > 1 and persons * 3 >= len(lines) and not any(map(_TABLE.search, lines))


def _numbers(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """Yield (line, number, rest of the line) of the lines that begin an entry, numbers rising."""
    last = 0
    for place, line in enumerate(lines):
        match = _NUMBERED.match(line)
        if match is None:
            last = 0 if _TITLE.match(line) else last  # a second chain begins anew
            continue
        number = _number(match)
        again = number == last > 0 and _PERSONAL.search(line) is not None
        if again or last < number <= last + _FURTHEST:
            last = number
            yield place, number, line[match.end() :]


def _number(match: re.Match[str]) -> int:
    if match[3]:
        tens, ten, ones = match[3].rpartition("十")
        first = (_DIGITS.get(tens, 0) or 1) * 10 if ten else 0
        return first + _DIGITS.get(ones, 0)
    return int(match[1] or _CIRCLED[match[2]])


def parts(text: str) -> list[Part]:
    """Cut a chain into title, information, example, entries and blank lines, in their order.

    Lines without a number belong to the entry above them. Where nothing is numbered every line
    with an ID number or phone is an entry.
    """
    lines = _lines(text)
    begins = {place: rest for place, _number, rest in _numbers(lines)}
    found: list[Part] = []
    for place, line in enumerate(lines):
        if not line.strip():
            found.append(Part("blank", ""))
        elif place in begins:
            found.append(Part(_kind_of(line), begins[place]))
        elif _EXAMPLE.match(line):
            found.append(Part("example", line))
        elif begins and (entry := _open_entry(found)) and not _is_another(entry, line):
            entry.text += "\n" + line
        elif (begins and entry) or (not begins and _PERSONAL.search(line)):
            found.append(Part("data", line))
        else:
            found.append(Part("info" if any(p.kind == "title" for p in found) else "title", line))
    return found


def _kind_of(line: str) -> str:
    if _EXAMPLE.match(line):
        return "example"
    # 3. 康村 0人: a village that reports nobody.
    return "note" if _NOBODY.search(line) and not _PERSONAL.search(line) else "data"


def _is_another(entry: Part, line: str) -> bool:
    """Say whether a line without a number tells of another person: each has an ID number."""
    return _ID.search(entry.text) is not None and _ID.search(line) is not None


def _open_entry(found: list[Part]) -> Part | None:
    """Return the entry a line without number goes on with: the last, blank lines aside."""
    last = next((part for part in reversed(found) if part.kind != "blank"), None)
    return last if last and last.kind == "data" else None


def read_chain(text: str, spec: ListSpec, context: Context) -> Chain:
    """Return a chain as rows under the first headings of the list, the entry as written last."""
    fields = [field for field in spec.fields if field.kind != "seq"]
    paths = [*((field.headings[0],) for field in fields), (ORIGINAL,)]
    keys = column_keys(paths)
    columns = tuple(
        Column(place, path, fields[place].key if place < len(fields) else None, keys[place])
        for place, path in enumerate(paths)
    )
    reader = EntryReader(spec, context.places, context.as_of)
    chain = Chain(Header((), columns, ()), [], [], {})
    for place, part in enumerate(parts(text)):
        chain.kinds.append(part.kind)
        if part.kind != "data":
            chain.rows.append([*[""] * len(fields), part.text])
            continue
        entry = reader.read(part.text)
        chain.rows.append([*_cells(entry, [field.key for field in fields], spec), part.text])
        chain.notes[place] = tuple(entry.problems)
    entries = chain.kinds.count("data")
    told = problem("", "chain_read", entries=entries)
    return Chain(Header((), columns, (told,)), chain.rows, chain.kinds, chain.notes)


def _cells(entry: Entry, keys: list[str], spec: ListSpec) -> list[Cell]:
    """Lay an entry out by field; several numbers of a kind share a cell, as in any list."""
    remark = next((field.key for field in spec.fields if field.kind == "remark"), "")
    if entry.remarks and remark:
        entry.cells.setdefault(remark, []).extend(entry.remarks)
    return [_joined(key, entry.cells.get(key, []), remark) for key in keys]


def _joined(key: str, values: list[str], remark: str) -> str:
    return (" " if key == remark else "、").join(values)
