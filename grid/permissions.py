"""Who may do what: permissions are an enum, roles are sets of it, both in code.

Only who holds which role where is data (grid.models.Post). Source: JY-16c names the tiers; the
table itself is the house's own. Changing it needs the owner of this file (docs/adr).
"""

from enum import StrEnum, auto

from grid.choices import Role


class Permission(StrEnum):
    """One right."""

    VIEW = auto()  # see rows in scope, masked
    REVEAL_ASSIGNED = auto()  # show own assigned persons in full
    REVEAL = auto()  # show anyone in scope in full
    REVEAL_WITH_REASON = auto()  # the same, with a stated reason
    LOG = auto()  # health logs, contacts, visits, arrivals
    VERIFY = auto()  # verification visits of a supervisor
    REGISTER = auto()  # reports, households, persons
    ASSIGN = auto()  # assignments, leave, hand-over
    IMPORT = auto()  # import lists and undo them
    EXPORT_MASKED = auto()
    EXPORT_FULL = auto()
    PROPOSE = auto()  # propose another class, an early release, a list
    DECIDE = auto()  # override a class, release early
    PUBLISH = auto()  # publish a risk list, activate a policy
    MANAGE_POSTS = auto()  # posts and passwords of own cadres
    CONFIGURE = auto()  # channels, settings


P = Permission
_CADRE = frozenset({P.VIEW, P.REVEAL_ASSIGNED, P.LOG, P.REGISTER, P.IMPORT, P.PROPOSE})
_HEAD = _CADRE | {P.REVEAL, P.ASSIGN, P.EXPORT_MASKED}
_TOWNSHIP = _HEAD | {P.EXPORT_FULL, P.DECIDE, P.MANAGE_POSTS}

ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.GRID_WORKER: _CADRE,
    Role.VILLAGE_CADRE: _CADRE,
    Role.VILLAGE_HEAD: _HEAD,
    Role.TOWNSHIP_ADMIN: _TOWNSHIP,
    Role.LEADER: frozenset({P.VIEW, P.EXPORT_MASKED}),
    Role.SUPERVISOR: frozenset({P.VIEW, P.VERIFY, P.REVEAL_WITH_REASON, P.EXPORT_MASKED}),
    Role.COUNTY_ADMIN: _TOWNSHIP | {P.PUBLISH, P.CONFIGURE},
}
# An open assignment gives its cadre the rights of a village cadre over the target.
ASSIGNEE_ROLE = Role.VILLAGE_CADRE
# A block, township or county leader's assignment gives sight, not hands.
LEADER_TIERS_ROLE = Role.LEADER
