"""Sentences about rows that only the database can tell, beside those of grid.imports.

Codes are stable: people script against them. Each list adds its own (`ListKind.messages`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from grid.imports.messages import MESSAGES, text
from grid.imports.results import Problem, Severity

Messages = Mapping[str, tuple[Severity, str]]

_OWN: dict[str, tuple[Severity, str]] = {
    "known_elsewhere": (
        "question",
        gettext_noop(
            "This person is registered in another place; import only if they come here now."
        ),
    ),
    "row_refused": ("error", gettext_noop("Not importable: %(sentence)s")),
    "update_waits": (
        "question",
        gettext_noop("An update of row %(of)s, which waits for a decision itself."),
    ),
    "hand_edit_kept": (
        "note",
        gettext_noop("%(fields)s: changed in the portal since the last list; that stays."),
    ),
    "hand_edit_conflict": (
        "question",
        gettext_noop(
            "%(fields)s: changed in the portal by %(who)s on %(when)s, and the list says something "
            "new; which one counts?"
        ),
    ),
    "changed_since": (
        "warning",
        gettext_noop("Not taken back: %(who)s has worked with it since, last on %(when)s."),
    ),
}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A problem as it is shown: column, stable code, severity, sentence."""

    column: str
    code: str
    severity: str
    message: str


def add_messages(messages: Messages) -> None:
    """Make a list's own codes known. ValueError for a code that means something else already."""
    for code, meaning in messages.items():
        if code in MESSAGES or _OWN.setdefault(code, meaning) != meaning:
            raise ValueError(f"the code {code} has a sentence already")


def problem(code: str, column: str = "", **params: Any) -> Problem:
    """Return a problem with a code of this module, of a list or of grid.imports.

    `keys`, field keys, are shown by their headings as `fields` (see `named`).
    """
    severity: Severity = _OWN[code][0] if code in _OWN else MESSAGES[code][0]
    return Problem(column, code, severity, params)


def named(found: Problem, heading: Callable[[str], str]) -> Problem:
    """Return a problem whose `keys` are told by the headings of the file at hand."""
    if "keys" not in found.params:
        return found
    params = {key: value for key, value in found.params.items() if key != "keys"}
    fields = "、".join(dict.fromkeys(heading(key) for key in found.params["keys"]))
    return replace(found, params={**params, "fields": fields})


def stored(problems: Iterable[Problem]) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """Return problems as kept: column, code, severity in the open, what fills the sentence apart.

    What fills a sentence may be somebody's data; it is sealed with the row.
    """
    problems = list(problems)
    return (
        [{"column": p.column, "code": p.code, "severity": p.severity} for p in problems],
        [{key: _plain(value) for key, value in p.params.items()} for p in problems],
    )


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value if isinstance(value, int | float | str | bool) or value is None else str(value)


def shown(
    problems: Sequence[Mapping[str, str]],
    params: Sequence[Mapping[str, Any]],
    lang: str | None = None,
) -> list[RowProblem]:
    """Return kept problems with their sentences in a language, the reader's unless given."""
    lang = lang or get_language() or "zh"
    return [
        RowProblem(one["column"], one["code"], one["severity"], _sentence(one, filling, lang))
        for one, filling in zip(problems, params, strict=True)
    ]


def _sentence(one: Mapping[str, str], filling: Mapping[str, Any], lang: str) -> str:
    code = one["code"]
    if code in _OWN:
        return _(_OWN[code][1]) % filling
    severity: Severity = MESSAGES[code][0]
    return text(Problem(one["column"], code, severity, filling), lang)
