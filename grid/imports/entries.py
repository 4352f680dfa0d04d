"""One entry of a sign-up chain to the cells of a row: told by form, never by position alone.

What cannot be told goes to the remark; what can be read in two ways becomes a question.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from grid.imports.chat_text import LABELS, bare, prepared, words_of
from grid.imports.choices import SEX, Choices
from grid.imports.dates import day_told
from grid.imports.forms import MARK, Item, close_up, is_surely_a_name, may_be_a_name, take_out
from grid.imports.headings import HeadingIndex
from grid.imports.lists import ListSpec
from grid.imports.messages import problem
from grid.imports.places import PlaceIndex
from grid.imports.results import Problem
from grid.imports.text import is_nothing, words

_WAY = re.compile(r"(?<=..)(?:返回|回到|回|到|至|→|[-—]+>?)(?=..)")
_VILLAGE_END = re.compile(r"(?:村|社区|居委会|村委会|庄|寨|屯)$")
_REGION_END = re.compile(r"(?:省|市|县|区|自治[州县旗])$|^.{5,}$")
_VILLAGE_AND_MORE = re.compile(r"^(.+?(?:村|社区))(.{1,16})$")
_DETAIL = re.compile(r"^[一二三四五六七八九十0-9]+(?:组|队|号楼|栋|幢|单元|室|户|号院|号)")
_PLUS = re.compile(r"^\+[0-9一二三四五六七八九两]?$")
_AND_MORE = re.compile(r"^(.{2,4})\+[0-9一二三四五六七八九两]$")
_COMPANY = re.compile(
    r"[两二三四五六七八九2-9](?:口|个?人)|带着?(?:.{0,2}(?:小孩|孩子|娃|老人|家人|老婆|老公|媳妇))|"
    r"和.{1,4}一起|夫妻|夫妇|一家|全家"
)
_TESTING = re.compile(r"核酸|检测|采样|阴性")
_NOT_WORDS = frozenset(
    words(
        "的 是 我 了 本人 次 乘 坐 乘坐 于 号 回 到 来 返 或 和 从 等 核酸 核酸检测 联系 车次 返乡"
    )
)


@dataclass(slots=True)
class Entry:
    """The cells of one entry by field key, and what is to be asked about them."""

    cells: dict[str, list[str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class EntryReader:
    """Reads entries for one kind of list, told on one day."""

    def __init__(self, spec: ListSpec, places: PlaceIndex, as_of: date) -> None:
        self.places = places
        self.as_of = as_of
        self.index = HeadingIndex(spec)
        self.fields = spec.by_key()
        self.key_of: dict[str, str] = {}
        for one in spec.fields:
            self.key_of.setdefault(one.kind, one.key)
        self.choices = {one.key: Choices(one.choices) for one in spec.fields if one.choices}
        if "sex" in self.key_of:
            self.choices[self.key_of["sex"]] = Choices(SEX)

    def field_called(self, head: str) -> str | None:
        """Return the field a heading in front of a colon or a value names, in a list or a chat."""
        found = self.index.find((head,))
        kind = next((kind for kind, called in LABELS.items() if head in called), "")
        return found or self.key_of.get(kind)

    def read(self, text: str) -> Entry:
        """Return what an entry says; it always gives as many cells as it can tell apart."""
        return _Reading(self).run(text)


class _Reading:
    """The reading of one entry."""

    def __init__(self, reader: EntryReader) -> None:
        self.reader = reader
        self.entry = Entry()
        self.items: dict[str, Item] = {}
        self.open: list[tuple[int, str, set[str]]] = []  # place, text, fields it may feed

    def run(self, text: str) -> Entry:
        marked, self.items = take_out(close_up(prepared(text)))
        self._gather(list(words_of(marked)))
        self._settle()
        self._join_origins()
        for key in ("name", "window_date", "origin", "village"):
            self._ask_if_several(key)
        return self.entry

    def _key(self, kind: str) -> str:
        return self.reader.key_of.get(kind, "")

    def _put(self, key: str, text: str) -> None:
        if key:
            self.entry.cells.setdefault(key, []).append(text)
        else:
            self.entry.remarks.append(text)

    def _has(self, kind: str) -> bool:
        return self._key(kind) in self.entry.cells

    def _gather(self, found: list[str]) -> None:
        """Give every word its field; a heading in front of a word or mark names its field."""
        label = ""
        tested = False
        for place, word in enumerate(found):
            if MARK.fullmatch(word):
                self._item(self.items[word], label, tested=tested)
                label = ""
                continue
            tested = _TESTING.search(word) is not None
            head, colon, rest = word.partition(":")
            named = self.reader.field_called(head)
            if named and (colon or head not in self.reader.places.villages.values()):
                if rest:
                    self._labelled(named, rest)
                label = "" if rest else named
            elif label and label not in ("id_number", "phone"):
                self._labelled(label, word)
                label = ""
            else:
                self._spoken(place, head, rest)
                label = ""

    def _spoken(self, place: int, head: str, rest: str) -> None:
        """Take a word, or a village or a nickname with a colon and whoever it is behind it."""
        if not rest:
            self._word(place, head)
        elif self.reader.places.is_village(head):
            self._word(1, head)
            self._word(0, rest)
        elif is_surely_a_name(rest) and not is_surely_a_name(head) and not self._has("name"):
            self._put("", head)
            self._place("name", rest)
        else:
            self._word(place, f"{head}:{rest}")

    def _labelled(self, key: str, text: str) -> None:
        self._put(key, text)

    def _item(self, item: Item, label: str, *, tested: bool) -> None:
        """Lay down what was found by its form; a heading in front of it wins."""
        if item.form == "paper":
            self._put(self._key("id_type"), item.kind)
            self._put(self._key("id_number"), item.text)
            return
        key = self._key({"date": "window_date"}.get(item.form, item.form))
        if label and self._fits(label, item.form):
            key = label
        elif item.form == "date" and tested and "nat_date" in self.reader.fields:
            key = "nat_date"
        self._put(key, self._counted(key, item.text) if item.form == "date" else item.text)

    def _counted(self, key: str, text: str) -> str:
        """Return the day that 明天 and the like stand for; any other text as it is."""
        one, as_of = self.reader.fields.get(key), self.reader.as_of
        day = day_told(text, as_of) if one and one.kind in ("window_date", "date") else None
        if one is None or day is None:
            return text
        self._ask(one.headings[0], "date_relative", value=text, as_of=as_of, date=day)
        return day.isoformat()

    def _fits(self, label: str, form: str) -> bool:
        kind = self.reader.fields[label].kind
        if form == "date":
            return kind in ("window_date", "date", "text", "remark")
        return kind == form or (form == "phone" and kind in ("contact_phone", "text"))

    def _word(self, place: int, word: str) -> None:
        """Tell what a word is; with several readings it waits for what the others turn out."""
        if not word or word in _NOT_WORDS:
            return
        if _PLUS.match(word):
            self._ask("", "chain_plus", value=word)
            return
        if more := _AND_MORE.match(word):
            self.entry.problems.append(problem("", "chain_companions", value=word))
            word = more[1]
        if self._is_choice(word) or self._is_way(word):
            return
        plain = bare(word)
        readings = self._readings(plain)
        if len(readings) == 1:
            self._place(readings.pop(), plain)
        elif readings:
            self.open.append((place, plain, readings))
        else:
            self._rest(place, word)

    def _is_way(self, word: str) -> bool:
        """Take apart where somebody comes from and goes to: 从深圳回上河村."""
        way = _WAY.split(word, maxsplit=1)
        if len(way) < 2:
            return False
        parts = list(zip(("origin", "village"), (bare(part) for part in way), strict=True))
        if not all(kind in self._readings(part) for kind, part in parts):
            return False
        for kind, part in parts:
            self._place(kind, part)
        return True

    def _rest(self, place: int, word: str) -> None:
        """Lay down a word that is no place and no choice: a name in front, a detail, a remark."""
        if _COMPANY.search(word):
            self.entry.problems.append(problem("", "chain_companions", value=word))
        elif _DETAIL.match(word) and "dest_detail" in self.reader.fields:
            self._put("dest_detail", word)
            return
        elif place == 0 and may_be_a_name(word):
            self.open.append((place, word, {"name"}))
            return
        self._put("", word)

    def _is_choice(self, word: str) -> bool:
        """Take a word for the one choice that knows it; what several know says too little."""
        if is_nothing(word):
            return True
        known = [key for key, choices in self.reader.choices.items() if choices.find(word)]
        if len(known) != 1:
            return False
        key = known[0]
        told = self.entry.cells.get(key, [])
        choices = self.reader.choices[key]
        if choices.find(word) not in [choices.find(other) for other in told]:
            self._put(key, word)
        return True

    def _readings(self, word: str) -> set[str]:
        """Return the kinds of field a word may feed, told by its form and the places known."""
        found: set[str] = set()
        if is_surely_a_name(word):
            found.add("name")
        village = self.reader.places.destination("", word)
        is_village = village.problem in ("", "township_inferred", "village_ambiguous")
        more = _VILLAGE_AND_MORE.match(word)
        if is_village or _VILLAGE_END.search(word) or (more and self._is_village(more[1])):
            found.add("village")
        origin = self.reader.places.origin(word)
        if origin.code or origin.problem in ("origin_ambiguous", "origin_outside_tree"):
            found.add("origin")
        if self.reader.places.towns_named(word):
            found = {"township"}
        if "village" in found and _VILLAGE_END.search(word) and is_village:
            return {"village"}
        if "origin" in found and _REGION_END.search(word):
            found.discard("name")
        return found

    def _is_village(self, text: str) -> bool:
        return self.reader.places.is_village(text)

    def _place(self, kind: str, word: str) -> None:
        """Put a word into the field of a kind; what follows a village's name is the address."""
        more = _VILLAGE_AND_MORE.match(word) if kind == "village" else None
        if more and not self._is_village(word) and self._is_village(more[1]):
            self._put(self._key("village"), more[1])
            self._put("dest_detail" if "dest_detail" in self.reader.fields else "", more[2])
            return
        self._put(self._key(kind), word)

    def _settle(self) -> None:
        """Give words with several readings the one field that is still open; else ask."""
        for place, word, readings in self.open:
            left = {kind for kind in readings if not self._has(kind)}
            if "name" in left and place == 0:
                left = {"name"}
            if len(left) == 1 and (place == 0) == (left == {"name"}):
                self._place(left.pop(), word)
                continue
            names = [self.reader.fields[self._key(kind)].headings[0] for kind in sorted(readings)]
            self._put("", word)
            self._ask("", "chain_unclear", value=word, choices="、".join(names))

    def _join_origins(self) -> None:
        """Join the parts of one origin: 广东省 深圳市 宝安区."""
        key = self._key("origin")
        parts = self.entry.cells.get(key, [])
        while len(parts) > 1:
            first, second = parts[0], parts[1]
            whole = self.reader.places.origin(first + second)
            above = self.reader.places.origin(first)
            if not (whole.code and above.code and whole.code != above.code):
                return
            parts[:2] = [first + second]

    def _ask_if_several(self, kind: str) -> None:
        key = self._key(kind)
        values = list(dict.fromkeys(self.entry.cells.get(key, [])))
        if len(values) > 1:
            self.entry.cells[key] = values[:1]
            self.entry.remarks.extend(values[1:])
            label = self.reader.fields[key].headings[0]
            self._ask(label, "chain_several", values="、".join(values))

    def _ask(self, column: str, code: str, **params: Any) -> None:
        self.entry.problems.append(problem(column, code, **params))
