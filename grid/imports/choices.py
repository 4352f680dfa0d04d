"""Choices people write in many ways: sex, yes and no, and what a list declares of its own."""

import re
from collections.abc import Mapping
from functools import lru_cache

from grid.imports.text import compact

SEX: Mapping[str, tuple[str, ...]] = {
    "M": ("男", "男性", "男士", "男生", "先生", "m", "male", "1", "♂"),
    "F": ("女", "女性", "女士", "女生", "f", "female", "2", "0", "♀"),
}
YES_NO: Mapping[str, tuple[str, ...]] = {
    "yes": ("是", "有", "对", "√", "✓", "✔", "1", "y", "yes", "true", "已", "需要"),
    "no": (
        "否",
        "无",
        "没有",
        "不是",
        "×",
        "x",
        "✗",
        "✘",
        "0",
        "2",
        "n",
        "no",
        "false",
        "-",
        "未",
        "不需要",
    ),
}
_BRACKETS = re.compile(r"\([^)]*\)$")


class Choices:
    """Looks a text up among what people write for the values of a choice.

    `settled` says for further texts, by their compact lower-case form, which value they stand for.
    """

    def __init__(
        self, values: Mapping[str, tuple[str, ...]], settled: Mapping[str, str] | None = None
    ) -> None:
        self.table = {
            compact(word).lower(): value for value, words in values.items() for word in words
        }
        self.table |= {text: to for text, to in (settled or {}).items() if to in values}
        self._find = lru_cache(maxsize=5_000)(self._look_up)

    def find(self, text: str) -> str | None:
        """Return the value a text stands for, or None."""
        return self.table.get(text) or self._find(text)

    def _look_up(self, text: str) -> str | None:
        """Look a text up in its normal form, then without a note in brackets at its end."""
        word = compact(text).lower()
        return self.table.get(word) or self.table.get(_BRACKETS.sub("", word))
