"""What a row of the sheet is: a person, or one of the many things that stand between persons."""

import re

from grid.imports.headings import Header
from grid.imports.results import Column

_EXAMPLE_SEQ = frozenset(
    ("例", "示例", "样例", "例子", "范例", "例如", "举例", "例:", "如", "样表")
)
_EXAMPLE_TEXT = re.compile(r"^(?:填写)?(?:示例|样例|范例|此行为例)")
_EXAMPLE_STARTS = "填示样范此"
_PLACEHOLDERS = frozenset(("张三", "李四", "王五", "某某", "某某某", "xxx", "XXX", "×××"))
_MASKED = re.compile(r"[Xx×*＊]{4,}")
_WHOLE = re.compile(r"[0-9]{11}|[0-9]{17}[0-9X]")
_LONG = re.compile(r"[0-9]{6}")
_SUBTOTAL = re.compile(r"^[（(]?(?:小计|合计|总计|共计|累计|总人数|人数合计|本页小计|本页合计)")
_NOTE = re.compile(
    r"^(?:注\s*[:：1-9]|注意|备注\s*[:：]|说明|填表|填报|审核|制表|联系人\s*[:：]|\d+\s*[.．、)）]|[（(]\d)"
)
_HINT = re.compile(r"必填|选填|可不填|格式[:：]|下拉|请填|请选|例如|文本格式")
_CORE_KINDS = frozenset(("name", "id_number", "phone"))
_FEW = 3


class RowKinds:
    """Tells the kind of a row under one header. `kinds` maps a field key to its kind."""

    def __init__(self, header: Header, kinds: dict[str, str]) -> None:
        self.heads = [frozenset(column.path) for column in header.columns]
        self.core = self._places(header.columns, kinds, _CORE_KINDS)
        self.names = self._places(header.columns, kinds, frozenset(("name",)))
        self.numbers = self._places(header.columns, kinds, frozenset(("id_number", "phone")))
        self.seq = self._places(header.columns, kinds, frozenset(("seq",)))

    @staticmethod
    def _places(
        columns: tuple[Column, ...], kinds: dict[str, str], wanted: frozenset[str]
    ) -> tuple[int, ...]:
        return tuple(c.index for c in columns if c.field and kinds[c.field] in wanted)

    def kind(self, texts: list[str]) -> str:
        """Return the kind of a row given its cleaned texts."""
        if self._is_surely_data(texts):
            return "data"
        filled = [place for place, text in enumerate(texts) if text]
        if all(place in self.seq for place in filled):
            return "blank" if all(texts[p].isdigit() for p in filled) else "note"
        if self._is_example(texts, filled):
            return "example"
        for place in self.numbers:
            if place < len(texts) and len(texts[place]) > 10 and texts[place][:6].isdigit():
                return "data"
        if self._repeats_header(texts, filled):
            return "repeat_header"
        if self._is_subtotal(texts, filled):
            return "subtotal"
        return "note" if self._is_note(texts, filled) else "data"

    def _is_surely_data(self, texts: list[str]) -> bool:
        """Say whether a row holds a whole number of a person and no word of an example."""
        width = len(texts)
        for at in self.numbers:
            if at < width and _WHOLE.fullmatch(texts[at]):
                break
        else:
            return False
        first = texts[0] or next(filter(None, texts))
        last = texts[-1] or next(filter(None, reversed(texts)))
        if first in _EXAMPLE_SEQ or (last[0] in _EXAMPLE_STARTS and _EXAMPLE_TEXT.match(last)):
            return False
        return _PLACEHOLDERS.isdisjoint([texts[at] for at in self.names if at < width])

    def _repeats_header(self, texts: list[str], filled: list[int]) -> bool:
        heads = self.heads
        same = sum(place < len(heads) and texts[place] in heads[place] for place in filled)
        return same >= 2 and same * 10 >= len(filled) * 6

    def _is_example(self, texts: list[str], filled: list[int]) -> bool:
        if texts[filled[0]] in _EXAMPLE_SEQ or _EXAMPLE_TEXT.match(texts[filled[-1]]):
            return True
        for name in self.names:
            if name < len(texts) and texts[name] in _PLACEHOLDERS:
                return any(_MASKED.search(texts[at]) for at in self.numbers if at < len(texts))
        return False

    def _is_subtotal(self, texts: list[str], filled: list[int]) -> bool:
        if any(at < len(texts) and _LONG.search(texts[at]) for at in self.numbers):
            return False  # a person's number, be it a wrong one
        return any(_SUBTOTAL.match(texts[place]) for place in filled[:_FEW])

    def _is_note(self, texts: list[str], filled: list[int]) -> bool:
        if len(filled) == 1:
            only = texts[filled[0]]
            return len(only) > 8 or _NOTE.match(only) is not None or filled[0] not in self.core
        if sum(_HINT.search(texts[place]) is not None for place in filled) >= 2:
            return not any(texts[p].isalnum() for p in self.numbers if p < len(texts))
        if self._any(texts, self.core):
            return False
        return len(filled) <= _FEW or _NOTE.match(texts[filled[0]]) is not None

    @staticmethod
    def _any(texts: list[str], places: tuple[int, ...]) -> bool:
        return any(place < len(texts) and texts[place] for place in places)


def kind_above_header(texts: list[str], *, seen_title: bool) -> str:
    """Return the kind of a row above the header: blank, the first text a title, others info."""
    if not any(texts):
        return "blank"
    return "info" if seen_title else "title"
