"""What several services ask of a cadre."""

from django.utils.translation import gettext as _

from grid.errors import Refused
from grid.models import User


class InactiveCadreError(Refused):
    """The cadre's account is not active."""


class DatesError(Refused):
    """The dates are not in order, or the assignment has ended."""


def need_active(cadre: User) -> None:
    """Refuse a cadre whose account is not active."""
    if not cadre.is_active:
        raise InactiveCadreError(
            _("%(name)s is not active: choose another cadre or reactivate the account.")
            % {"name": cadre}
        )
