"""Posts: who gives them where, and that they begin and end once."""

import pytest

from grid.choices import Role
from grid.errors import Refused
from grid.models import User
from grid.services import posts
from grid.services.accounts import create_cadre
from tests.factories.grid import LONG_AGO, OTHER_VILLAGE, TOWN, VILLAGE, PostFactory, block, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    """The admin of the township."""
    return PostFactory(role=Role.TOWNSHIP_ADMIN, place=place(TOWN)).user


def new(**words):
    """Make a cadre with a first post."""
    plain = {
        "phone": "13912345678",
        "name": "林小满",
        "role": Role.VILLAGE_CADRE,
        "place": place(VILLAGE),
        "by": None,
    }
    return create_cadre(**{**plain, **words})


def test_a_township_admin_gives_posts_in_the_own_township_alone(admin: User) -> None:
    elsewhere = {"place": place("970101102201"), "by": admin}
    upwards = {"role": Role.COUNTY_ADMIN, "place": place("970101"), "by": admin}

    for words in (elsewhere, upwards):
        with pytest.raises(posts.NotYoursError):
            new(**words)
    assert User.objects.get() == admin


@pytest.mark.parametrize("role", [Role.LEADER, Role.SUPERVISOR])
def test_leaders_and_supervisors_have_blocks_and_others_do_not(role: Role) -> None:
    east = block("东片", VILLAGE)

    user, _password = new(place=None, block=east, role=role)
    assert user.posts.get().block == east
    with pytest.raises(posts.PostNotFittingError):
        new(phone="13912345679", place=None, block=east, role=Role.VILLAGE_CADRE)


def test_a_first_post_fills_the_initials_of_its_county_and_no_other() -> None:
    far = place("980101101201", "远村")
    near = place(OTHER_VILLAGE, "小满村")

    new()

    near.refresh_from_db()
    far.refresh_from_db()
    assert (near.pinyin, far.pinyin) == ("xmc", "")


def test_a_post_ends_once_and_is_not_given_twice(admin: User) -> None:
    user, _password = new()
    post = user.posts.get()
    with pytest.raises(posts.PostNotFittingError, match="林小满"):
        posts.give_post(user=user, role=post.role, place=post.place, by=admin)

    with pytest.raises(Refused):
        posts.end_post(post=post, by=admin, until=LONG_AGO)
    posts.end_post(post=post, by=admin)
    with pytest.raises(Refused):
        posts.end_post(post=post, by=admin)
    assert posts.give_post(user=user, role=post.role, place=post.place, by=admin).until is None
