"""The answer to a list: the file itself with our columns added, and a table of what is wrong.

An answer file is read again as the very list it answers: our columns are no part of it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from grid.imports.cells import csv_of, csv_text, workbook_of
from grid.imports.chains import ORIGINAL, parts
from grid.imports.messages import text as sentence
from grid.imports.reading import Table, chain_of, declared_delimiter, delimiter, read
from grid.imports.results import OURS, Row
from grid.imports.sniffing import is_workbook
from grid.imports.text import as_text, clean
from grid.imports.writing import add_columns

HEADINGS = (f"{OURS}结果", f"{OURS}原因", f"{OURS}包保干部", f"{OURS}管控类别")
PROBLEM_HEADINGS = {
    "zh": ("行", "列", "代码", "说明"),
    "en": ("Row", "Column", "Code", "What to do"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one row: in words, why, and who answers for the person in which class."""

    result: str
    reason: str = ""
    responsible: str = ""
    category: str = ""

    def cells(self) -> tuple[str, ...]:
        """Return the texts under `HEADINGS`."""
        return self.result, self.reason, self.responsible, self.category


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """The bytes of an answer, and what they are."""

    content: bytes
    kind: Literal["xlsx", "csv"]


def annotate(
    content: bytes,
    answers: Mapping[int, Answer],
    *,
    header_rows: Sequence[int] = (1,),
    sheet: str = "",
) -> AnswerFile:
    """Return a list with our columns added behind its own, in the very rows they speak of.

    `answers` go by row number, `header_rows` and `sheet` are those of `Understood`. Each header row
    gets our headings: people sort and filter by the last one, while the first would lend them the
    group heading before them. A workbook keeps everything it holds; a text becomes CSV in UTF-8
    with byte-order mark and the delimiter it had; a sign-up chain becomes a CSV of its entries.
    Columns of an earlier answer are replaced. Raises `UnreadableFileError` like `read`.
    """
    found = chain_of(content)
    if found is not None:
        return AnswerFile(_chain_answer(found[1], answers), "csv")
    heading_rows = frozenset(header_rows or (1,))

    def cells_of(number: int) -> tuple[str, ...] | None:
        if number in heading_rows:
            return HEADINGS
        answer = answers.get(number)
        return answer.cells() if answer else None

    table = next(iter(read(content, sheet=sheet)))
    first = _first_free(table, heading_rows)
    if is_workbook(content):
        return AnswerFile(add_columns(content, table.sheet, first, cells_of), "xlsx")
    return AnswerFile(_text_answer(content, first, cells_of), "csv")


def _first_free(table: Table, heading_rows: Collection[int]) -> int:
    """Return the first column (0 = A) from which on stands nothing but an earlier answer."""
    width = 0
    ours: set[int] = set()
    for number, cells in enumerate(table.rows, start=1):
        width = max(width, len(cells))
        if number in heading_rows:
            headings = [clean(as_text(cell)) for cell in cells]
            ours |= {place for place, text in enumerate(headings) if text.startswith(OURS)}
    while width - 1 in ours:
        width -= 1
    return width


def _text_answer(
    content: bytes, first: int, cells_of: Callable[[int], tuple[str, ...] | None]
) -> bytes:
    """Return a delimited text with our cells behind column `first`; blank lines stay blank."""
    (table,) = read(content)

    def rows() -> Iterator[list[str]]:
        for number, cells in enumerate(table.rows, start=1):
            texts = [as_text(cell) for cell in cells[:first]]
            added = cells_of(number)
            yield [*texts, *[""] * (first - len(texts)), *added] if added else texts

    declared = declared_delimiter(content)
    lines = rows()
    if declared:
        next(lines)
        head = f"sep={declared}\r\n"
        return f"\ufeff{head}{csv_text(lines, declared)}".encode()
    return f"\ufeff{csv_text(lines, delimiter(content))}".encode()


def _chain_answer(text: str, answers: Mapping[int, Answer]) -> bytes:
    """Return the entries of a chain, one in a row, with what became of each."""
    rows = (
        (part.text, *answers[number].cells())
        for number, part in enumerate(parts(text), start=1)
        if number in answers
    )
    return csv_of((ORIGINAL, *HEADINGS), rows)


def problem_rows(rows: Iterable[Row], lang: str = "zh") -> Iterator[tuple[str, str, str, str]]:
    """Yield (row number, heading, code, sentence) of every problem of every row."""
    for row in rows:
        for found in row.problems:
            yield str(row.number), found.column, found.code, sentence(found, lang)


def problem_table(
    problems: Iterable[Sequence[str]], kind: Literal["xlsx", "csv"] = "xlsx", lang: str = "zh"
) -> bytes:
    """Return a table of problems (see `problem_rows`) as a workbook of text cells or as CSV."""
    headings = PROBLEM_HEADINGS["en" if lang.startswith("en") else "zh"]
    if kind == "csv":
        return csv_of(headings, problems)
    return workbook_of("问题清单", headings, problems)
