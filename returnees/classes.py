"""The classes of the notices (JY.MIDHIGH …) in words."""

from functools import cache

from django.utils.translation import get_language

from policies.errors import PackError
from policies.pack import Words
from policies.schema import load
from returnees.models import PolicyVersion


def class_title(name: str) -> str:
    """Return the title of a class in the language of the page; the name itself if unknown."""
    words = titles(name.partition(".")[0]).get(name)
    return in_words(words) if words else name


@cache
def titles(pack: str) -> dict[str, Words]:
    """Return class -> title of a shipped pack; nothing for one that is not shipped."""
    try:
        return {row.name: row.title for row in load(pack).rows}
    except PackError:
        return {}


def class_choices() -> list[tuple[str, str]]:
    """Return the classes of the notices that are or were in force, the strictest first."""
    packs = PolicyVersion.objects.order_by("pack").values_list("pack", flat=True).distinct()
    return [(name, in_words(title)) for pack in packs for name, title in titles(pack).items()]


def in_words(words: Words) -> str:
    """Return the words in the language of the page."""
    return words.zh if (get_language() or "zh").startswith("zh") else words.en
