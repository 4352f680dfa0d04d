"""From posts, assignments and leave to the grants of a user on a day. Three queries, no more."""

from collections.abc import Iterable, Iterator
from datetime import date

from grid.choices import Tier
from grid.models.responsibility import Assignment, Leave
from grid.models.users import Post, User
from grid.permissions import ASSIGNEE_ROLE, LEADER_TIERS_ROLE
from grid.scope import Grant, active_on


def grants_of(user: User, day: date) -> tuple[Grant, ...]:
    """Return the grants of the user and of everybody whom the user covers for on that day."""
    covered = Leave.objects.filter(active_on(day), cover=user).values_list("user", flat=True)
    users = [user.pk, *covered]
    return tuple({*_post_grants(users, day), *_assignment_grants(users, day)})


def _post_grants(users: Iterable[int], day: date) -> Iterator[Grant]:
    posts = Post.objects.filter(active_on(day), user__in=users).values_list(
        "role", "place", "block__memberships__village"
    )
    for role, place, village in posts:
        if place or village:
            yield Grant(role=role, prefix=place or village)


def _assignment_grants(users: Iterable[int], day: date) -> Iterator[Grant]:
    rows = Assignment.objects.filter(active_on(day), cadre__in=users).values_list(
        "tier", "place", "block__memberships__village", "household", "person"
    )
    for tier, place, village, household, person in rows:
        role = ASSIGNEE_ROLE if tier >= Tier.VILLAGE else LEADER_TIERS_ROLE
        if place or village:
            yield Grant(role=role, prefix=place or village)
        else:
            yield Grant(role=role, household=household, person=person)
