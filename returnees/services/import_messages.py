"""Sentences about rows that only the database can tell, beside those of grid.imports.

Codes are stable: people script against them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from grid.imports.messages import MESSAGES, text
from grid.imports.results import Problem, Severity

OWN: dict[str, tuple[Severity, str]] = {
    "known_elsewhere": (
        "question",
        gettext_noop(
            "This person is registered in another place; import only if they come here now."
        ),
    ),
    "known_closed": (
        "question",
        gettext_noop("This return was closed as not happening; import it if they come after all."),
    ),
    "known_arrived": (
        "question",
        gettext_noop("This person arrived on %(day)s already; is this another return?"),
    ),
    "row_refused": ("error", gettext_noop("Not importable: %(sentence)s")),
    "update_waits": (
        "question",
        gettext_noop("An update of row %(of)s, which waits for a decision itself."),
    ),
}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A problem as it is shown: column, stable code, severity, sentence."""

    column: str
    code: str
    severity: str
    message: str


def problem(code: str, **params: Any) -> Problem:
    """Return a problem of a whole row, with a code of this module or of grid.imports."""
    severity: Severity = OWN[code][0] if code in OWN else MESSAGES[code][0]
    return Problem("", code, severity, params)


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
    problems: Sequence[Mapping[str, str]], params: Sequence[Mapping[str, Any]]
) -> list[RowProblem]:
    """Return kept problems with their sentences in the reader's language."""
    lang = get_language() or "zh"
    return [
        RowProblem(one["column"], one["code"], one["severity"], _sentence(one, filling, lang))
        for one, filling in zip(problems, params, strict=True)
    ]


def _sentence(one: Mapping[str, str], filling: Mapping[str, Any], lang: str) -> str:
    code = one["code"]
    if code in OWN:
        return _(OWN[code][1]) % filling
    severity: Severity = MESSAGES[code][0]
    return text(Problem(one["column"], code, severity, filling), lang)
