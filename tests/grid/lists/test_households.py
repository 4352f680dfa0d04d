"""The ledger of households: found however the address is written, changed exactly, taken back."""

import pytest

from grid.batches.decisions import decide
from grid.batches.undoing import undo_batch
from grid.choices import Use
from grid.imports.template import build_template
from grid.lists.households import HouseholdKind
from grid.lists.households_list import HOUSEHOLDS
from grid.models import Household, Person
from grid.services.people import register_person, update_household
from tests.cast import FAR, GRID, SECOND, TOWN, VILLAGE, World
from tests.grid.lists.files import actions, checked, codes, committed, csv_of, figures, rows

pytestmark = pytest.mark.django_db
HEAD = (
    "序号,村(社区),小区,楼号,单元,房号,户主姓名,联系电话,家庭人口,是否出租,房东姓名,房东电话,备注"
)
FIRST = "1,东关村,阳光小区,3,2,301,何租客,15300001234,4人,是,孙房东,15300005678,外来务工"
OTHER = "2,西关村,,,,前街12号,何自住,15300002222,2,否,,,"


def whole_of(home: Household) -> tuple:
    return (
        home.place_id, home.head_name, home.phone, home.size, home.use, home.landlord_name,
        home.landlord_phone, home.note,
    )  # fmt: skip


def test_households_with_their_landlords_are_made_in_their_villages(world: World) -> None:
    batch = committed("households", csv_of(HEAD, FIRST, OTHER), by=world.township, place=TOWN)

    assert actions(batch) == ["create", "create"]
    rented = Household.objects.get(place=VILLAGE, head_name="何租客")
    assert rented.number == "阳光小区3号楼2单元301室"
    assert whole_of(rented) == (
        VILLAGE, "何租客", "15300001234", 4, Use.RENTED, "孙房东", "15300005678", "外来务工",
    )  # fmt: skip
    assert Household.objects.get(place=SECOND).use == Use.RESIDENT


def test_the_same_list_again_changes_nothing_however_it_is_written(world: World) -> None:
    committed("households", csv_of(HEAD, FIRST, OTHER), by=world.township, place=TOWN)
    before = [whole_of(home) for home in Household.objects.order_by("pk")]
    rewritten = "行政村,详细地址,户主,电话,人口,房屋性质,房东,房东联系方式"
    lines = [
        "东关村民委员会,阳光3-2-0301,何租客,153-0000-1234,4口人,出租屋,孙房东,15300005678",
        "西关村,前街十二号,何自住,15300002222,2,自住,,",
    ]

    again = committed("households", csv_of(rewritten, *lines), by=world.township, place=TOWN)

    assert actions(again) == ["unchanged", "unchanged"], [row.problems for row in rows(again)]
    assert [whole_of(home) for home in Household.objects.order_by("pk")] == before


def test_exactly_the_changed_fields_are_updated_and_blanks_say_nothing(world: World) -> None:
    committed("households", csv_of(HEAD, FIRST), by=world.township, place=TOWN)
    changed = "1,东关村,阳光小区,3,2,301,何租客,,5,是,李房东,,"

    batch = committed("households", csv_of(HEAD, changed), by=world.township, place=TOWN)

    (row,) = rows(batch)
    assert row.before["put"] == {"size": 5, "landlord": "李房东"}
    home = Household.objects.get(place=VILLAGE)
    assert (home.size, home.landlord_name) == (5, "李房东")
    assert (home.phone, home.landlord_phone) == ("15300001234", "15300005678")


@pytest.mark.parametrize("decision", ["update", "create"])
def test_a_near_address_is_asked_about(world: World, decision: str) -> None:
    # The cast's household is 101 of building 1, whose unit nobody wrote down.
    line = "1,东关村,,1,2,101,何新,,,,,,"
    batch = checked("households", csv_of(HEAD, line), by=world.township, place=TOWN)
    (row,) = rows(batch)
    assert (row.action, codes(row)) == ("ask", {"household_near"})

    decide(row=row, action=decision, by=world.township)
    from grid.batches.committing import commit_batch

    commit_batch(batch=batch, by=world.township)

    world.household.refresh_from_db()
    made = Household.objects.exclude(pk=world.household.pk)
    if decision == "update":
        assert (world.household.head_name, made.count()) == ("何新", 0)
    else:
        assert (world.household.head_name, made.get().head_name) == ("", "何新")


def test_a_known_household_in_a_grid_is_found_from_its_village(world: World) -> None:
    line = "1,东关村,,1,,101,林大满,,,,,,"

    batch = committed("households", csv_of(HEAD, line), by=world.township, place=TOWN)

    world.household.refresh_from_db()
    assert actions(batch) == ["update"]
    assert (world.household.head_name, world.household.place_id) == ("林大满", GRID)


def test_two_rows_of_one_dwelling_are_one_household(world: World) -> None:
    again = FIRST.replace("3,2,301", "3栋,2,0301").replace("4人", "6")

    batch = committed("households", csv_of(HEAD, FIRST, again), by=world.township, place=TOWN)

    assert Household.objects.get(place=VILLAGE).size == 6
    assert figures(batch, "created", "updated") == [1, 1]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("1,东关村,,,,,何一,,,,,,", "value_missing"),
        ("1,无此村,,1,,101,何一,,,,,,", "village_not_found"),
        ("1,东关村,,1,,102,何一,12345,,,,,", "phone_invalid"),
        ("1,前坡村,,1,,102,何一,,,,,,", "household_beyond"),
    ],
)
def test_what_cannot_be_a_household_is_refused_with_a_reason(
    world: World, line: str, code: str
) -> None:
    batch = committed("households", csv_of(HEAD, line), by=world.township, place=TOWN)

    (row,) = rows(batch)
    assert (row.action, code in codes(row)) == ("refuse", True), row.problems
    assert Household.objects.count() == 1
    assert not Household.objects.filter(place=FAR).exists()


def test_an_empty_dwelling_has_no_head_and_no_phone(world: World) -> None:
    batch = committed(
        "households",
        csv_of(
            "村(社区),详细地址,户主姓名,联系电话,房屋性质,备注", "东关村,后街9号,,,空置,无人居住"
        ),
        by=world.township,
        place=TOWN,
    )

    assert actions(batch) == ["create"]
    assert Household.objects.get(number="后街9号").use == Use.VACANT


def test_a_later_edit_by_hand_wins_until_the_list_says_something_new(world: World) -> None:
    committed("households", csv_of(HEAD, FIRST), by=world.township, place=TOWN)
    home = Household.objects.get(place=VILLAGE)
    update_household(household=home, by=world.head, landlord_name="周房东")

    same = committed("households", csv_of(HEAD, FIRST), by=world.township, place=TOWN)
    news = FIRST.replace("孙房东", "吴房东")
    other = checked("households", csv_of(HEAD, news), by=world.township, place=TOWN)

    home.refresh_from_db()
    assert (home.landlord_name, actions(same)) == ("周房东", ["unchanged"])
    assert codes(rows(same)[0]) == {"hand_edit_kept"}
    assert (actions(other), codes(rows(other)[0])) == (["ask"], {"hand_edit_conflict"})


def test_taking_back_deletes_what_was_made_and_gives_back_what_was_replaced(world: World) -> None:
    Household.objects.filter(pk=world.household.pk).update(head_name="林旧", size=3)
    line = "3,东关村,,1,,101,林新,15300003333,7,是,孙房东,,"
    before = whole_of(Household.objects.get(pk=world.household.pk))
    batch = committed("households", csv_of(HEAD, FIRST, line), by=world.township, place=TOWN)
    assert Household.objects.count() == 2

    undone = undo_batch(batch=batch, by=world.township)

    assert (undone.taken_back, undone.left) == (2, [])
    assert whole_of(Household.objects.get()) == before


def test_a_household_people_live_in_by_now_stays_and_is_listed(world: World) -> None:
    batch = committed("households", csv_of(HEAD, FIRST, OTHER), by=world.township, place=TOWN)
    home = Household.objects.get(place=VILLAGE)
    register_person(
        name="何租客", id_type="none", id_number="", phone="", place=home.place, household=home,
        by=world.head,
    )  # fmt: skip

    undone = undo_batch(batch=batch, by=world.township)

    assert [one.row for one in undone.left] == [2]
    assert [one.who for one in undone.left] == ["李支书"]
    assert set(Household.objects.values_list("pk", flat=True)) == {world.household.pk, home.pk}


def test_whoever_was_put_there_by_the_portal_itself_keeps_the_household_too(world: World) -> None:
    batch = committed("households", csv_of(HEAD, FIRST), by=world.township, place=TOWN)
    home = Household.objects.get(place=VILLAGE)
    Person.objects.filter(pk=world.person.pk).update(household=home)

    undone = undo_batch(batch=batch, by=world.township)

    assert [one.row for one in undone.left] == [2]
    assert Household.objects.filter(pk=home.pk).exists()


def test_a_thousand_households_take_as_many_queries_as_ten(
    world: World, django_assert_max_num_queries
) -> None:
    def lines(count: int) -> bytes:
        line = "{n},东关村,新区,{n},1,101,何{name}甲,,3,是,孙房东,,"
        names = "甲乙丙丁"
        return csv_of(HEAD, *(line.format(n=n, name=names[n % 4]) for n in range(2, count)))

    with django_assert_max_num_queries(80):
        batch = committed("households", lines(900), by=world.township, place=TOWN)
    assert figures(batch, "created") == [898], (batch.summary, rows(batch)[0].problems)
    with django_assert_max_num_queries(80):
        again = committed("households", lines(900), by=world.township, place=TOWN)
    assert figures(again, "unchanged") == [898]


def test_the_template_asks_for_the_fields_of_the_list() -> None:
    import io

    import openpyxl

    content = build_template(HOUSEHOLDS, fields=HouseholdKind.template_fields)

    head = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(content)).active[2]]
    assert head[1:4] == ["*村(社区)", "小区", "楼号"]
    assert "房东" in head
