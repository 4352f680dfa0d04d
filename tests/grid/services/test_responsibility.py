"""Assign, end, hand over, cover: dated facts and their refusals."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grid.choices import Tier
from grid.days import today
from grid.errors import Refused
from grid.models import Assignment, Event, Leave
from grid.services.responsibility import (
    assign,
    end_assignment,
    end_leave,
    hand_over,
    register_leave,
)
from tests.factories.grid import (
    LONG_AGO,
    TOWN,
    VILLAGE,
    AssignmentFactory,
    HouseholdFactory,
    LeaveFactory,
    PersonFactory,
    UserFactory,
    block,
    place,
)

pytestmark = pytest.mark.django_db
DAY = date(2021, 2, 8)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks):
    """Run an act with its on-commit work and return the places announced."""
    sent: list[list[str]] = []
    monkeypatch.setattr("grid.announce.send", lambda _task, codes: sent.append(codes))

    def run(act) -> list[list[str]]:
        sent.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return list(sent)

    return run


def refused(sentence: str, act) -> None:
    """The act is refused with this sentence and leaves no row behind."""
    before = list(Assignment.objects.order_by("pk").values()), list(Leave.objects.values())
    with pytest.raises(Refused, match=sentence):
        act()
    assert before == (
        list(Assignment.objects.order_by("pk").values()),
        list(Leave.objects.values()),
    )


@pytest.mark.clause("JY-2j")
def test_a_cadre_is_assigned_from_a_day_on_and_the_history_says_who_and_why(told) -> None:
    boss, cadre, home = UserFactory(), UserFactory(), HouseholdFactory()

    codes = told(
        lambda: assign(
            cadre=cadre, target=home, tier=Tier.HOUSEHOLD, by=boss, since=DAY, reason="近"
        )
    )

    row = Assignment.objects.get()
    assert (row.cadre, row.target, row.at, row.since, row.until) == (
        cadre,
        home,
        home.place,
        DAY,
        None,
    )
    (event,) = row.events.all()
    assert event.pgh_context.metadata["name"] == boss.name
    assert event.pgh_context.metadata["why"] == "近"
    assert codes == [[VILLAGE]]


@pytest.mark.clause("JY-16c", "JY-2j")
@pytest.mark.parametrize(
    ("tier", "fitting"),
    [
        (Tier.COUNTY, {"county", "town", "block"}),
        (Tier.BLOCK, {"town", "block", "village"}),
        (Tier.VILLAGE, {"village"}),
        (Tier.HOUSEHOLD, {"village", "grid", "building", "household", "person"}),
    ],
)
def test_each_tier_answers_for_its_own_kind_of_target(tier: Tier, fitting: set[str]) -> None:
    all_targets = {
        "province": place("97"),
        "county": place("970101"),
        "town": place(TOWN),
        "village": place(VILLAGE),
        "grid": place(VILLAGE + "001"),
        "building": place(VILLAGE + "001002"),
        "block": block("东片", VILLAGE),
        "household": HouseholdFactory(),
        "person": PersonFactory(),
    }
    taken, sentences = set(), []
    for name, target in all_targets.items():
        try:
            assign(cadre=UserFactory(), target=target, tier=tier, by=None)
            taken.add(name)
        except Refused as refusal:
            sentences.append(str(refusal))

    assert taken == fitting
    assert all("cannot be given to the tier" in sentence for sentence in sentences)


def test_an_inactive_cadre_and_a_closed_target_are_refused() -> None:
    home, shut = HouseholdFactory(), HouseholdFactory(closed_on=DAY)
    gone = UserFactory(inactive=True)

    refused("is not active", lambda: assign(cadre=gone, target=home, tier=Tier.HOUSEHOLD, by=None))
    refused(
        "no longer in use",
        lambda: assign(cadre=UserFactory(), target=shut, tier=Tier.HOUSEHOLD, by=None),
    )


@pytest.mark.clause("A-43")
def test_a_second_lead_is_refused_by_name_and_a_deputy_is_welcome() -> None:
    first = AssignmentFactory(household=HouseholdFactory())
    home = first.household

    def again(**words):
        return assign(target=home, tier=Tier.HOUSEHOLD, by=None, **words)

    refused(first.cadre.name, lambda: again(cadre=UserFactory()))
    refused(first.cadre.name, lambda: again(cadre=first.cadre, lead=False))
    assert again(cadre=UserFactory(), lead=False).lead is False


def test_a_lead_whose_end_lies_ahead_leaves_the_place_free_from_then_on() -> None:
    first = AssignmentFactory(household=HouseholdFactory(), until=today() + timedelta(days=5))
    words = {"target": first.household, "tier": Tier.HOUSEHOLD, "by": None}

    refused(first.cadre.name, lambda: assign(cadre=UserFactory(), **words))
    assert assign(cadre=UserFactory(), since=first.until, **words).since == first.until


def test_an_assignment_ends_once_and_not_before_it_began(told) -> None:
    row = AssignmentFactory(household=HouseholdFactory(), since=DAY)

    refused("cannot end before", lambda: end_assignment(assignment=row, by=None, until=LONG_AGO))
    assert told(lambda: end_assignment(assignment=row, by=None, reason="搬走")) == [[VILLAGE]]
    row.refresh_from_db()
    assert row.until == today()
    refused("ended already", lambda: end_assignment(assignment=row, by=None))
    assert row.events.last().pgh_context.metadata["why"] == "搬走"


@pytest.mark.clause("JY-2j")
def test_hand_over_ends_and_begins_and_both_cadres_get_an_event(told) -> None:
    boss, giver, taker = UserFactory(), UserFactory(), UserFactory()
    homes = [HouseholdFactory() for _n in range(3)]
    rows = [AssignmentFactory(cadre=giver, household=home, since=DAY) for home in homes]
    ended = AssignmentFactory(cadre=giver, household=HouseholdFactory(), ended=True)
    day = DAY + timedelta(days=9)
    chosen = Assignment.objects.filter(cadre=giver)

    codes = told(lambda: hand_over(assignments=chosen, to=taker, by=boss, since=day, reason="调岗"))

    assert codes == [[VILLAGE]]
    assert set(Assignment.objects.filter(cadre=giver).values_list("pk", "until")) == {
        *((row.pk, day) for row in rows),
        (ended.pk, today()),
    }
    taken = Assignment.objects.filter(cadre=taker)
    assert {(a.household, a.lead, a.tier, a.since, a.until, a.at_id) for a in taken} == {
        (home, True, Tier.HOUSEHOLD, day, None, VILLAGE) for home in homes
    }
    events = Event.objects.filter(kind=Event.Kind.HAND_OVER).order_by("pk")
    assert [(e.subject_key, e.actor_name, e.data["count"], e.reason) for e in events] == [
        (f"user:{giver.pk}", boss.name, 3, "调岗"),
        (f"user:{taker.pk}", boss.name, 3, "调岗"),
    ]


@pytest.mark.parametrize(
    ("given_lead", "held_lead"), [(True, False), (False, True), (False, False)]
)
def test_who_holds_the_target_already_ends_with_one_row_and_the_better_place(
    *, given_lead: bool, held_lead: bool
) -> None:
    home, taker = HouseholdFactory(), UserFactory()
    AssignmentFactory(household=home, lead=given_lead)
    AssignmentFactory(household=home, cadre=taker, lead=held_lead)

    done = hand_over(assignments=Assignment.objects.exclude(cadre=taker), to=taker, by=None)

    assert done == 1
    (row,) = Assignment.objects.open()
    assert (row.cadre, row.lead) == (taker, given_lead or held_lead)


def test_lead_and_deputy_handed_to_one_cadre_become_one_row() -> None:
    home, taker = HouseholdFactory(), UserFactory()
    AssignmentFactory(household=home)
    AssignmentFactory(household=home, deputy=True)
    ahead = AssignmentFactory(place=place(VILLAGE), since=today() + timedelta(days=7))

    assert hand_over(assignments=Assignment.objects.all(), to=taker, by=None) == 3
    rows = Assignment.objects.open().order_by("since")
    assert [(r.cadre, r.target, r.lead, r.since) for r in rows] == [
        (taker, home, True, today()),
        (taker, ahead.place, True, ahead.since),
    ]


def test_hand_over_refuses_an_inactive_cadre_and_nothing_to_do_is_nothing() -> None:
    row = AssignmentFactory(household=HouseholdFactory())
    everything = Assignment.objects.all()
    gone = UserFactory(inactive=True)

    refused("is not active", lambda: hand_over(assignments=everything, to=gone, by=None))
    assert hand_over(assignments=everything, to=row.cadre, by=None) == 0
    assert Event.objects.count() == 0


def test_hand_over_takes_as_many_queries_for_many_as_for_few() -> None:
    counts = []
    for number in (2, 60):
        giver = UserFactory()
        for _n in range(number):
            AssignmentFactory(cadre=giver, household=HouseholdFactory())
        with CaptureQueriesContext(connection) as queries:
            done = hand_over(
                assignments=Assignment.objects.filter(cadre=giver), to=UserFactory(), by=giver
            )
        assert done == number
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_leave_names_who_covers_and_tells_where_the_work_lies(told) -> None:
    row = AssignmentFactory(household=HouseholdFactory())
    since, until = DAY, DAY + timedelta(days=3)
    words = {"user": row.cadre, "cover": UserFactory(), "since": since, "until": until, "by": None}

    assert told(lambda: register_leave(**words)) == [[VILLAGE]]
    assert Leave.objects.get().cover == words["cover"]
    refused("is on leave already", lambda: register_leave(**words))


def test_leave_that_cannot_be_covered_is_refused() -> None:
    user, cover, third = UserFactory(), UserFactory(), UserFactory()

    def leave(**words):
        plain = {"user": user, "cover": cover, "since": DAY, "until": DAY + timedelta(days=2)}
        return register_leave(**{**plain, **words}, by=None)

    refused("must be later", lambda: leave(until=DAY))
    refused("covers for themselves", lambda: leave(cover=user))
    refused("is not active", lambda: leave(cover=UserFactory(inactive=True)))
    LeaveFactory(user=cover, cover=third, since=DAY + timedelta(days=1))
    refused(f"{cover.name} is on leave", leave)
    refused("covers for", lambda: leave(user=third, cover=user))
    assert leave(until=DAY + timedelta(days=1)).pk


def test_a_leave_is_shortened_or_taken_back() -> None:
    begun = LeaveFactory(since=DAY, until=today() + timedelta(days=9))
    ahead = LeaveFactory(since=today() + timedelta(days=2), until=today() + timedelta(days=9))

    shortened = end_leave(leave=begun, by=None)
    assert shortened is not None
    assert shortened.until == today()
    assert end_leave(leave=ahead, by=None) is None
    refused("ended already", lambda: end_leave(leave=begun, by=None))
    assert list(Leave.objects.all()) == [begun]
