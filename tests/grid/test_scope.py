"""Scope: a row is visible exactly when a grant covers it; the right follows the same grants."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from grid.choices import Role, Tier
from grid.days import today
from grid.models import Assignment, Household, Person, Place, Post, User
from grid.permissions import ROLE_PERMISSIONS, Permission
from grid.scope import Grant, Scope
from tests.factories.grid import (
    OTHER_VILLAGE,
    TOWN,
    VILLAGE,
    AssignmentFactory,
    HouseholdFactory,
    LeaveFactory,
    PersonFactory,
    PostFactory,
    UserFactory,
    block,
    place,
)

codes = st.sampled_from(
    ["97", "9701", "970101", TOWN, "970101102", VILLAGE, OTHER_VILLAGE, VILLAGE + "001"]
)
grants = st.one_of(
    st.builds(Grant, role=st.sampled_from(Role.values), prefix=codes),
    st.builds(Grant, role=st.sampled_from(Role.values), household=st.integers(0, 3)),
    st.builds(Grant, role=st.sampled_from(Role.values), person=st.integers(0, 5)),
)


@dataclass
class Row:
    """A row at a place, in a household, of a person."""

    place: str
    household: int | None
    person: int | None

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        return self.place, self.household, self.person


@dataclass
class FixedViewer:
    """A user whose grants are given."""

    grants: list[Grant]

    def scope(self, permission: Permission | None = None) -> Scope:
        return Scope.of(g for g in self.grants if permission is None or g.allows(permission))


class VisibleTest(TestCase):
    """Rows in a real database against the grants in plain Python."""

    def setUp(self) -> None:
        self.homes = [
            HouseholdFactory(place=place(code))
            for code in (VILLAGE, VILLAGE + "001", OTHER_VILLAGE, "970101102201")
        ]
        self.people = [PersonFactory(household=home) for home in self.homes]
        self.people += [PersonFactory(place=place(OTHER_VILLAGE)) for _n in range(2)]

    def real(self, grant: Grant) -> Grant:
        """Replace the numbers of a drawn grant by keys of rows."""
        home = None if grant.household is None else self.homes[grant.household].pk
        person = None if grant.person is None else self.people[grant.person].pk
        return Grant(role=grant.role, prefix=grant.prefix, household=home, person=person)

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        drawn=st.lists(grants, max_size=4),
        permission=st.one_of(st.none(), st.sampled_from(list(Permission))),
    )
    def test_visible_exactly_when_a_grant_covers(self, drawn, permission) -> None:
        held = [self.real(grant) for grant in drawn]
        viewer = FixedViewer(held)

        for model in (Person, Household, Place):
            seen = {row.pk for row in model.objects.visible_to(viewer, permission)}
            covered = {
                row.pk
                for row in model.objects.all()
                if any(
                    grant.covers(row) and (permission is None or grant.allows(permission))
                    for grant in held
                )
            }
            assert seen == covered, model


@given(code=st.text("0123456789", min_size=2, max_size=18), prefix=codes)
def test_a_place_grant_covers_exactly_what_its_code_begins(code: str, prefix: str) -> None:
    grant = Grant(role=Role.LEADER, prefix=prefix)

    assert grant.covers(Row(code, None, None)) == (code[: len(prefix)] == prefix)


@given(prefixes=st.lists(codes, max_size=6))
def test_a_scope_keeps_outermost_prefixes_alone(prefixes: list[str]) -> None:
    kept = Scope.of(Grant(role=Role.LEADER, prefix=prefix) for prefix in prefixes).prefixes

    assert {p for p in prefixes if not any(p.startswith(k) for k in kept)} == set()
    assert not any(a != b and a.startswith(b) for a in kept for b in kept)


@pytest.mark.django_db
class TestGrants:
    """Posts, assignments and leave become grants."""

    def test_posts_count_on_their_days_alone(self) -> None:
        user, day = UserFactory(), today()
        PostFactory(user=user, until=day)
        PostFactory(user=user, place=place(OTHER_VILLAGE), since=day + timedelta(days=1))
        assert not user.grants
        assert not user.scope()

        PostFactory(user=user, role=Role.VILLAGE_HEAD, place=place(TOWN), since=day)
        fresh = User.objects.get(pk=user.pk)
        assert fresh.grants == (Grant(role=Role.VILLAGE_HEAD, prefix=TOWN),)

    def test_a_post_over_a_block_reaches_its_villages_alone(self) -> None:
        east = block("东片", VILLAGE)
        user = PostFactory(place=None, block=east, role=Role.LEADER).user
        inside, outside = HouseholdFactory(), HouseholdFactory(place=place(OTHER_VILLAGE))

        assert list(Household.objects.visible_to(user)) == [inside]
        assert not user.can(Permission.VIEW, outside)

    @pytest.mark.clause("JY-16c")
    @pytest.mark.parametrize(
        ("tier", "logs"),
        [(Tier.COUNTY, False), (Tier.BLOCK, False), (Tier.VILLAGE, True), (Tier.HOUSEHOLD, True)],
    )
    def test_an_assignment_opens_its_target_and_gives_hands_to_the_lower_tiers(
        self, *, tier: Tier, logs: bool
    ) -> None:
        row = AssignmentFactory(place=place(VILLAGE), tier=tier)
        person = PersonFactory()

        assert list(Person.objects.visible_to(row.cadre)) == [person]
        assert row.cadre.can(Permission.LOG, person) is logs

    def test_an_assignment_to_one_household_shows_no_other(self) -> None:
        home, other = HouseholdFactory(), HouseholdFactory()
        members = [PersonFactory(household=h) for h in (home, home, other)]
        cadre = AssignmentFactory(household=home).cadre

        assert set(Person.objects.visible_to(cadre)) == set(members[:2])
        assert list(Household.objects.visible_to(cadre)) == [home]

    def test_who_covers_has_the_colleagues_scope_during_the_leave(self) -> None:
        person = PersonFactory()
        absent = PostFactory().user
        AssignmentFactory(cadre=absent, person=person)
        leave = LeaveFactory(user=absent)
        assert leave.cover.can(Permission.LOG, person)

        leave.until = today()
        leave.save()
        assert not User.objects.get(pk=leave.cover_id).grants

    def test_an_inactive_user_can_nothing_and_a_superuser_everything(self) -> None:
        person = PersonFactory()
        gone = PostFactory(user__is_active=False, role=Role.COUNTY_ADMIN).user
        root = UserFactory(is_superuser=True)

        assert not gone.can(Permission.VIEW, person)
        assert all(root.can(permission, person) for permission in Permission)
        assert list(Person.objects.visible_to(root)) == [person]

    def test_grants_take_three_queries_however_many_there_are(self) -> None:
        user = UserFactory()
        for _n in range(10):
            AssignmentFactory(cadre=user, household=HouseholdFactory())
        PostFactory(user=user)

        with CaptureQueriesContext(connection) as queries:
            assert len(user.grants) == 11
        assert len(queries) == 3
        assert Assignment.objects.count() == 10
        assert Post.objects.get().since < date.today()  # noqa: DTZ011


# The table of the house's design: every role against every right.
CADRE = {"VIEW", "REVEAL_ASSIGNED", "LOG", "REGISTER", "IMPORT", "PROPOSE"}
HEAD = CADRE | {"REVEAL", "ASSIGN", "EXPORT_MASKED"}
TOWNSHIP = HEAD | {"EXPORT_FULL", "DECIDE", "MANAGE_POSTS"}
TABLE = {
    Role.GRID_WORKER: CADRE,
    Role.VILLAGE_CADRE: CADRE,
    Role.VILLAGE_HEAD: HEAD,
    Role.TOWNSHIP_ADMIN: TOWNSHIP,
    Role.LEADER: {"VIEW", "EXPORT_MASKED"},
    Role.SUPERVISOR: {"VIEW", "VERIFY", "REVEAL_WITH_REASON", "EXPORT_MASKED"},
    Role.COUNTY_ADMIN: TOWNSHIP | {"PUBLISH", "CONFIGURE"},
}


@pytest.mark.clause("JY-18d")
@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("permission", list(Permission))
def test_every_role_holds_exactly_the_rights_of_the_table(
    role: str, permission: Permission
) -> None:
    assert (permission in ROLE_PERMISSIONS[role]) == (permission.name in TABLE[Role(role)])
