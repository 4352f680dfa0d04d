"""Accounts of cadres: made with a post and a temporary password, reset and closed by an admin."""

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from axes.utils import reset as forget_failures
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from grid.announce import responsibility_changed
from grid.audit import acting
from grid.days import today
from grid.errors import Refused
from grid.identity import MOBILE
from grid.models import Assignment, Block, Event, Leave, Place, Post, User
from grid.permissions import Permission
from grid.services.events import key_of, record
from grid.services.posts import NotYoursError, add_post

# Without 0 O o 1 l I and the like: it is read over the phone and typed on one.
LETTERS, DIGITS = "abcdefghjkmnpqrstuvwxyz", "23456789"
LENGTH = 10


class PhoneTakenError(Refused):
    """This phone number is a log-in already."""


class AccountDataError(Refused):
    """What was entered cannot be an account."""


class PasswordError(Refused):
    """The new password is too weak."""


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What still hangs on a cadre who was deactivated; hand it over. Numbers of rows."""

    assignments: int
    posts: int
    covers: int  # colleagues on leave, now or later, whom the cadre was to cover for

    def __bool__(self) -> bool:
        """Say whether anything is left to hand over."""
        return bool(self.assignments or self.posts or self.covers)


def temporary_password() -> str:
    """Return ten letters and digits that nobody mistakes for one another, some of each."""
    while True:
        password = "".join(secrets.choice(LETTERS + DIGITS) for _n in range(LENGTH))
        digits = sum(character in DIGITS for character in password)
        if 2 <= digits <= LENGTH - 4:
            return password


@transaction.atomic
def create_cadre(
    *,
    phone: str,
    name: str,
    by: User | None,
    role: str,
    unit: str = "",
    title: str = "",
    party_member: bool = False,
    place: Place | None = None,
    block: Block | None = None,
    since: date | None = None,
) -> tuple[User, str]:
    """Create a cadre with a first post; return the cadre and the temporary password, shown once."""
    password = temporary_password()
    words: dict[str, Any] = {"unit": unit, "title": title, "party_member": party_member}
    user = _new_user(phone=phone, name=name, password=password, by=by, **words)
    add_post(user=user, role=role, place=place, block=block, since=since, by=by)
    return user, password


@transaction.atomic
def create_cadre_without_password(
    *,
    phone: str,
    name: str,
    by: User | None,
    role: str,
    unit: str = "",
    title: str = "",
    place: Place | None = None,
    block: Block | None = None,
    since: date | None = None,
) -> tuple[User, Post]:
    """Create a cadre of a list, who cannot sign in before somebody hands out a password.

    That is `reset_password`, on the cadre's page.
    """
    user = _new_user(phone=phone, name=name, password=None, by=by, unit=unit, title=title)
    post = add_post(user=user, role=role, place=place, block=block, since=since, by=by)
    return user, post


def _new_user(
    *, phone: str, name: str, password: str | None, by: User | None, **words: Any
) -> User:
    phone, name = phone.strip(), name.strip()
    if not MOBILE.match(phone):
        raise AccountDataError(_("A mobile number has eleven digits: 1xxxxxxxxxx."))
    if not name:
        raise AccountDataError(_("The cadre needs a name."))
    with acting(by=by, why="account"):
        try:
            with transaction.atomic():
                user: User = User.objects.create_user(
                    phone, name, password, must_change_password=True, **words
                )
        except (ValidationError, IntegrityError) as error:
            raise _account_fault(error, phone) from error
    return user


@transaction.atomic
def correct_cadre(*, user: User, by: User | None, **changes: str) -> User:
    """Correct name, unit or title of a cadre all of whose posts `by` manages."""
    if unknown := changes.keys() - {"name", "unit", "title"}:
        raise TypeError(f"Not fields to be set here: {', '.join(sorted(unknown))}.")
    if by is not None and not may_manage(by=by, user=user):
        raise NotYoursError(
            _("%(name)s holds posts outside your area: ask the admin there.") % {"name": user}
        )
    for field, value in changes.items():
        setattr(user, field, value)
    with acting(by=by, why="account"):
        user.save(update_fields=list(changes))
    return user


def _account_fault(error: ValidationError | IntegrityError, phone: str) -> Refused:
    if User.objects.filter(phone=phone).exists():
        return PhoneTakenError(
            _("%(phone)s is a log-in already: give that cadre a further post instead.")
            % {"phone": phone}
        )
    if isinstance(error, ValidationError):
        return AccountDataError(" ".join(error.messages))
    return AccountDataError(_("The account could not be saved: check name and phone."))


def may_manage(*, by: User, user: User) -> bool:
    """Say whether all posts the cadre holds today lie where `by` manages posts."""
    if by.is_superuser:
        return by.is_active
    posts = list(Post.objects.active_on(today()).filter(user=user).select_related("block"))
    return (
        not user.is_superuser
        and bool(posts)
        and all(by.can(Permission.MANAGE_POSTS, post) for post in posts)
    )


@transaction.atomic
def reset_password(*, user: User, by: User | None) -> str:
    """Give a cadre a temporary password and return it; it is shown once and must be replaced.

    Only for cadres all of whose posts `by` manages (`by=None`: the operator at the console).
    """
    if by is not None and not may_manage(by=by, user=user):
        raise NotYoursError(
            _("%(name)s holds posts outside your area: ask the admin there.") % {"name": user}
        )
    password = temporary_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    record(
        Event.Kind.PASSWORD_RESET,
        by=by,
        subject=user.name,
        key=key_of(user),
        place=user.home_place,
    )
    # Who guessed too often is locked out; the new password must open at once.
    transaction.on_commit(lambda: forget_failures(username=user.phone))
    return password


@transaction.atomic
def change_password(*, user: User, password: str, by: User | None) -> None:
    """Set the cadre's own new password; the old one has been asked for."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordError(" ".join(error.messages)) from error
    if user.check_password(password):
        raise PasswordError(_("The new password is the old one: choose another."))
    user.set_password(password)
    user.must_change_password = False
    with acting(by=by):
        user.save(update_fields=["password", "must_change_password"])


@transaction.atomic
def deactivate(*, user: User, by: User | None, reason: str = "") -> OpenWork:
    """Close an account and return what still hangs on it; nothing is refused, history stays."""
    day = today()
    user.is_active = False
    with acting(by=by, why=reason):
        user.save(update_fields=["is_active"])
    held = Assignment.objects.open().filter(cadre=user)
    responsibility_changed(_places_of(user))
    return OpenWork(
        assignments=held.count(),
        posts=Post.objects.active_on(day).filter(user=user).count(),
        covers=Leave.objects.filter(cover=user, until__gt=day).count(),
    )


@transaction.atomic
def reactivate(*, user: User, by: User | None, reason: str = "") -> User:
    """Let a cadre sign in and hold work again."""
    user.is_active = True
    with acting(by=by, why=reason):
        user.save(update_fields=["is_active"])
    responsibility_changed(_places_of(user))
    return user


def _places_of(user: User) -> list[str]:
    """Return where the user's work, and the work of those the user covers for, lies."""
    covered = Leave.objects.filter(cover=user).values("user")
    rows = Assignment.objects.open().filter(Q(cadre=user) | Q(cadre__in=covered))
    return list(rows.values_list("at", flat=True).distinct())
