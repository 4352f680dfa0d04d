"""From a file to understood rows: the sheet, its header, each row's kind, values and verdict."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain

from grid.imports.choosing import HEAD_ROWS, MAX_BLANKS, Found, choose
from grid.imports.cleaning import RowCleaner
from grid.imports.headings import Header, Merges
from grid.imports.kinds import RowKinds, kind_above_header
from grid.imports.lists import Context, ListSpec
from grid.imports.mapping import SavedMapping
from grid.imports.messages import problem
from grid.imports.reading import Table
from grid.imports.required import ask
from grid.imports.results import Cell, Problem, Row, Seen, Understood, verdict_of
from grid.imports.text import as_text, clean, clean_row


def understand(
    data: bytes,
    spec: ListSpec,
    context: Context,
    *,
    sheet: str = "",
    mapping: SavedMapping | None = None,
) -> Understood:
    """Understand a file as a list of the given kind.

    `sheet` names the sheet to read, `mapping` says how people have settled columns and values.
    `rows` of the answer streams: each row is read, classified and cleaned when it is asked for,
    and `counts` and `unknown_values` grow with it. Raises `UnreadableFileError` where the file as a
    whole is no use: unreadable, without a header row, or without a required column while none is
    left that might be it. Where one may be it that is a question about the column, and every row
    lacks the field until it is settled.
    """
    found, others = choose(data, spec, context, sheet, mapping)
    sought, asked = ask(found.header, spec, context)
    kinds = RowKinds(found.header, _kinds(spec))
    cleaner = _cleaner(found, spec, context, mapping)
    counts: Counter[str] = Counter()
    return Understood(
        encoding=found.table.encoding,
        sheet=found.table.sheet,
        header_rows=tuple(row + 1 for row in found.header.rows),
        columns=found.header.columns,
        seen=_seen(found, kinds, counts),
        read=_reader(found, cleaner, counts),
        counts=counts,
        problems=(*sought, *_notices(found, others, kinds, sheet)),
        questions=found.header.questions + asked,
        layout=found.header.layout,
        unknown_values=cleaner.unknown,
        form="chain" if found.table.kinds else "table",
    )


def _notices(found: Found, others: list[str], kinds: RowKinds, wanted: str) -> list[Problem]:
    """Return what there is to say about the file: its sheet, its columns, other lists in it."""
    notices = [*found.table.problems, *found.header.problems]
    if wanted and not found.table.sheet:
        notices.append(problem("", "sheet_of_text", sheet=wanted))
    if _is_empty(found, kinds):
        notices.append(problem("", "list_empty"))
    if others:
        names = "、".join(others)
        notices.append(problem("", "sheets_several", sheets=names, sheet=found.table.sheet))
    return notices


def _is_empty(found: Found, kinds: RowKinds) -> bool:
    """Say whether a short table ends without anybody in it."""
    if len(found.head) >= HEAD_ROWS or not found.header.rows:
        return False
    below = found.head[found.header.rows[-1] + 1 :]
    return all(kinds.kind(clean_row(cells)) != "data" for cells in below)


def _cleaner(
    found: Found, spec: ListSpec, context: Context, mapping: SavedMapping | None
) -> RowCleaner:
    return RowCleaner(
        spec,
        found.header.columns,
        context,
        epoch_1904=found.table.epoch_1904,
        values=mapping.values if mapping else {},
    )


def _kinds(spec: ListSpec) -> dict[str, str]:
    return {field.key: field.kind for field in spec.fields}


def _seen(found: Found, kinds: RowKinds, counts: Counter[str]) -> Iterator[Seen]:
    """Yield every row of the sheet in order, counting kinds."""
    header = found.header.rows
    last = header[-1] if header else -1
    told = found.table.kinds  # a sign-up chain knows the kinds of its rows
    fill = _Fill(found.table.merges, after=last)
    seen_title = False
    blanks = 0
    for place, cells in enumerate(chain(found.head, found.table.rows)):
        texts = clean_row(cells)
        if told:
            kind = told[place]
        elif place <= last:
            kind = "header" if place in header else kind_above_header(texts, seen_title=seen_title)
            seen_title = seen_title or kind == "title"
        else:
            kind = kinds.kind(texts)
        counts[kind] += 1
        blanks = blanks + 1 if kind == "blank" else 0
        if blanks > MAX_BLANKS:
            return
        if kind == "data" and fill.starts:
            fill.apply(place, cells, texts)
        yield Seen(place + 1, kind, cells, texts)


def _reader(found: Found, cleaner: RowCleaner, counts: Counter[str]) -> Callable[[Seen], Row]:
    """Return what reads a row: its values, and the verdict, which is counted."""
    labels = _labels(found.header)
    notes, hidden = found.table.notes, found.table.hidden_rows

    def read(seen: Seen) -> Row:
        raw = _raw(labels, seen.cells)
        if seen.kind != "data":
            return Row(seen.number, seen.kind, None, raw, {})
        values, problems = cleaner.clean(seen.cells, seen.texts)
        if notes or hidden:
            problems += _noted(found.table, seen.number - 1)
        verdict = verdict_of(problems)
        counts[verdict] += 1
        return Row(seen.number, seen.kind, verdict, raw, values, problems)

    return read


def _noted(table: Table, place: int) -> tuple[Problem, ...]:
    """Return what the table itself has to say about a row."""
    hidden = (problem("", "row_hidden"),) if place + 1 in table.hidden_rows else ()
    return table.notes.get(place, ()) + hidden


def _labels(header: Header) -> list[str]:
    """Return a distinct label for each column; a repeated heading gets its place added.

    The columns of our own answer files have none: they are no part of the list.
    """
    labels: list[str] = []
    for column in header.columns:
        label = "" if column.is_ours else column.label
        labels.append(f"{label} #{column.index + 1}" if label and label in labels else label)
    return labels


def _raw(labels: list[str], cells: list[Cell]) -> dict[str, str]:
    """Return the row as it stands in the file, blank cells left out."""
    raw = {
        label: cell if type(cell) is str else as_text(cell)
        for label, cell in zip(labels, cells, strict=False)
        if cell != ""
    }
    raw.pop("", None)
    for place in range(len(labels), len(cells)):
        if cells[place] != "":
            raw[f"#{place + 1}"] = as_text(cells[place])
    return raw


class _Fill:
    """Gives the rows below the first of a vertical merge its value; nothing else is filled."""

    def __init__(self, merges: Merges, *, after: int) -> None:
        self.starts: dict[int, list[tuple[int, int]]] = {}
        for top, left, bottom, right in merges:
            if top > after and bottom > top and left == right:
                self.starts.setdefault(top, []).append((left, bottom))
        self.active: dict[int, tuple[int, Cell]] = {}

    def apply(self, place: int, cells: list[Cell], texts: list[str]) -> None:
        """Fill the cells of a data row that a merge begun above covers."""
        for column, bottom in self.starts.get(place, ()):
            if column < len(cells):
                self.active[column] = (bottom, cells[column])
        for column, (bottom, value) in tuple(self.active.items()):
            if place > bottom:
                del self.active[column]
            elif column < len(cells) and not texts[column]:
                cells[column] = value
                texts[column] = clean(as_text(value))
