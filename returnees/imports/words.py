"""What only returns ask or tell about a row, beside what every list does."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from grid.batches.sentences import Messages, problem
from grid.imports.results import Problem
from returnees.clock import local_text
from returnees.imports.edits import Edit

MESSAGES: Messages = {
    "known_closed": (
        "question",
        gettext_noop("This return was closed as not happening; import it if they come after all."),
    ),
    "known_arrived": (
        "question",
        gettext_noop("This person arrived on %(day)s already; is this another return?"),
    ),
    "known_over": (
        "note",
        gettext_noop("The period of management is over; it stays as it is: %(fields)s."),
    ),
    "person_suggested": (
        "question",
        gettext_noop(
            "Somebody of this name and phone is registered with another document, or none: the "
            "same person (update), or somebody else (create)?"
        ),
    ),
    "record_unknown": (
        "question",
        gettext_noop(
            "There is no record %(number)s; correct the number, or create what the row says."
        ),
    ),
    "record_other": (
        "question",
        gettext_noop(
            "Record %(number)s is about somebody else; correct the number, or decide that the row "
            "goes by its person."
        ),
    ),
}


def asked_about(conflicts: Mapping[str, Edit | None]) -> list[Problem]:
    """Return the questions about fields changed in the portal and in the list, one per edit."""
    latest = max((edit for edit in conflicts.values() if edit), key=lambda e: e.at, default=None)
    by_edit: dict[Edit | None, list[str]] = {}
    for key, edit in conflicts.items():
        by_edit.setdefault(edit or latest, []).append(key)
    return [
        problem(
            "hand_edit_conflict",
            keys=keys,
            who=edit.who if edit else _("somebody"),
            when=local_text(edit.at) if edit else _("an earlier day"),
        )
        for edit, keys in by_edit.items()
    ]
