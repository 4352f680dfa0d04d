"""Reading a notice's text as published: levels as headings, regions carried over lines. Pure.

A notice is a run of pieces between separators. A piece is a heading (a level, a region, both with
a count), an aside (the date, the source), or an area; whatever is none of the first two is an area.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from returnees.choices import Aspect, Risk
from returnees.risk_lists.reading import (
    MOST_LINES,
    Reading,
    Stated,
    UnreadableListError,
    aspects_in,
    cut,
)
from returnees.risk_lists.regions import Regions
from returnees.risk_lists.words import FLAG_HEADINGS, RiskLine, tidy

_ENDS = "、,;。\n:"
_OPENING, _CLOSING = "([【《", ")]】》"
_BOTH = re.compile(r"(?:中[、,和及]?高|高[、,和及]?中)风险")
_LEVEL = re.compile(
    r"(?P<before>.{0,20}?)(?P<level>[高中低])风险(?:地区|区域|等级地区|区)?"
    r"(?:名单|如下|有|为|包括|共有|共|合计|总数|:)*(?:\(?(?:共)?(?P<count>\d+)个?\)?)?(?:名单|如下|:)*"
)
_NONE = re.compile(r"(?P<before>.{0,12}?)(?:无|没有)(?P<level>[高中低])风险(?:地区|区域|区)?")
_AT_END = re.compile(r"(?P<area>.+?)\((?:[^()]*?为)?(?P<level>[高中低])风险(?:地区|区域|区)?\)$")
_BECOMES = re.compile(
    r"(?P<area>.*?)(?:风险等级)?(?:由[高中低]风险(?:地区|区域)?)?"
    r"(?:调整|划定|确定|列|升级|降|上调|下调|提升|降低|判定|定)[级]?(?:为|至|到|成)"
    r"(?P<level>[高中低])风险(?:地区|区域|等级|区)?$"
)
_COUNT = re.compile(r"\((?:共|计)?(\d+)(?:个|处)?(?:[高中低]?风险)?(?:地区|区域)?\)|共?计?(\d+)个$")
_NUMBER = re.compile(
    r"^(?:[\-—*●■◆·•\s]+|\(?\d{1,3}[.)](?!\d)|\([一二三四五六七八九十]{1,3}\)|[①-⑳]|第[一二三四五六七八九十]+[类、])+"
)
_BARE_NUMBER = re.compile(r"\d{1,3}|[一二三四五六七八九十]{1,3}")
_GLUED = re.compile(
    r"(?:[A-Za-z]?\d+|[一二三四五六七八九十]{1,3}|[A-Za-z])[\-—~至\dA-Za-z]*"
    r"(?:号楼|号院|号|栋|幢|楼|单元|期|组|弄|座|室|区|村\)|排|门|层|街坊)?$"
)
_ASIDE = re.compile(
    r"截[至止]|根据|经研究|决定$|按照|国务院|客户端|小程序|如下|更新|发布|查询|来源|现将|公布|通知|疫情风险等级提醒|名单$|时$|日$|\d{4}年"
)
_CLOSING_WORDS = re.compile(
    r"(?:数据|信息|资料)?来源.*|备?注|更新时间.*|截[至止].*|.*(?:其他|其余|其它).{0,12}(?:低风险|不变).*|"
    r".*(?:特此|请.{0,12}(?:报备|报告)).*|无|以上.*"
)
_WILL = re.compile(r"^(?:即日起|经研究|研究)?(?:决定)?[将把]")
_WORD = {"高": Risk.HIGH.value, "中": Risk.MID.value, "低": Risk.LOW.value}


@dataclass(slots=True)
class _Piece:
    text: str
    end: str  # the separator after it, "" at the end
    line: bool  # first of its line


@dataclass(slots=True)
class _Reader:
    """Where the reading of a notice stands."""

    regions: Regions
    mark: str = ""
    base: str = ""  # the region of the last heading
    here: str = ""  # the region the last area lies in
    heading: str = ""  # the last heading's words
    fresh: bool = False  # no area came since that heading
    outer: bool = False  # levels stand below that heading, not above it
    lines: list[RiskLine] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    sentence: int = 0  # the number of lines when the sentence began
    glue: bool = False  # the next piece may go on with the last area
    closing: bool = False  # what follows names the source

    def take(self, piece: _Piece) -> None:
        if piece.line:
            self.here, self.glue = self.base, False
        text = _NUMBER.sub("", piece.text)
        counting = _BARE_NUMBER.fullmatch(text) and not self.glue
        if text and not (counting and piece.end in "、."):
            self._understand(text, piece)
        if piece.end in (";", "。", "\n"):
            self.here, self.glue = self.base, False
        if piece.end in ("。", "\n"):
            self.sentence = len(self.lines)

    def _understand(self, text: str, piece: _Piece) -> None:
        text = self._without_will(text)
        if self.closing or self._level(text, piece) or self._becomes(text):
            self._set_aside(text, piece)
            return
        if self.glue and _GLUED.fullmatch(text):
            self._glue(text)
        elif not self.mark and not self._named(text) and _ASIDE.search(text):
            self.aside.append(tidy(text))
        elif _CLOSING_WORDS.fullmatch(text) and not self._named(text):
            self.closing = piece.end == ":"
            self.aside.append(tidy(text))
        elif not self._region(text, piece):
            self._area(text)

    def _set_aside(self, text: str, piece: _Piece) -> None:
        """Keep what follows 来源： to the end of its line."""
        if self.closing:
            self.aside.append(tidy(text))
            self.closing = piece.end not in ("。", "\n")

    def _without_will(self, text: str) -> str:
        """Take 将 and 决定将 off the front of what a notice sets."""
        bare = _WILL.sub("", text)
        return bare if bare != text and self._named(bare) else text

    def _named(self, text: str) -> str:
        return self.regions.begins(_COUNT.sub("", text), self.here or self.base)

    def _level(self, text: str, piece: _Piece) -> bool:
        """Take a heading that states a level or flag, with its count and the region before it."""
        none = _NONE.fullmatch(text)
        found = none or _LEVEL.fullmatch(_BOTH.sub("中高险", text))
        word = _COUNT.sub("", text).strip(":()")
        mark = _WORD[found["level"]] if found else FLAG_HEADINGS.get(word, "")
        before = _before(found["before"]) if found else ""
        if not mark or (before and not self._leads(before)):
            return False
        if piece.end not in (":", "\n", "") and not (
            none or _count(text) is not None or not before
        ):
            return False
        self.marks.add(mark)
        self.mark = mark
        self.outer = self.outer or self.fresh
        if not self.outer:
            self.base = self.heading = ""
        if before and (code := self.regions.begins(before, self.base)):
            self.base, self.heading = code, before
        self.here, self.fresh, self.glue = self.base, False, False
        count = 0 if none else _count(text)
        if count is not None:
            label = tidy(_COUNT.sub("", text).rstrip("0123456789个共"))
            self.stated.append(Stated(mark, self.base, label, count))
        return True

    def _leads(self, before: str) -> bool:
        """Say whether the words before a level are a region in full, or only say "there are"."""
        reach = self.regions.reach((before,), self.base)
        return bool(reach.code) and not reach.rest and not reach.open

    def _becomes(self, text: str) -> bool:
        """Take "A、B are set to medium risk" and "A (high risk)"."""
        after, within = _BECOMES.fullmatch(text), _AT_END.fullmatch(text)
        found = after or within
        if not found:
            return False
        former, self.mark = self.mark, _WORD[found["level"]]
        if after:
            self.lines[self.sentence :] = [
                RiskLine(line.row, self.mark, line.text, line.path, line.context, line.doubt)
                if not line.mark or line.mark == former
                else line
                for line in self.lines[self.sentence :]
            ]
        self.marks.add(self.mark)
        area = self._without_will(found["area"])
        if area and not self._region(area, _Piece(area, "、", line=False)):
            self._area(area)
        self.mark = former
        return True

    def _region(self, text: str, piece: _Piece) -> bool:
        """Take a heading that names a region: before a colon, with a count, or alone in a line."""
        count = _count(text)
        bare = _COUNT.sub("", text)
        alone = piece.line and piece.end in ("\n", "")
        if piece.end != ":" and count is None and not (alone and not self.mark):
            return False
        reach = self.regions.reach((bare,), self.base)
        if not reach.code or reach.open or (reach.rest and piece.end != ":"):
            return False
        if reach.rest and not self._named(bare):
            return False
        self.base = self.here = reach.code
        self.heading, self.fresh, self.outer, self.glue = bare, True, False, False
        if count is not None and self.mark:
            self.stated.append(Stated(self.mark, reach.code, tidy(bare), count))
        return True

    def _area(self, text: str) -> None:
        if len(self.lines) >= MOST_LINES:
            raise UnreadableListError(_("A list may hold 20,000 areas; split this one."))
        bare = _COUNT.sub("", text) or text
        context = self.here or self.base
        named = self.regions.begins(bare, context)
        path = self._below_heading(bare, named)
        shown = self._shown(text, path, named, context)
        self.lines.append(RiskLine(len(self.lines) + 1, self.mark, cut(shown), path, context))
        if named:
            self.here = named
            self._leave(named)
        self.glue, self.fresh = True, False

    def _leave(self, named: str) -> None:
        """End a heading as far as an area lies outside its region."""
        while self.base and not named.startswith(self.base):
            self.base, self.heading = self.base[:-2], ""

    def _shown(self, text: str, path: tuple[str, ...], named: str, context: str) -> str:
        """Return an area as written, with what its heading says before it."""
        if not context or self.regions.from_province(text):
            return tidy(text)
        around = (context[:size] for size in (4, 2) if size < len(named))
        above = next((c for c in around if named.startswith(c)), "") if named else context
        under = self.regions.label(above) + "".join(path[:-1])
        return f"{tidy(under)}：{tidy(text)}" if under else tidy(text)

    def _below_heading(self, text: str, named: str) -> tuple[str, ...]:
        """Return the texts that say where an area is: what a heading adds to its region too."""
        if named or self.here != self.base or not self.heading:
            return (text,)
        rest = self.regions.reach((self.heading,), "").rest
        return (rest, text) if rest else (text,)

    def _glue(self, text: str) -> None:
        """Go on with the last area: 3号楼、5号楼."""
        last = self.lines[-1]
        path = (*last.path[:-1], f"{last.path[-1]}、{text}")
        self.lines[-1] = RiskLine(
            last.row, last.mark, cut(f"{last.text}、{tidy(text)}"), path, last.context, last.doubt
        )


def read_notice(text: str, regions: Regions) -> Reading:
    """Return the areas a notice's text names; UnreadableListError where it names no level."""
    reader = _Reader(regions)
    for piece in _pieces(text):
        reader.take(piece)
    if not reader.marks:
        raise UnreadableListError(
            _(
                "The text names no level and no flag; paste it with its headings, such as "
                "高风险地区 or 中风险地区."
            )
        )
    aspects = aspects_in(reader.marks)
    return Reading(
        lines=reader.lines,
        aspects=aspects & frozenset(Aspect.values),
        aside=tuple(reader.aside),
        stated=tuple(reader.stated),
    )


def _pieces(text: str) -> Iterator[_Piece]:
    """Yield the pieces between separators that stand outside brackets."""
    start, depth, first = 0, 0, True
    value = unicodedata.normalize("NFKC", text).replace("\r", "\n").replace("\u3000", " ")
    for place, char in enumerate(value):
        depth += (char in _OPENING) - (char in _CLOSING)
        depth = 0 if char == "\n" else max(depth, 0)
        if char in _ENDS and depth == 0:
            yield _Piece("".join(value[start:place].split()), char, line=first)
            start, first = place + 1, char == "\n"
    yield _Piece("".join(value[start:].split()), "", line=first)


def _before(text: str) -> str:
    """Return the words before a level without those that only say that there are some."""
    return re.sub(
        r"^(?:全国|目前|现|共|有|存在|其中|以下|新增|当前)+|(?:现有|共有|有|的|目前|共|新增)+$",
        "",
        text,
    )


def _count(text: str) -> int | None:
    found = _COUNT.search(text) or re.search(r"\(?共?(\d+)个\)?$", text)
    number = next((group for group in found.groups() if group), None) if found else None
    return int(number) if number else None
