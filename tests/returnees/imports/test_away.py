"""The ledger of residents away as a list: understood, written, repeated, changed, taken back."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grid.batches.checking import check_file
from grid.batches.committing import commit_batch
from grid.batches.decisions import decide
from grid.batches.registry import kind_of
from grid.batches.summary import row_problems
from grid.batches.undoing import undo_batch
from grid.choices import BatchState, RowAction
from grid.days import today
from grid.models import Household, ImportBatch, Person, Place
from returnees.models import Away
from returnees.services.away import advise_away, end_away, note_away, update_away
from tests.cast import FAR, GRID, TOWN, VILLAGE, World
from tests.factories.returnees import ELSEWHERE, an_episode, id_number, in_force

pytestmark = pytest.mark.django_db

HEAD = (
    "序号,姓名,身份证号码,联系电话,乡镇,村（社区）,家庭住址,外出地点,外出事由,外出时间,"
    "拟返乡时间,是否返乡,同行人员,家属姓名,家属电话,备注"
)


def name_of(n: int) -> str:
    """Return the name of the n-th person: 方 and the digits of n."""
    return "方" + "".join("〇一二三四五六七八九"[int(digit)] for digit in str(n))


def line(n: int, **changes: str) -> str:
    """Return a row of the ledger."""
    values = {
        "seq": str(n),
        "name": name_of(n),
        "id": id_number(2000 + n),
        "phone": f"1542000{n:04d}",
        "town": "河口镇",
        "village": "东关村",
        "address": "",
        "where": "海岳省临沧湾市望潮区春风路8号",
        "reason": "务工",
        "left": "2021/2/3",
        "back": "",
        "status": "",
        "companions": "",
        "contact": "",
        "contact_phone": "",
        "note": "",
        **changes,
    }
    return ",".join(values.values())


def ledger(*lines: str, head: str = HEAD, encoding: str = "utf-8") -> bytes:
    """Return a ledger as a file."""
    title = "河口镇外出人员台账" + "," * head.count(",")
    return "\r\n".join([title, head, *lines, ""]).encode(encoding)


def checked(content: bytes, world: World, **more: object) -> ImportBatch:
    """Check a ledger for the township."""
    given = {"place_code": TOWN, "by": world.township, **more}
    return check_file(content=content, file_name="台账.csv", list_name="away", **given)  # type: ignore[arg-type]


def committed(content: bytes, world: World, **more: object) -> ImportBatch:
    """Check a ledger and commit it."""
    return commit_batch(batch=checked(content, world, **more), by=world.township)


def codes(batch: ImportBatch) -> list[str]:
    """Return the codes of all problems of the rows, in their order."""
    return [one["code"] for row in batch.rows.order_by("number") for one in row.problems]


def entered(n: int) -> Away:
    """Return an entry that stands in the ledger, of the n-th person."""
    person = Person(name=name_of(n), id_number=id_number(2000 + n), place_id=VILLAGE)
    person.phone = f"1542000{n:04d}"
    person.derive().save()
    fields = {"text": "望潮区春风路8号", "place_id": ELSEWHERE, "note": "夫妻同去"}
    return note_away(person=person, by=None, day=date(2021, 2, 8), since=date(2021, 2, 3), **fields)


def test_a_row_becomes_an_entry_and_an_unknown_person_is_registered(world: World) -> None:
    home = Household.objects.create(place_id=GRID, number="8", address="东关村8号")
    row = line(
        1, address="东关村8号", left="2021年2月3日", back="2021.3.20", companions="方小",
        contact="方父", contact_phone="15420009999", note="春节不回",
    )  # fmt: skip

    batch = committed(ledger(row), world, as_of=date(2021, 2, 8))

    assert batch.summary["created"] == 1
    away = Away.objects.select_related("person").get()
    assert (away.person.name, away.person.household, away.home_id) == ("方一", home, GRID)
    assert (away.place_id, away.text) == (ELSEWHERE, "海岳省临沧湾市望潮区春风路8号")
    assert (away.since, away.returns_on) == (date(2021, 2, 3), date(2021, 3, 20))
    assert away.note == "春节不回"
    assert away.extra == {
        "reason": "work", "companions": "方小", "contact": "方父", "contact_phone": "15420009999",
        "home_address": "东关村8号",
    }  # fmt: skip
    assert away.noted_by == world.township


def test_what_the_ledger_says_beyond_the_form_stands_on_the_entry(
    world: World, client: Client
) -> None:
    row = line(1, contact="方父", contact_phone="15420009999", companions="方小")
    committed(ledger(row), world, as_of=date(2021, 2, 8))
    client.force_login(world.head, "django.contrib.auth.backends.ModelBackend")

    page = client.get(reverse("away-edit", args=[Away.objects.get().pk])).content.decode()

    assert "方父" in page
    assert "方小" in page
    assert "15420009999" not in page


def test_a_messy_ledger_in_gb18030_says_the_same(world: World) -> None:
    head = (
        "编号,人员姓名,公民身份号码,手机号,镇街,行政村,门牌号,现务工地,外出原因,离家日期,"
        "预计返乡时间,人员状态,同行人,家中联系人,家中联系人电话,其他说明"
    )
    messy = line(
        1, id=f" {id_number(2001).lower()}", phone="154-2000-0001", village="东关", left="2月3日",
        reason="打工", status="外出",
    )  # fmt: skip
    batch = committed(ledger(messy, head=head, encoding="gb18030"), world, as_of=date(2021, 2, 8))

    away = Away.objects.select_related("person").get()
    assert batch.summary["created"] == 1
    assert away.person.id_number == id_number(2001)
    assert away.person.phone == "15420000001"
    assert (away.since, away.home_id) == (date(2021, 2, 3), VILLAGE)
    assert away.extra == {"reason": "work"}


def test_the_same_ledger_again_changes_nothing(world: World) -> None:
    content = ledger(line(1, note="夫妻同去"), line(2))
    committed(content, world, as_of=date(2021, 2, 8))
    before = list(Away.objects.values())

    again = committed(content, world, as_of=date(2021, 2, 8))

    assert again.summary["unchanged"] == 2
    assert list(Away.objects.values()) == before


def test_a_later_ledger_changes_exactly_what_it_says_anew(world: World) -> None:
    committed(ledger(line(1, note="夫妻同去")), world, as_of=date(2021, 2, 8))

    again = committed(ledger(line(1, back="2021-03-01")), world, as_of=date(2021, 2, 9))

    away = Away.objects.get()
    assert again.summary["updated"] == 1
    assert (away.returns_on, away.note) == (date(2021, 3, 1), "夫妻同去")
    assert codes(again) == ["known_update"]


def test_whoever_is_marked_as_back_is_ended_and_stays_so(world: World) -> None:
    committed(ledger(line(1), line(2)), world, as_of=date(2021, 2, 8))
    back = ledger(line(1, status="已返乡"), line(2), line(3, status="已返乡"))

    batch = committed(back, world, as_of=date(2021, 2, 20))

    assert Away.objects.get(person__name="方一").ended_on == date(2021, 2, 20)
    assert Away.objects.get(person__name="方二").ended_on is None
    assert (batch.summary["updated"], batch.summary["unchanged"]) == (1, 2)
    assert "away_not_listed" in codes(batch)  # 方三 was never in the ledger
    again = committed(back, world, as_of=date(2021, 2, 22))
    assert again.summary["unchanged"] == 3


def test_an_old_ledger_does_not_send_somebody_away_again_who_is_back(world: World) -> None:
    content = ledger(line(1))
    committed(content, world, as_of=date(2021, 2, 8))
    end_away(away=Away.objects.get(), by=world.head, why="came back")

    batch = committed(content, world, as_of=date(2021, 2, 9))

    assert codes(batch) == ["away_ended"]
    assert Away.objects.open().count() == 0
    decide(row=batch.rows.get(kind="data"), action=RowAction.CREATE, by=world.township)
    assert Away.objects.open().count() == 1


def test_somebody_under_management_here_is_not_away(world: World) -> None:
    in_force()
    episode = an_episode(id_number=id_number(2001), name="方一", phone="15420000001")

    batch = committed(ledger(line(1)), world)

    assert codes(batch) == ["away_managed"]
    assert not Away.objects.filter(person=episode.person).exists()


def test_later_edits_by_hand_win_over_the_same_ledger(world: World) -> None:
    content = ledger(line(1, note="夫妻同去"))
    committed(content, world, as_of=date(2021, 2, 8))
    away = Away.objects.get()
    update_away(away=away, by=world.head, note="独自一人", day=date(2021, 2, 9))

    batch = committed(content, world, as_of=date(2021, 2, 10))

    away.refresh_from_db()
    assert (away.note, batch.summary["unchanged"]) == ("独自一人", 1)
    assert codes(batch) == ["hand_edit_kept"]


def test_somebody_of_another_village_is_asked_about_and_moved_by_a_decision(world: World) -> None:
    row = line(1, name=world.person.name, id=world.person.id_number, village="西关村")
    batch = committed(ledger(row), world)
    assert codes(batch) == ["known_cross_village"]

    decide(row=batch.rows.get(kind="data"), action=RowAction.CREATE, by=world.township)

    world.person.refresh_from_db()
    assert world.person.place.name == "西关村民委员会"
    assert Away.objects.get().person == world.person


def test_somebody_of_another_township_is_not_opened(world: World) -> None:
    person = Person(
        name="方远", id_number=id_number(2001), phone="15420000001", place_id=FAR
    ).derive()
    person.save()

    batch = committed(ledger(line(1)), world)

    (told,) = row_problems(batch.rows.get(kind="data"))
    assert told.code == "known_elsewhere"
    assert "前坡" not in told.message


def test_a_row_of_a_village_beyond_the_place_waits(world: World) -> None:
    batch = committed(ledger(line(1, town="柏山镇", village="前坡村")), world)

    assert codes(batch) == ["village_beyond"]
    assert batch.summary["waiting"] == 1


def test_taking_back_restores_the_state_before(world: World) -> None:
    for n in (1, 2):
        entered(n)
    rows = ("place_id", "text", "since", "returns_on", "note", "extra", "ended_on", "person")
    before = list(Away.objects.order_by("pk").values(*rows))
    persons = list(Person.objects.order_by("pk").values("name", "phone_hash", "place"))
    later = ledger(
        line(1, back="2021-03-01", note="不回", phone="15420008888"),
        line(2, status="已返乡"),
        line(3),
    )
    batch = committed(later, world, as_of=date(2021, 2, 10))
    assert (batch.summary["created"], batch.summary["updated"]) == (1, 2)

    undone = undo_batch(batch=batch, by=world.township)

    assert (undone.taken_back, undone.left) == (3, [])
    assert list(Away.objects.order_by("pk").values(*rows)) == before
    assert list(Person.objects.order_by("pk").values("name", "phone_hash", "place")) == persons


def test_a_row_somebody_worked_with_since_is_left_and_listed(world: World) -> None:
    batch = committed(ledger(line(1), line(2)), world)
    advise_away(away=Away.objects.get(person__name="方二"), by=world.head)

    undone = undo_batch(batch=batch, by=world.township)

    assert undone.taken_back == 1
    assert [(one.row, one.who) for one in undone.left] == [(4, world.head.name)]
    assert Away.objects.get().person.name == "方二"


def test_a_departure_ahead_or_a_return_before_it_is_refused(world: World) -> None:
    ahead = line(1, left=(today() + timedelta(days=3)).isoformat())
    wrong = line(2, left="2021-02-03", back="2021-01-03")

    batch = checked(ledger(ahead, wrong), world)

    assert codes(batch) == ["date_out_of_range", "date_out_of_range"]
    assert batch.summary["invalid"] == 2


def test_a_row_without_a_village_or_where_names_the_column(world: World) -> None:
    batch = checked(ledger(line(1, village=""), line(2, where="")), world)

    rows = list(batch.rows.filter(kind="data").order_by("number"))
    assert [row_problems(row, "zh")[0].message for row in rows] == [
        "没有填“村（社区）”。",
        "没有填“外出地点”。",
    ]


def test_the_queries_do_not_grow_with_the_rows(world: World) -> None:
    def asked(first: int, rows: int) -> int:
        batch = checked(ledger(*(line(n) for n in range(first, first + rows))), world)
        with CaptureQueriesContext(connection) as queries:
            done = commit_batch(batch=batch, by=world.township)
        assert (done.state, done.summary["created"]) == (BatchState.COMMITTED, rows)
        return len(queries)

    asked(1, 2)
    assert asked(100, 3) == asked(200, 60)


def test_an_answer_names_who_answers_for_the_person(world: World) -> None:
    row = line(1, name=world.person.name, id=world.person.id_number, phone=world.person.phone)
    batch = committed(ledger(row), world)

    rows = list(batch.rows.filter(kind="data"))
    assert kind_of("away").responsible(rows) == {rows[0].number: world.worker.name}


def test_the_names_of_places_are_those_of_the_cast(world: World) -> None:
    """The tests above lean on these names."""
    assert Place.objects.get(pk=VILLAGE).name.startswith("东关村")
