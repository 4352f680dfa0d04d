"""Accounts: temporary passwords, posts in one's own area, resets, and what a leaver leaves."""

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory

from grid.choices import Role
from grid.days import today
from grid.errors import Refused
from grid.models import Event, Post, User
from grid.services import accounts
from grid.services.posts import NotYoursError
from tests.factories.grid import (
    TOWN,
    VILLAGE,
    AssignmentFactory,
    HouseholdFactory,
    LeaveFactory,
    PostFactory,
    UserFactory,
    place,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    """The admin of the township."""
    return PostFactory(role=Role.TOWNSHIP_ADMIN, place=place(TOWN)).user


def new(**words):
    plain = {
        "phone": "13912345678",
        "name": "林小满",
        "role": Role.VILLAGE_CADRE,
        "place": place(VILLAGE),
        "by": None,
    }
    return accounts.create_cadre(**{**plain, **words})


def signs_in(phone: str, password: str) -> bool:
    request = RequestFactory().post("/")
    return authenticate(request, username=phone, password=password) is not None


def test_a_new_cadre_signs_in_with_the_temporary_password_and_must_replace_it(admin: User) -> None:
    user, password = new(by=admin, unit="村委会", title="委员", party_member=True)

    user = User.objects.get(pk=user.pk)
    assert user.must_change_password
    assert (user.name, user.unit, user.title, user.party_member) == (
        "林小满",
        "村委会",
        "委员",
        True,
    )
    assert signs_in(user.phone, password)
    (post,) = user.posts.all()
    assert (post.role, post.place_id, post.since, post.until) == (
        Role.VILLAGE_CADRE,
        VILLAGE,
        today(),
        None,
    )


def test_temporary_passwords_are_readable_and_differ() -> None:
    made = {accounts.temporary_password() for _n in range(200)}

    assert len(made) == 200
    assert all(len(password) == 10 for password in made)
    assert not set("".join(made)) & set("0O1lIio")
    assert not any(password.isdigit() or password.isalpha() for password in made)


@pytest.mark.parametrize(
    ("words", "made_of"),
    [
        ({"phone": "12345"}, "1xxxxxxxxxx"),
        ({"name": "  "}, "needs a name"),
        ({"role": "king"}, "king"),
        ({"place": None}, "one place or over one block"),
        ({"role": Role.TOWNSHIP_ADMIN}, "地" + VILLAGE),
        ({"role": Role.COUNTY_ADMIN}, "地" + VILLAGE),
    ],
)
def test_what_cannot_be_a_cadre_is_refused_and_leaves_nothing(words: dict, made_of: str) -> None:
    with pytest.raises(Refused, match=made_of):
        new(**words)

    assert not User.objects.exists()
    assert not Post.objects.exists()


def test_a_phone_is_one_log_in() -> None:
    new()

    with pytest.raises(accounts.PhoneTakenError, match="13912345678"):
        new(name="另一人")
    assert User.objects.count() == 1


def test_a_reset_locks_the_old_password_out_and_is_on_record(admin: User) -> None:
    user, old = new()

    password = accounts.reset_password(user=user, by=admin)

    assert not signs_in(user.phone, old)
    assert signs_in(user.phone, password)
    event = Event.objects.get(kind=Event.Kind.PASSWORD_RESET)
    assert (event.actor_id, event.subject_key, event.place_id) == (
        admin.pk,
        f"user:{user.pk}",
        VILLAGE,
    )
    assert password not in str(event.data)


@pytest.mark.parametrize("where", ["elsewhere too", "nowhere", "superuser"])
def test_a_reset_outside_the_own_area_is_refused(admin: User, where: str) -> None:
    user, old = new()
    if where == "elsewhere too":
        PostFactory(user=user, place=place("970101102201"))
    elif where == "nowhere":
        Post.objects.filter(user=user).update(until=today())
    else:
        User.objects.filter(pk=user.pk).update(is_superuser=True)
        user.refresh_from_db()

    with pytest.raises(NotYoursError, match="林小满"):
        accounts.reset_password(user=user, by=admin)
    assert signs_in(user.phone, old)
    root = UserFactory(is_superuser=True)
    assert accounts.reset_password(user=user, by=root)


def test_the_own_password_replaces_the_temporary_one(admin: User) -> None:
    user, old = new()

    for weak in ("12345678", "short", old):
        with pytest.raises(accounts.PasswordError):
            accounts.change_password(user=user, password=weak, by=user)
    accounts.change_password(user=user, password="青石镇-小满-2021", by=user)

    user.refresh_from_db()
    assert not user.must_change_password
    assert signs_in(user.phone, "青石镇-小满-2021")


def test_a_leaver_is_told_what_is_open_and_can_come_back() -> None:
    user, password = new()
    AssignmentFactory(cadre=user, household=HouseholdFactory())
    AssignmentFactory(cadre=user, household=HouseholdFactory(), ended=True)
    LeaveFactory(cover=user)
    LeaveFactory(cover=user, until=today() - timedelta(days=1))

    left = accounts.deactivate(user=user, by=None)

    assert left == accounts.OpenWork(assignments=1, posts=1, covers=1)
    assert left
    assert not signs_in(user.phone, password)
    assert not accounts.OpenWork(0, 0, 0)
    accounts.reactivate(user=user, by=None)
    assert signs_in(user.phone, password)


@pytest.mark.clause("JY-18d")
def test_a_sign_in_is_on_record(client) -> None:
    user, password = new()

    client.login(request=RequestFactory().post("/"), username=user.phone, password=password)

    event = Event.objects.get(kind=Event.Kind.SIGN_IN)
    assert (event.actor_id, event.actor_name, event.place_id) == (user.pk, user.name, VILLAGE)
