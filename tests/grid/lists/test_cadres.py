"""The ledger of cadres: posts and duties as if given by hand, handed over, taken back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from grid.batches.committing import commit_batch
from grid.batches.decisions import decide
from grid.batches.undoing import undo_batch
from grid.choices import Role, Tier
from grid.days import today
from grid.models import Assignment, Event, Place, Post, User
from grid.services.accounts import may_manage, reset_password
from tests.cast import COUNTY, SECOND, TOWN, VILLAGE, World
from tests.grid.lists.files import actions, checked, codes, committed, csv_of, rows

pytestmark = pytest.mark.django_db
HEAD = "序号,姓名,联系电话,工作单位,职务,人员类别,乡镇,村(社区),网格,包保范围,包保时间"
NEW = "1,郑新来,15488880001,镇政府,干事,包保干部,河口镇,东关村,,东关村,2021-02-08"
PHONE = "15488880001"


def history() -> tuple:
    """Return everything that posts and assignments say."""
    columns = ("cadre", "tier", "lead", "place", "block", "household", "since", "until")
    return (
        list(Assignment.objects.order_by("pk").values_list(*columns)),
        list(Post.objects.order_by("pk").values_list("user", "role", "place", "since", "until")),
        list(User.objects.order_by("pk").values_list("phone", "name", "unit", "title")),
    )


def test_a_new_cadre_comes_with_post_and_duty_and_cannot_sign_in_yet(world: World) -> None:
    batch = committed("cadres", csv_of(HEAD, NEW), by=world.township, place=TOWN)

    assert actions(batch) == ["create"], rows(batch)[0].problems
    made = User.objects.get(phone=PHONE)
    assert (made.name, made.unit, made.title) == ("郑新来", "镇政府", "干事")
    assert (made.has_usable_password(), made.must_change_password) == (False, True)
    post, duty = made.posts.get(), made.assignments.get()
    assert (post.role, post.place_id, str(post.since)) == (
        Role.VILLAGE_CADRE, VILLAGE, "2021-02-08",
    )  # fmt: skip
    assert (duty.place_id, duty.tier, duty.lead, str(duty.since)) == (
        VILLAGE, Tier.HOUSEHOLD, True, "2021-02-08",
    )  # fmt: skip
    # The hand-out of passwords is the one of the cadre's page.
    assert may_manage(by=world.township, user=made)
    assert made.check_password("") is False
    password = reset_password(user=made, by=world.township)
    made.refresh_from_db()
    assert made.check_password(password)


def test_the_same_list_again_changes_nothing(world: World) -> None:
    lines = (
        NEW,
        NEW.replace(PHONE, "15488880002")
        .replace("郑新来", "钱二")
        .replace(",东关村,2021", ",东片,2021"),
    )
    committed("cadres", csv_of(HEAD, *lines), by=world.township, place=TOWN)
    before = history()

    again = committed("cadres", csv_of(HEAD, *lines), by=world.township, place=TOWN)

    assert actions(again) == ["unchanged", "unchanged"]
    assert history() == before


@pytest.mark.parametrize(
    ("answers", "target", "tier"),
    [
        ("东关村", ("place", VILLAGE), Tier.HOUSEHOLD),
        ("第一网格", ("place", f"{VILLAGE}001"), Tier.HOUSEHOLD),
        ("1号楼101", ("household", None), Tier.HOUSEHOLD),
        ("东片", ("block", None), Tier.BLOCK),
    ],
)
def test_villages_grids_households_and_blocks_are_known_by_name(
    world: World, answers: str, target: tuple, tier: Tier
) -> None:
    Assignment.objects.all().delete()
    line = NEW.replace(",东关村,2021", f",{answers},2021")

    batch = committed("cadres", csv_of(HEAD, line), by=world.township, place=TOWN)

    assert actions(batch) == ["create"], rows(batch)[0].problems
    duty = Assignment.objects.get()
    name, key = target
    wanted = {"household": world.household.pk, "block": world.block.pk}.get(name, key)
    assert (getattr(duty, f"{name}_id"), duty.tier) == (wanted, tier)


def test_several_duties_in_one_cell_and_in_several_rows_are_as_many_assignments(
    world: World,
) -> None:
    both = NEW.replace(",东关村,2021", ',"东关村、第一网格",2021')
    third = NEW.replace(",东关村,2021", ",1号楼101,2021")
    Assignment.objects.all().delete()

    committed("cadres", csv_of(HEAD, both, third), by=world.township, place=TOWN)

    made = User.objects.get(phone=PHONE)
    assert (made.assignments.count(), made.posts.count()) == (3, 1)


def test_another_lead_in_the_list_is_a_hand_over_on_the_day_given(world: World) -> None:
    day = today() - timedelta(days=2)
    line = NEW.replace(",东关村,2021-02-08", f",1号楼101,{day}")
    batch = checked("cadres", csv_of(HEAD, line), by=world.township, place=TOWN)
    assert codes(rows(batch)[0]) == {"cadre_hand_over"}

    commit_batch(batch=batch, by=world.township)

    old = Assignment.objects.get(cadre=world.worker)
    new = Assignment.objects.get(cadre__phone=PHONE)
    assert (old.until, new.since, new.lead) == (day, day, True)
    assert Event.objects.filter(kind=Event.Kind.HAND_OVER).count() == 2


def test_two_leads_for_one_target_in_one_list_are_refused(world: World) -> None:
    other = NEW.replace("郑新来", "冯二").replace(PHONE, "15488880002")

    batch = committed("cadres", csv_of(HEAD, NEW, other), by=world.township, place=TOWN)

    assert sorted(actions(batch)) == ["create", "refuse"]
    assert Assignment.objects.filter(place=VILLAGE).count() == 1


def test_a_deputy_stands_beside_the_lead(world: World) -> None:
    head = f"{HEAD},主副"
    line = NEW.replace(",东关村,2021-02-08", ",1号楼101,") + ",副"

    committed("cadres", csv_of(head, line), by=world.township, place=TOWN)

    assert Assignment.objects.filter(household=world.household, until=None).count() == 2
    assert not Assignment.objects.get(cadre__phone=PHONE).lead


@pytest.mark.parametrize("decision", ["update", "skip"])
def test_the_same_phone_under_another_name_is_a_question(world: World, decision: str) -> None:
    line = NEW.replace(PHONE, world.cadre.phone)
    batch = checked("cadres", csv_of(HEAD, line), by=world.township, place=TOWN)
    (row,) = rows(batch)
    assert (row.action, codes(row)) == ("ask", {"cadre_other_name"})

    decide(row=row, action=decision, by=world.township)
    commit_batch(batch=batch, by=world.township)

    world.cadre.refresh_from_db()
    assert world.cadre.name == ("郑新来" if decision == "update" else "陈包保")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ((",包保干部,", ",,"), "cadre_role_missing"),
        ((",河口镇,东关村,", ",,,"), "cadre_place_missing"),
        (("河口镇,东关村,,东关村", "柏山镇,前坡村,,"), "cadre_beyond"),
        ((",东关村,2021", ",前坡村,2021"), "cadre_beyond"),
        ((PHONE, "1548888"), "phone_invalid"),
        (("郑新来", ""), "name_missing"),
        (("东关村,,东关村", "不存在村,,"), "village_not_found"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(
    world: World, changes: tuple[str, str], code: str
) -> None:
    before = history()
    batch = committed("cadres", csv_of(HEAD, NEW.replace(*changes)), by=world.township, place=TOWN)

    (row,) = rows(batch)
    assert (row.action, code in codes(row)) == ("refuse", True), row.problems
    assert history() == before


def test_a_duty_nobody_knows_is_asked_about(world: World) -> None:
    line = NEW.replace(",东关村,2021", ",月球村,2021")

    batch = checked("cadres", csv_of(HEAD, line), by=world.township, place=TOWN)

    assert (actions(batch), codes(rows(batch)[0])) == (["ask"], {"cadre_target_unknown"})


@pytest.mark.parametrize(
    "line",
    [
        # A role above the importer's own area, at the county of the same list.
        "1,周镇管,{own},,,县管理员,,,,,",
        "1,郑新来,15488880001,,,县管理员,,,,,",
        # The importer's own account.
        "1,周镇管,{own},,,村负责人,河口镇,东关村,,,",
        "1,周镇管,{own},,,,河口镇,东关村,,东关村,",
    ],
)
def test_nobody_imports_a_higher_role_or_a_post_of_their_own(world: World, line: str) -> None:
    before = history()
    for place in (TOWN, COUNTY):
        content = csv_of(HEAD, line.format(own=world.township.phone))
        batch = committed("cadres", content, by=world.township, place=place)
        assert actions(batch) == ["refuse"], rows(batch)[0].problems
    assert history() == before


def test_a_head_of_a_village_gives_no_posts_by_a_list(world: World) -> None:
    before = history()

    batch = committed("cadres", csv_of(HEAD, NEW), by=world.head, place=TOWN)

    assert actions(batch) == ["refuse"]
    assert codes(rows(batch)[0]) >= {"row_refused"}
    assert history() == before


def test_an_account_of_everything_is_not_touched(world: World) -> None:
    root = User.objects.create_superuser("15488889999", "总管", "Aa7-long-enough")

    batch = committed(
        "cadres", csv_of(HEAD, NEW.replace(PHONE, root.phone)), by=world.county, place=COUNTY
    )

    assert codes(rows(batch)[0]) >= {"cadre_protected"}


def test_a_known_cadre_of_elsewhere_gets_a_post_here_but_is_not_renamed(world: World) -> None:
    line = f"1,孙邻村,{world.neighbour.phone},别的单位,,村干部,河口镇,东关村,,,"

    batch = committed("cadres", csv_of(HEAD, line), by=world.township, place=TOWN)

    assert actions(batch) == ["refuse"]  # unit: posts outside the area are not this admin's
    same = line.replace("别的单位", "")
    batch = committed("cadres", csv_of(HEAD, same), by=world.township, place=TOWN)
    assert actions(batch) == ["update"]
    assert world.neighbour.posts.filter(place=VILLAGE).count() == 1


def test_taking_back_leaves_everything_as_it_was(world: World) -> None:
    before = history()
    known = f"2,陈包保,{world.cadre.phone},新单位,,网格员,河口镇,西关村,,西关村,"
    taken = NEW.replace(",东关村,2021-02-08", ",1号楼101,").replace(PHONE, "15488880002")
    lines = (NEW, known, taken.replace("郑新来", "冯三"))
    batch = committed("cadres", csv_of(HEAD, *lines), by=world.township, place=TOWN)
    assert actions(batch) == ["create", "update", "create"], [r.problems for r in rows(batch)]
    assert history() != before

    undone = undo_batch(batch=batch, by=world.township)

    assert (undone.taken_back, undone.left) == (3, [])
    assert history() == before


def test_who_has_signed_in_since_stays_and_is_listed(world: World) -> None:
    other = (
        NEW.replace("郑新来", "冯二")
        .replace(PHONE, "15488880002")
        .replace(",东关村,2021", ",,2021")
    )
    batch = committed("cadres", csv_of(HEAD, NEW, other), by=world.township, place=TOWN)
    User.objects.filter(phone=PHONE).update(last_login=timezone.now())

    undone = undo_batch(batch=batch, by=world.township)

    assert [(one.row, one.who) for one in undone.left] == [(2, "郑新来")]
    assert User.objects.filter(phone=PHONE, assignments__until=None).exists()
    assert not User.objects.filter(phone="15488880002").exists()


def test_a_known_cadre_who_has_written_something_since_keeps_the_post(world: World) -> None:
    known = f"2,陈包保,{world.cadre.phone},,,网格员,河口镇,西关村,,西关村,"
    batch = committed("cadres", csv_of(HEAD, known), by=world.township, place=TOWN)
    Event.objects.create(
        kind=Event.Kind.REVEAL, actor_id=world.cadre.pk, actor_name="陈包保", subject="x"
    )

    undone = undo_batch(batch=batch, by=world.township)

    assert [one.row for one in undone.left] == [2]
    assert Post.objects.filter(user=world.cadre, place=SECOND).exists()


def test_checking_a_list_costs_as_many_queries_for_hundreds_of_cadres_as_for_one(
    world: World, django_assert_max_num_queries
) -> None:
    Place.objects.filter(pk=SECOND).update(closed=False)
    line = "{n},何大甲,1547000{n:04d},镇,干事,包保干部,河口镇,东关村,,,"
    content = csv_of(HEAD, *(line.format(n=n) for n in range(1, 600)))

    with django_assert_max_num_queries(45):
        batch = checked("cadres", content, by=world.township, place=TOWN)

    assert batch.summary["created"] == 599
