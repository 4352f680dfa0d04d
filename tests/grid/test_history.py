"""The history people read: who, why, what changed, with numbers masked."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from grid.audit import acting
from grid.choices import Use
from grid.history import Change, history_of
from grid.models import Household, Person
from tests.factories.grid import (
    OTHER_VILLAGE,
    HouseholdFactory,
    PersonFactory,
    UserFactory,
    place,
)

pytestmark = pytest.mark.django_db


@pytest.mark.clause("JY-18d")
def test_numbers_stay_masked_though_the_change_is_shown() -> None:
    person = PersonFactory(phone="13912345678")
    person.phone = "13998765678"
    person.derive().save()

    newest, first = history_of(person)

    assert [(c.before, c.after) for c in newest.changes] == [("139****5678", "139****5678")]
    told = "".join(change.after for change in first.changes)
    assert person.id_number not in told
    assert "13912345678" not in told
    assert person.masked_id in told


def test_bulk_writes_are_seen_with_who_and_why() -> None:
    boss = UserFactory()
    home = HouseholdFactory()
    there = place(OTHER_VILLAGE, "西湾村")
    with acting(by=boss, why="合并"):
        Household.objects.filter(pk=home.pk).update(place=there, use=Use.SHOP, home_suitable=None)

    with translation.override("en"):
        newest, first = history_of(home)

    assert (newest.who, newest.why, newest.act) == (boss.name, "合并", "update")
    assert set(newest.changes) == {
        Change("place", str(home.place), "西湾村"),
        Change("use", "Lived in by its owner", "Shop"),
    }
    assert (first.who, first.why, first.act) == ("portal", "", "insert")
    assert newest.at >= first.at


def test_days_and_yes_and_no_are_words() -> None:
    home = HouseholdFactory()
    Household.objects.filter(pk=home.pk).update(home_suitable=True, assessed_on="2021-02-08")

    with translation.override("en"):
        changes = {c.label: c.after for c in history_of(home)[0].changes}

    assert changes["single-room isolation possible"] == "yes"
    assert "2021" in changes["assessed on"]


def test_a_row_written_without_triggers_has_no_history() -> None:
    person = Person(name="未存")
    person.pk = 0

    assert history_of(person) == []


def test_the_queries_do_not_grow_with_the_history() -> None:
    homes = [HouseholdFactory() for _n in range(6)]
    counts = []
    for moves in (1, 5):
        person = PersonFactory(household=homes[0])
        for home in homes[1 : moves + 1]:
            Person.objects.filter(pk=person.pk).update(household=home)
        with CaptureQueriesContext(connection) as queries:
            assert len(history_of(person)) == moves + 1
        counts.append(len(queries))

    assert counts[0] == counts[1]
