"""The lists that can be imported, by name; each app registers its own when it is ready."""

from django.utils.translation import gettext as _

from grid.batches.kinds import ListKind
from grid.batches.sentences import add_messages
from grid.errors import Refused
from grid.models import User

_KINDS: dict[str, ListKind] = {}


class ListUnknownError(Refused):
    """There is no list of this name."""


def register(kind: ListKind) -> None:
    """Make a list known. ValueError for a second list of the same name."""
    add_messages(kind.messages)
    known = _KINDS.setdefault(kind.name, kind)
    if type(known) is not type(kind):
        raise ValueError(f"two lists are called {kind.name}")


def kind_of(name: str) -> ListKind:
    """Return the list of this name, or raise ListUnknownError."""
    try:
        return _KINDS[name]
    except KeyError:
        names = ", ".join(sorted(_KINDS))
        raise ListUnknownError(
            _("There is no list called %(name)s; choose one of %(names)s.")
            % {"name": name, "names": names}
        ) from None


def all_kinds() -> list[ListKind]:
    """Return every list, in the order of their registration."""
    return list(_KINDS.values())


def kinds_for(user: User) -> list[ListKind]:
    """Return the lists this user may import somewhere."""
    return [kind for kind in _KINDS.values() if user.scope(kind.permission)]
