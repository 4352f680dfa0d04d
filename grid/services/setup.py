"""The first admin: a signed link that works for half an hour and only while there is none."""

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.choices import Role
from grid.days import today
from grid.errors import Refused
from grid.models import Post, User
from grid.services.accounts import AccountDataError

SALT = "grid.setup"
MINUTES = 30
LOCK = 7_115_901  # one first admin, however many press the button at once


class SetupClosedError(Refused):
    """The link is too old, not ours, or no longer needed."""


def has_admin() -> bool:
    """Say whether somebody can already make accounts for everybody else."""
    admins = Post.objects.active_on(today()).filter(role=Role.COUNTY_ADMIN, user__is_active=True)
    return User.objects.active().filter(is_superuser=True).exists() or admins.exists()


def setup_token() -> str:
    """Return a token for the link; refuse when there is an admin already."""
    if has_admin():
        raise SetupClosedError(
            _("There is an admin already, who can make further accounts: no link is needed.")
        )
    return signing.dumps("first admin", salt=SALT)


def check_token(token: str) -> None:
    """Refuse a link that is not ours, is older than half an hour, or has done its work."""
    try:
        signing.loads(token, salt=SALT, max_age=MINUTES * 60)
    except signing.SignatureExpired as error:
        raise SetupClosedError(
            _("This link is older than %(minutes)s minutes: run manage.py setup_link again.")
            % {"minutes": MINUTES}
        ) from error
    except signing.BadSignature as error:
        raise SetupClosedError(
            _("This link is not complete: copy the whole line that manage.py setup_link printed.")
        ) from error
    if has_admin():
        raise SetupClosedError(_("There is an admin already: sign in, or ask that admin."))


@transaction.atomic
def make_first_admin(*, token: str, phone: str, name: str, password: str) -> User:
    """Create the first admin, who may do everything; the link is used up by that."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    check_token(token)
    try:
        with acting(by=None, why="first admin"):
            return User.objects.create_superuser(phone.strip(), name.strip(), password)
    except ValidationError as error:
        raise AccountDataError(" ".join(error.messages)) from error
