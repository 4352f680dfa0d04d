"""What the staged import says about a file, a column and a row."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Literal

Cell = str | int | float | bool | date | datetime | time
Severity = Literal["error", "warning", "question", "note"]
Verdict = Literal["ok", "warn", "error"]
OURS = "回执_"  # what the headings of the columns added to answer files begin with


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to say about one cell, one row or the file (then without a column).

    `column` is the heading as it stands in the file; `params` fill the sentence of the code.
    """

    column: str
    code: str
    severity: Severity
    params: Mapping[str, Any] = field(default_factory=dict)


class UnreadableFileError(Exception):
    """The file cannot be used as it is; `problem` says what to do about it."""

    def __init__(self, problem: Problem, sentence: str) -> None:
        super().__init__(sentence)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: place (0 = first), headings from the top down, field it feeds.

    `key` names it in a saved mapping; it is empty where the column has no heading.
    """

    index: int
    path: tuple[str, ...]
    field: str | None
    key: str = ""

    @property
    def label(self) -> str:
        """The heading a person recognises, e.g. 联系电话 or 包保责任人/电话."""
        return "/".join(self.path) or f"#{self.index + 1}"

    @property
    def is_ours(self) -> bool:
        """Whether the column was added by an answer file: it is no part of the list."""
        return bool(self.path) and self.path[-1].startswith(OURS)


@dataclass(frozen=True, slots=True)
class ColumnQuestion:
    """A column whose field somebody should settle: `candidates` are fields, likeliest first.

    `code` is column_ambiguous, column_duplicate or column_sought (a required field has no column
    yet: is it this one?); `taken` is the field it feeds until then.
    """

    column: Column
    code: str
    candidates: tuple[str, ...]

    @property
    def taken(self) -> str | None:
        """The field the column feeds until the question is settled."""
        return self.column.field


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """A sheet of a file: `rows` hold something, `fields` of the list are fed by its headings.

    `guess` marks the one that is read unless another is named; `looks_like` is list, other (an
    explanation, a dictionary, a sum) or hidden. A text file is one sheet without a name.
    """

    name: str
    rows: int
    fields: int
    looks_like: Literal["list", "other", "hidden"]
    guess: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the sheet. `number` counts as the spreadsheet does: the first row is 1.

    `kind` is data, blank, title, info, header, repeat_header, example, subtotal or note; only data
    rows have a verdict, values (canonical, by field key) and problems. The verdict `error` means:
    not importable as it stands, be it for an error or for a question still open.
    """

    number: int
    kind: str
    verdict: Verdict | None
    raw: dict[str, str]
    values: dict[str, Any]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """A row of the sheet as it stands: its kind, its cells, and their texts cleaned."""

    number: int
    kind: str
    cells: list[Cell]
    texts: list[str]


@dataclass(slots=True)
class Understood:
    """What was understood of a file. `rows` streams once; `counts` by kind and verdict fill then.

    It is made of two steps that can be taken apart: `seen` streams every row as it stands, which is
    quick and needs the rows before it; `read` says of one, whenever and in whatever order, what it
    means.

    `encoding` is "xlsx" for workbooks; `header_rows` count from 1; `problems` concern the file.
    `questions` are open about columns; `layout` is the digest under which a mapping is kept;
    `unknown_values` counts by field the texts that stand for none of its values and fills with the
    rows (200 texts a field at most). `form` is "chain" for a pasted sign-up chain, whose rows are
    numbered by its lines, an entry of several lines being one.
    """

    encoding: str
    sheet: str
    header_rows: tuple[int, ...]
    columns: tuple[Column, ...]
    seen: Iterator[Seen]
    read: Callable[[Seen], Row]
    counts: dict[str, int]
    problems: tuple[Problem, ...] = ()
    questions: tuple[ColumnQuestion, ...] = ()
    layout: str = ""
    unknown_values: dict[str, dict[str, int]] = field(default_factory=dict)
    form: Literal["table", "chain"] = "table"

    @property
    def rows(self) -> Iterator[Row]:
        """Every row of the sheet, in order, with what it means."""
        return map(self.read, self.seen)


def verdict_of(problems: tuple[Problem, ...]) -> Verdict:
    """Return error if anything bars the row as it stands, warn if something needs a look."""
    if not problems:
        return "ok"
    severities = {problem.severity for problem in problems}
    if severities & {"error", "question"}:
        return "error"
    return "warn" if "warning" in severities else "ok"
