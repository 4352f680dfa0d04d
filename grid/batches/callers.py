"""Whom to call about a village: who answers for it, or its head, with the phone where it is known.

The phones of cadres are shown to those in whose scope the cadre works, to others masked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from grid.choices import Role, Tier
from grid.identity import mask_phone
from grid.models import Leave, Post, User
from grid.responsibility import tier_holders
from grid.scope import active_on

# Where nobody answers for a village, its own people are called, in this order.
ROLES = (Role.VILLAGE_HEAD, Role.VILLAGE_CADRE)


@dataclass(frozen=True, slots=True)
class Caller:
    """A cadre to call: name, what makes them the one, phone (`can_call`: in full)."""

    name: str
    what: str
    phone: str
    can_call: bool


def callers(villages: Iterable[str], day: date, *, seen_by: User) -> dict[str, Caller]:
    """Return village code -> whom to call: who answers for it (包村干部), else head, else cadre.

    Who is on leave is passed over, for the cover or for the next. Four queries whatever the number.
    """
    codes = list(villages)
    if not codes:
        return {}
    chosen = _posted(codes, day)
    for code, tiers in tier_holders(codes, day).items():
        if Tier.VILLAGE in tiers:
            chosen[code] = tiers[Tier.VILLAGE], str(Tier.VILLAGE.label)
    keys = {user for user, _what in chosen.values()}
    users = User.objects.in_bulk(keys)
    seen = set(User.objects.visible_to(seen_by).filter(pk__in=keys).values_list("pk", flat=True))
    return {code: _caller(users[user], what, user in seen) for code, (user, what) in chosen.items()}


def _caller(user: User, what: str, can_call: bool) -> Caller:  # noqa: FBT001  one place calls it
    phone = user.phone if can_call else mask_phone(user.phone)
    return Caller(user.name, what, phone, can_call)


def _posted(codes: Sequence[str], day: date) -> dict[str, tuple[int, str]]:
    """Return the head of each village, or else one of its cadres, who is active and at work."""
    away = Leave.objects.filter(active_on(day), user=OuterRef("user"))
    posts = Post.objects.filter(
        active_on(day), ~Exists(away), place__in=codes, role__in=ROLES, user__is_active=True
    ).values_list("place", "role", "user")
    rank = {role: place for place, role in enumerate(ROLES)}
    found: dict[str, tuple[int, str]] = {}
    for place, role, user in sorted(posts, key=lambda row: (rank[Role(row[1])], row[2])):
        found.setdefault(place, (user, str(Role(role).label)))
    return found
