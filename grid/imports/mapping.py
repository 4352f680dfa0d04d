"""How the lists of one source are to be read, as people have settled it: columns and values.

A mapping comes from outside and wins over the synonyms. It is found again by `layout_key`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grid.imports.lists import normal_heading
from grid.imports.text import compact

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """Columns by `Column.key` to field keys, None for "keep it, it feeds nothing".

    `values` gives for a field what a text stands for: a canonical value of a choice, the code of a
    village or a region. Texts are looked up by `value_key`; unknown fields and values are ignored.
    """

    columns: Mapping[str, str | None] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def value_key(*texts: str) -> str:
    """Return the key of a value in a mapping; of a village, township and village together."""
    return "".join(compact(text).lower() for text in texts)


def path_key(path: Path) -> str:
    """Return a heading path as it is compared, e.g. 包保责任人>姓名."""
    return ">".join(normal_heading(part) for part in path)


def column_keys(paths: Sequence[Path]) -> list[str]:
    """Return a key for each column, "" for one without heading; the second 姓名 is 姓名#2."""
    met: dict[str, int] = {}
    keys: list[str] = []
    for path in paths:
        key = path_key(path)
        if key:
            met[key] = met.get(key, 0) + 1
            key += f"#{met[key]}" if met[key] > 1 else ""
        keys.append(key)
    return keys


def layout_key(keys: Sequence[str]) -> str:
    """Return the digest (32 hex digits) of a heading row given its column keys, blank ones aside.

    The order of the columns counts: another order is another form.
    """
    told = [key for key in keys if key]
    return hashlib.sha256("\x1f".join(told).encode()).hexdigest()[:32]
