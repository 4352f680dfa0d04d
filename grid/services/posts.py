"""Posts of cadres: a role at a place or over a block, given and ended, never overwritten."""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.choices import Level, Role
from grid.days import today
from grid.errors import Refused
from grid.models import Block, Place, Post, User
from grid.permissions import Permission
from grid.places import fill_pinyin
from grid.services.cadres import DatesError, need_active

ANY_LEVEL = frozenset(Level)
LEVELS_OF_ROLE: dict[str, frozenset[Level]] = {
    Role.GRID_WORKER: frozenset({Level.VILLAGE, Level.GRID, Level.BUILDING}),
    Role.VILLAGE_CADRE: frozenset({Level.VILLAGE, Level.GRID, Level.BUILDING}),
    Role.VILLAGE_HEAD: frozenset({Level.VILLAGE}),
    Role.TOWNSHIP_ADMIN: frozenset({Level.TOWNSHIP}),
    Role.LEADER: ANY_LEVEL,
    Role.SUPERVISOR: ANY_LEVEL,
    Role.COUNTY_ADMIN: frozenset({Level.COUNTY, Level.CITY}),
}
ROLES_OF_BLOCK = frozenset({Role.LEADER, Role.SUPERVISOR})


class PostNotFittingError(Refused):
    """The role does not go with this place."""


class NotYoursError(Refused):
    """The account or post lies outside what this user manages."""


@transaction.atomic
def give_post(
    *,
    user: User,
    role: str,
    by: User | None,
    place: Place | None = None,
    block: Block | None = None,
    since: date | None = None,
) -> Post:
    """Give a cadre a further post from `since` (default: today) on."""
    need_active(user)
    return add_post(user=user, role=role, place=place, block=block, since=since, by=by)


def add_post(
    *,
    user: User,
    role: str,
    place: Place | None,
    block: Block | None,
    since: date | None,
    by: User | None,
) -> Post:
    """Give a post, whether its holder may sign in or not; the caller holds the transaction."""
    _need_fitting(role, place, block)
    post = Post(user=user, role=role, place=place, block=block, since=since or today())
    if by is not None and not by.can(Permission.MANAGE_POSTS, post):
        raise NotYoursError(_("You may not give posts there: ask the admin of that place."))
    held = Post.objects.filter(Q(until=None) | Q(until__gt=post.since), user=user, role=role)
    if held.filter(place=place, block=block).exists():
        raise PostNotFittingError(_("%(name)s holds this post already.") % {"name": user})
    with acting(by=by):
        post.save()
    fill_pinyin(post.scope_keys()[0])
    return post


def _need_fitting(role: str, place: Place | None, block: Block | None) -> None:
    if (place is None) == (block is None):
        raise PostNotFittingError(_("A post is at one place or over one block."))
    if role not in LEVELS_OF_ROLE:
        raise PostNotFittingError(_("There is no role “%(role)s”.") % {"role": role})
    words = {"role": Role(role).label, "place": place or block}
    if place is not None and place.closed:
        raise PostNotFittingError(_("%(place)s is no longer in use: choose another.") % words)
    fits = role in ROLES_OF_BLOCK if place is None else place.level in LEVELS_OF_ROLE[role]
    if not fits:
        raise PostNotFittingError(
            _("The role “%(role)s” does not go with %(place)s: choose a place of another level.")
            % words
        )


@transaction.atomic
def end_post(*, post: Post, by: User | None, until: date | None = None, reason: str = "") -> Post:
    """End a post; `until` (default: today) is the first day it is no longer held."""
    until = until or today()
    row: Post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if by is not None and not by.can(Permission.MANAGE_POSTS, row):
        raise NotYoursError(_("You may not end posts there: ask the admin of that place."))
    if row.until is not None and row.until <= until:
        raise DatesError(_("This post has ended already, on %(day)s.") % {"day": row.until})
    if until < row.since:
        raise DatesError(
            _("The post began on %(since)s: it cannot end before, on %(until)s.")
            % {"since": row.since, "until": until}
        )
    row.until = until
    with acting(by=by, why=reason):
        row.save(update_fields=["until"])
    return row
