"""Who answers today: the SQL against the same rules in plain Python, on random small worlds."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from grid.choices import Tier
from grid.models import Assignment, BlockVillage, Leave, Person, User, ancestor_codes
from grid.responsibility import chain, responsible_for, tier_holders
from tests.factories.grid import (
    OTHER_VILLAGE,
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

DAY = date(2021, 2, 8)
GRID, BUILDING = VILLAGE + "001", VILLAGE + "001002"
PLACES = ["970101", TOWN, VILLAGE, GRID, BUILDING]
CADRES, HOMES, PERSONS = range(4), range(2), range(3)  # few, so that facts meet


@dataclass(frozen=True)
class Fact:
    """An assignment as the reference sees it; target is (kind, index or code)."""

    cadre: int
    tier: int
    target: tuple[str, object]
    lead: bool
    since: int
    until: int | None


targets = st.one_of(
    st.tuples(st.just("person"), st.sampled_from(PERSONS)),
    st.tuples(st.just("household"), st.sampled_from(HOMES)),
    st.tuples(st.just("place"), st.sampled_from(PLACES)),
    st.tuples(st.just("block"), st.just(0)),
)
facts = st.builds(
    Fact,
    cadre=st.sampled_from(CADRES),
    tier=st.sampled_from([1, 2, 3, 4, 4, 4]),
    target=targets,
    lead=st.booleans(),
    since=st.integers(-3, 1),
    until=st.one_of(st.none(), st.integers(1, 3)),
).filter(lambda f: f.target[0] in ("place", "block") or f.tier == 4)
leaves = st.dictionaries(st.sampled_from(CADRES), st.sampled_from(CADRES), max_size=2).map(
    lambda pairs: {user: cover for user, cover in pairs.items() if user != cover}
)
worlds = st.fixed_dictionaries(
    {
        "facts": st.lists(facts, max_size=12),
        "leaves": leaves,
        "inactive": st.sets(st.sampled_from(CADRES), max_size=1),
        "homes": st.lists(st.sampled_from(PLACES[2:]), min_size=2, max_size=2),
        "persons": st.lists(
            st.one_of(st.sampled_from(HOMES), st.sampled_from(PLACES[2:])), min_size=3, max_size=3
        ),
        "in_block": st.booleans(),
    }
)


def distinct(world: dict) -> list[Fact]:
    """Return the facts the database admits: one open row per cadre, one open lead per target."""
    kept, seen = [], set()
    for fact in world["facts"]:
        keys = {(fact.cadre, fact.target, fact.tier)}
        if fact.lead:
            keys.add(("lead", fact.target, fact.tier))
        if not (fact.until is None and keys & seen):
            kept.append(fact)
            if fact.until is None:
                seen |= keys
    return kept


def reference(world: dict, kept: list[Fact]) -> list[int | None]:
    """Say who answers for each person, rule by rule."""
    return [first_holder(world, kept, person) for person in PERSONS]


def first_holder(world: dict, kept: list[Fact], person: int) -> int | None:
    """Go through tiers and targets, the nearest first, and take the first who can act."""
    for tier in (4, 3, 2, 1):
        for target in targets_of(world, person, tier):
            rows = [
                (not fact.lead, fact.since, n, who)
                for n, fact in enumerate(kept)
                if (fact.tier, fact.target) == (tier, target)
                and (who := acting_cadre(world, fact)) is not None
            ]
            if rows:
                return min(rows)[-1]
    return None


def targets_of(world: dict, person: int, tier: int) -> list[tuple[str, object]]:
    """Return what a cadre of the tier may be assigned to for this person, the nearest first."""
    home = world["persons"][person]
    code = world["homes"][home] if isinstance(home, int) else home
    around: list[tuple[str, object]] = [("place", up) for up in reversed(ancestor_codes(code))]
    if tier < 4:
        if world["in_block"] and code.startswith(VILLAGE):
            around.insert(around.index(("place", TOWN)), ("block", 0))
        return around
    own = [("household", home)] if isinstance(home, int) else []
    return [("person", person), *own, *(t for t in around if len(str(t[1])) >= 12)]


def acting_cadre(world: dict, fact: Fact) -> int | None:
    """Return who does the work of an assignment on the day, if anybody does."""
    in_force = fact.since <= 0 and (fact.until is None or fact.until > 0)
    if not in_force or fact.cadre in world["inactive"]:
        return None
    if fact.cadre not in world["leaves"]:
        return fact.cadre
    cover = world["leaves"][fact.cadre]
    return None if cover in world["leaves"] or cover in world["inactive"] else cover


class ResolutionTest(TestCase):
    """One database for all examples; each example rolls back."""

    def setUp(self) -> None:
        for code in PLACES:
            place(code)

    @pytest.mark.clause("JY-2j", "A-43")
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(world=worlds)
    def test_the_statement_says_what_the_rules_say(self, world: dict) -> None:
        kept = distinct(world)
        users = [UserFactory(is_active=n not in world["inactive"]) for n in CADRES]
        homes = [HouseholdFactory(place=place(code)) for code in world["homes"]]
        persons = [
            PersonFactory(household=homes[home])
            if isinstance(home, int)
            else PersonFactory(place=place(home))
            for home in world["persons"]
        ]
        east = block("东片", VILLAGE)
        if not world["in_block"]:
            BlockVillage.objects.all().delete()
        rows = {"person": persons, "household": homes, "block": [east]}
        for fact in kept:
            kind, key = fact.target
            AssignmentFactory(
                cadre=users[fact.cadre],
                tier=fact.tier,
                lead=fact.lead,
                since=DAY + timedelta(days=fact.since),
                until=None if fact.until is None else DAY + timedelta(days=fact.until),
                **{kind: place(str(key)) if kind == "place" else rows[kind][key]},
            )
        for user, cover in world["leaves"].items():
            LeaveFactory(user=users[user], cover=users[cover])

        found = responsible_for([person.pk for person in persons], DAY)

        number = {user.pk: n for n, user in enumerate(users)} | {None: None}
        assert [number[found[person.pk]] for person in persons] == reference(world, kept)
        in_tiers = [chain(person, DAY) for person in persons]
        lowest = [next((link.user for link in links if link.user), None) for links in in_tiers]
        assert [user.pk if user else None for user in lowest] == [found[p.pk] for p in persons]


# Who answers before whom; each beats all that follow.
PRECEDENCE = [
    ("person", 4),
    ("household", 4),
    (BUILDING, 4),
    (GRID, 4),
    (VILLAGE, 4),
    (VILLAGE, 3),
    (VILLAGE, 2),
    ("block", 2),
    (TOWN, 2),
    ("block", 1),
    (TOWN, 1),
    ("970101", 1),
]


@pytest.mark.clause("JY-2j", "JY-16c", "A-43")
@pytest.mark.django_db
@pytest.mark.parametrize("first", range(len(PRECEDENCE) - 1))
def test_the_nearer_deputy_answers_before_the_wider_lead_of_longer_standing(first: int) -> None:
    home = HouseholdFactory(place=place(BUILDING))
    person = PersonFactory(household=home)
    own = {"person": person, "household": home, "block": block("东片", VILLAGE)}

    def held(kind: str, tier: int, **words: object) -> Assignment:
        target = {kind: own[kind]} if kind in own else {"place": place(kind)}
        return AssignmentFactory(tier=tier, **target, **words)

    nearer = held(*PRECEDENCE[first], deputy=True, since=DAY)
    for wider in PRECEDENCE[first + 1 :]:
        held(*wider)
    assert responsible_for([person.pk], DAY) == {person.pk: nearer.cadre_id}

    lead = held(*PRECEDENCE[first], since=DAY)
    assert responsible_for([person.pk], DAY) == {person.pk: lead.cadre_id}


@pytest.mark.django_db
@pytest.mark.parametrize("wide", [TOWN, "970101", "block"])
def test_a_household_cadre_answers_for_nothing_wider_than_a_village(wide: str) -> None:
    person = PersonFactory()
    target = {"block": block("东片", VILLAGE)} if wide == "block" else {"place": place(wide)}
    AssignmentFactory(**target)

    assert responsible_for([person.pk], DAY) == {person.pk: None}


@pytest.mark.django_db
def test_a_queryset_resolves_like_its_ids_in_one_statement() -> None:
    home = HouseholdFactory()
    persons = [PersonFactory(household=home, name=f"100%s {n}") for n in range(3)]
    held = AssignmentFactory(household=home)
    chosen = Person.objects.filter(name__startswith="100%s").exclude(pk=persons[0].pk)

    with CaptureQueriesContext(connection) as queries:
        found = responsible_for(chosen, DAY)

    assert found == {persons[1].pk: held.cadre_id, persons[2].pk: held.cadre_id}
    assert len(queries) == 1
    assert responsible_for(Person.objects.none(), DAY) == {}


@pytest.mark.clause("JY-16c", "A-43")
@pytest.mark.django_db
def test_the_chain_has_four_tiers_and_names_the_gap() -> None:
    east = block("东片", VILLAGE)
    home = HouseholdFactory()
    person = PersonFactory(household=home)
    rows = {
        Tier.HOUSEHOLD: AssignmentFactory(household=home),
        Tier.BLOCK: AssignmentFactory(block=east, tier=Tier.BLOCK),
        Tier.COUNTY: AssignmentFactory(place=place(TOWN), tier=Tier.COUNTY),
    }

    links = chain(person, DAY)

    assert [link.tier for link in links] == [
        Tier.HOUSEHOLD,
        Tier.VILLAGE,
        Tier.BLOCK,
        Tier.COUNTY,
    ]
    assert {link.tier: link.assignment for link in links} == {**rows, Tier.VILLAGE: None}
    assert [link.user for link in links] == [
        link.assignment.cadre if link.assignment else None for link in links
    ]
    assert tier_holders([VILLAGE, OTHER_VILLAGE], DAY) == {
        VILLAGE: {t: rows[t].cadre_id for t in (Tier.BLOCK, Tier.COUNTY)},
        OTHER_VILLAGE: {Tier.COUNTY: rows[Tier.COUNTY].cadre_id},
    }


@pytest.mark.clause("JY-16c")
@pytest.mark.django_db
def test_where_a_tier_has_nobody_the_next_one_up_answers() -> None:
    person = PersonFactory()
    leader = AssignmentFactory(place=place("970101"), tier=Tier.COUNTY).cadre
    assert responsible_for([person.pk], DAY) == {person.pk: leader.pk}

    village = AssignmentFactory(place=place(VILLAGE), tier=Tier.VILLAGE).cadre
    assert responsible_for([person.pk], DAY) == {person.pk: village.pk}

    User.objects.filter(pk=village.pk).update(is_active=False)
    assert responsible_for([person.pk], DAY) == {person.pk: leader.pk}


@pytest.mark.django_db
def test_the_cover_answers_while_the_cadre_is_away_and_not_a_day_longer() -> None:
    person = PersonFactory()
    held = AssignmentFactory(person=person)
    leave = LeaveFactory(user=held.cadre, since=DAY, until=DAY + timedelta(days=2))

    by_day = [
        responsible_for([person.pk], DAY + timedelta(days=n))[person.pk] for n in (-1, 0, 1, 2)
    ]

    assert by_day == [held.cadre_id, leave.cover_id, leave.cover_id, held.cadre_id]
    link = chain(person, DAY)[0]
    assert (link.user, link.assignment) == (leave.cover, held)
    assert Leave.objects.count() == Assignment.objects.count() == 1
