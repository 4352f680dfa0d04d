"""How a list is declared: its fields, their headings in the field, its checks across fields."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal

from grid.imports.text import compact

if TYPE_CHECKING:
    from grid.imports.draft import Draft
    from grid.imports.places import PlaceIndex

Kind = Literal[
    "seq",
    "text",
    "name",
    "sex",
    "id_type",
    "id_number",
    "phone",
    "contact_phone",
    "remark",
    "county",
    "township",
    "village",
    "origin",
    "window_date",
    "date",
    "choice",
    "vehicle",
]

_KNOWN = 4_000  # headings kept in mind; those of all lists are about a thousand
_MARKS = "*＊★☆△▲●:：。.、"
_BRACKETS = re.compile(r"[(\[【<《][^()\[\]【】<>《》]*[)\]】>》]")
_SOMEBODY_ELSE = re.compile(
    r"包保|包联|包村|分包|责任|网格|干部|领导|同行|家属|监护|联系人|填报|录入|排查|户主|房东|监测人|"
    r"监督|联络|对接|紧急|亲属|父亲|母亲|家长|配偶|医生|村医|书记|主任|组长|五人小组|民警|志愿|审核|"
    r"工作人员|专班|五包一|管理员|司机|房主|业主|负责"
)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a list tells of a person.

    `headings` are matched whole after normalisation; "group>sub" names a sub-heading under a group.
    `doubtful` headings are used only where nothing better feeds the field, and asked about.
    `parts` are sub-headings that, below one of the headings as a group, are joined to the value.
    `choices` gives a choice field its canonical values with what people write for each.
    """

    key: str
    kind: Kind
    headings: tuple[str, ...]
    required: bool = False
    joins: bool = False
    doubtful: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a field that is asked about and has no heading to be named by."""
        if not self.headings and (self.required or self.doubtful):
            raise ValueError(
                f"the field {self.key} is required or has doubtful headings: "
                "give it a heading of its own, by which people are asked for it"
            )


@dataclass(frozen=True, slots=True)
class ListSpec:
    """A kind of list, declared by data. `checks` see a whole cleaned row and may add problems."""

    name: str
    fields: tuple[Field, ...]
    checks: tuple[Callable[["Draft"], None], ...] = ()

    def by_key(self) -> dict[str, Field]:
        """Return the fields by key, in their order."""
        return {field.key: field for field in self.fields}


@dataclass(frozen=True)
class Context:
    """What a list is judged by: the day it is judged on, the places, and where it comes from.

    `home` is the code of the importer's place; its county bounds the search for villages. Dates in
    a window field must lie at most `days_before` before and `days_after` after `as_of`.
    """

    as_of: date
    places: "PlaceIndex"
    home: str = ""
    days_before: int = 70
    days_after: int = 60

    @cached_property
    def first_day(self) -> date:
        """The earliest day a window field may hold."""
        return self.as_of - timedelta(days=self.days_before)

    @cached_property
    def last_day(self) -> date:
        """The latest day a window field may hold."""
        return self.as_of + timedelta(days=self.days_after)


@lru_cache(maxsize=_KNOWN)
def normal_heading(text: str) -> str:
    """Return a heading in compatibility form, lower case, without blanks and marks at its ends."""
    return compact(text).lower().strip(_MARKS)


@lru_cache(maxsize=_KNOWN)
def heading_forms(text: str) -> tuple[str, ...]:
    """Return the forms under which a heading is looked up whole, the most faithful first.

    Remarks in brackets or after a colon are left out in the later forms, unless they name
    somebody else: 姓名（包保人） is not the person's own name.
    """
    whole = normal_heading(text)
    remarks = reversed(list(_BRACKETS.finditer(whole)))
    # 镇(街道)(必填): one remark may go while another belongs to the heading.
    forms = [whole]
    forms += [
        (whole[: remark.start()] + whole[remark.end() :]).strip(_MARKS)
        for remark in remarks
        if not _SOMEBODY_ELSE.search(remark[0])
    ]
    bare = _without_remarks(whole)
    dropped = whole[len(bare) :] if whole.startswith(bare) else whole
    if bare and not _SOMEBODY_ELSE.search(dropped):
        forms.append(bare)
        forms.append(bare.split(":")[0])
    return tuple(dict.fromkeys(form for form in forms if form))


def _without_remarks(text: str) -> str:
    """Return a heading without remarks in brackets, brackets within brackets included."""
    while (bare := _BRACKETS.sub("", text)) != text:
        text = bare
    return text.strip(_MARKS)


def names_somebody_else(group: str) -> bool:
    """Say whether a group of columns is about another person than the one listed."""
    return _SOMEBODY_ELSE.search(normal_heading(group)) is not None
