"""The classes of the notices (JY.MIDHIGH …) in words, of shipped and of stored packs."""

from functools import cache
from time import monotonic

from django.utils.translation import get_language

from policies.errors import PackError
from policies.pack import Pack, Words
from policies.schema import keys, load
from returnees.models import PolicyPack, PolicyVersion
from returnees.policies import pack_of, pack_of_file

REMEMBERED = 60.0  # seconds: a page of fifty lines asks once, another process learns soon
_stored: dict[str, tuple[float, dict[str, Words]]] = {}


def class_title(name: str) -> str:
    """Return the title of a class in the language of the page; the name itself if unknown."""
    key = name.partition(".")[0]
    words = titles(key).get(name) or stored_titles(key).get(name)
    return in_words(words) if words else name


@cache
def titles(pack: str) -> dict[str, Words]:
    """Return class -> title of a shipped pack; nothing for one that is not shipped."""
    return _titles(load(pack)) if pack in keys() else {}


def stored_titles(key: str) -> dict[str, Words]:
    """Return class -> title of the latest stored pack of a key; remembered for a minute."""
    asked, found = _stored.get(key, (0.0, {}))
    if asked and monotonic() - asked < REMEMBERED:
        return found
    file = PolicyPack.objects.filter(key=key).select_related("base").order_by("-pk").first()
    try:
        found = _titles(pack_of_file(file)) if file else {}
    except PackError:  # kept by an earlier release and no longer readable: its names remain
        found = {}
    _stored[key] = (monotonic(), found)
    return found


def forget_stored_titles() -> None:
    """Look for stored packs anew: one was just kept."""
    _stored.clear()


def class_choices() -> list[tuple[str, str]]:
    """Return the classes of the notices that are or were in force, the strictest first."""
    versions = PolicyVersion.objects.binding().order_by("pack", "digest", "-pk")
    found: dict[str, Words] = {}
    for version in versions.distinct("pack", "digest"):
        for name, title in _titles(pack_of(version)).items():
            found.setdefault(name, title)
    return [(name, in_words(title)) for name, title in found.items()]


def _titles(pack: Pack) -> dict[str, Words]:
    return {row.name: row.title for row in pack.rows}


def in_words(words: Words) -> str:
    """Return the words in the language of the page."""
    return words.zh if (get_language() or "zh").startswith("zh") else words.en
