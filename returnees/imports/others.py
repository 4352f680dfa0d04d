"""The lists of this app beside that of returnees."""

from grid.batches.kinds import ListKind
from returnees.imports.away import AwayKind
from returnees.imports.contacts import ContactsKind
from returnees.imports.tests import TestsKind


def kinds() -> list[ListKind]:
    """Return one of each."""
    return [AwayKind(), TestsKind(), ContactsKind()]
