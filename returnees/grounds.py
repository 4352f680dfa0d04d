"""What the cells of a pack rest on, in words: quotes by clause, readings, settings as choices."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from policies.pack import Ground, Pack, Setting
from returnees.classes import in_words
from returnees.readings import reading


@dataclass(frozen=True, slots=True)
class Choice:
    """A reading as a setting: what it is about, its value, and what else it may be."""

    name: str
    title: str
    value: str
    alternatives: str


def reading_words(name: str) -> str:
    """Return the sentence of a reading in the language of the page; empty for an unknown one."""
    words = reading(name)
    return in_words(words) if words else ""


def choices_of(pack: Pack, name: str) -> tuple[Choice, ...]:
    """Return the settings of a pack that stand for a reading."""
    return tuple(
        choice_of(setting)
        for setting in pack.settings.values()
        if name in (setting.ground.rests_on, setting.ground.reading)
    )


def choice_of(setting: Setting) -> Choice:
    """Return a setting in the language of the page."""
    if setting.options:
        others = [option_words(o) for o in setting.options if o != setting.value]
        alternatives = ", ".join(others)
    else:
        alternatives = _("%(low)s to %(high)s") % {"low": setting.low, "high": setting.high}
    return Choice(setting.name, in_words(setting.title), option_words(setting.value), alternatives)


def option_words(value: str | int) -> str:
    """Return an alternative of a setting in words; a number or an unknown word as it is."""
    words = {
        "next_day": _("the day of arrival is day 0"),
        "same_day": _("the day of arrival is day 1"),
        "date": _("from the day of the change"),
        "arrival": _("from the arrival"),
        "placement": _("from the placement"),
        "last_exposure": _("from the last exposure"),
        "yes": _("yes"),
        "no": _("no"),
    }
    return words.get(str(value), str(value))


@lru_cache(maxsize=64)
def quotes_of(pack: Pack) -> Mapping[str, str]:
    """Return clause -> the first words of the notice that the pack quotes for it."""
    found: dict[str, str] = {}
    for ground in grounds_in(pack):
        if ground.quote:
            found.setdefault(ground.rests_on, ground.quote)
    return found


def grounds_in(part: Any) -> Iterator[Ground]:
    """Yield the grounds of all cells in a pack or in a part of one, in the order of its fields."""
    if isinstance(part, Ground):
        yield part
        return
    for inner in _parts(part):
        yield from grounds_in(inner)


def _parts(part: Any) -> Iterable[Any]:
    if isinstance(part, Mapping):
        return part.values()
    if isinstance(part, tuple):
        return part
    if is_dataclass(part) and not isinstance(part, type):
        # What the planner remembers is no cell.
        return [getattr(part, one.name) for one in fields(part) if one.name != "cache"]
    return ()
