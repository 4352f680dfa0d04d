"""What the database itself refuses."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from grid.choices import Role, Tier
from grid.models import Assignment, Block, Event, Place
from tests.factories.grid import (
    LONG_AGO,
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

pytestmark = pytest.mark.django_db
EARLIER = date(2019, 12, 31)


def refuses(constraint: str, act: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        act()


@pytest.mark.parametrize(("code", "level"), [("9701", 1), ("97010", 3), ("97a1", 2)])
def test_a_code_that_does_not_fit_its_level(code: str, level: int) -> None:
    words = {"code": code, "name": "地", "level": level}

    refuses("place_code_fits_level", lambda: Place.objects.create(**words))


def test_a_second_block_of_one_name_and_a_village_in_two_blocks() -> None:
    block("东片", VILLAGE)
    again = {"township": place(TOWN), "name": "东片"}

    refuses("block_name_in_township", lambda: Block.objects.create(**again))
    refuses("village_id", lambda: block("西片", VILLAGE))


def test_one_door_number_twice_unless_the_first_was_given_up() -> None:
    home = HouseholdFactory(number="1号")
    refuses("household_number_in_place", lambda: HouseholdFactory(number="1号"))

    home.closed_on = LONG_AGO
    home.save()
    assert HouseholdFactory(number="1号").pk != home.pk


def test_a_home_assessed_without_a_day() -> None:
    refuses("home_assessed_with_date", lambda: HouseholdFactory(home_suitable=True))


def test_one_id_number_twice_though_many_have_none_yet() -> None:
    person = PersonFactory()

    refuses("one_person_per_id_number", lambda: PersonFactory(id_number=person.id_number))
    PersonFactory(id_number="", id_type="none")
    PersonFactory(id_number="", id_type="none")


def test_an_assignment_with_no_target_or_two() -> None:
    words = {"cadre": UserFactory(), "at": place(VILLAGE), "since": LONG_AGO}
    both = {"place": place(VILLAGE), "household": HouseholdFactory()}

    refuses("assignment_has_one_target", lambda: Assignment.objects.create(**words))
    refuses("assignment_has_one_target", lambda: Assignment.objects.create(**words, **both))


def test_an_assignment_that_ends_before_it_begins() -> None:
    home = HouseholdFactory()

    refuses("assignment_dates_in_order", lambda: AssignmentFactory(household=home, until=EARLIER))


def targets() -> dict[str, object]:
    return {
        "place": place(VILLAGE),
        "block": block("东片", VILLAGE),
        "household": HouseholdFactory(),
        "person": PersonFactory(),
    }


@pytest.mark.clause("A-43")
@pytest.mark.parametrize("kind", ["place", "block", "household", "person"])
def test_a_second_open_lead_of_one_tier(kind: str) -> None:
    target = {kind: targets()[kind]}
    first = AssignmentFactory(**target)

    refuses(f"one_open_lead_per_{kind}", lambda: AssignmentFactory(**target))
    AssignmentFactory(**target, deputy=True)
    AssignmentFactory(**target, tier=Tier.VILLAGE)
    first.until = LONG_AGO
    first.save()
    assert AssignmentFactory(**target).until is None


@pytest.mark.parametrize("kind", ["place", "block", "household", "person"])
def test_one_cadre_twice_on_one_target(kind: str) -> None:
    target = {kind: targets()[kind]}
    first = AssignmentFactory(**target)

    refuses(
        f"cadre_open_once_per_{kind}",
        lambda: AssignmentFactory(**target, cadre=first.cadre, deputy=True),
    )


def test_a_post_with_no_place_or_both_or_ending_before_it_begins_or_held_twice() -> None:
    post = PostFactory()
    east = block("东片", VILLAGE)

    refuses("post_has_one_target", lambda: PostFactory(place=None))
    refuses("post_has_one_target", lambda: PostFactory(block=east))
    refuses("post_dates_in_order", lambda: PostFactory(until=EARLIER))
    refuses("post_held_once", lambda: PostFactory(user=post.user))
    PostFactory(user=post.user, role=Role.GRID_WORKER)


def test_a_leave_that_ends_before_it_begins_or_is_covered_by_oneself() -> None:
    user = UserFactory()

    refuses("leave_dates_in_order", lambda: LeaveFactory(until=LONG_AGO))
    refuses("leave_covered_by_another", lambda: LeaveFactory(user=user, cover=user))


def test_a_log_in_twice() -> None:
    phone = UserFactory().phone

    refuses("grid_user_phone", lambda: UserFactory(phone=phone))


def test_history_and_events_are_written_once() -> None:
    person = PersonFactory()
    event = Event.objects.create(kind=Event.Kind.REVEAL, actor_name="林", subject="x")

    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        person.events.update(name="别名")
    with pytest.raises(TypeError, match="never changed"):
        event.save()
