"""Letters about contacts as a list: shared, handed to cadres, repeated, corrected, taken back."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grid.batches.checking import check_file
from grid.batches.committing import commit_batch
from grid.batches.decisions import decide
from grid.batches.registry import kind_of
from grid.batches.undoing import undo_batch
from grid.choices import RowAction, Tier
from grid.days import today
from grid.models import Assignment, ImportBatch, Place
from returnees.clock import local_text
from returnees.models import Verification
from returnees.services.verifications import hand_to, note_attempt, record_outcome, take_over
from tests.cast import FAR, SECOND, TOWN, VILLAGE, World
from tests.factories.returnees import an_episode, id_number, in_force

pytestmark = pytest.mark.django_db

HEAD = (
    "序号,姓名,身份证号码,联系电话,乡镇,村（社区）,现住址,人员类别,车次/航班,末次接触时间,"
    "关联病例,来函单位,协查函号,收函时间,备注"
)
DAY = date(2021, 2, 8)


def name_of(n: int) -> str:
    """Return the name of the n-th person: 郝 and the digits of n."""
    return "郝" + "".join("〇一二三四五六七八九"[int(digit)] for digit in str(n))


def line(n: int, **changes: str) -> str:
    """Return a line of a letter about the n-th person."""
    values = {
        "seq": str(n), "name": name_of(n), "id": id_number(3000 + n), "phone": f"1543000{n:04d}",
        "town": "河口镇", "village": "东关村", "address": "幸福小区3号楼", "relation": "密接",
        "exposure": "G9999次 05车 12A", "exposed": "2021-02-05", "case": "望潮区病例3",
        "from": "海岳省临沧湾市望潮区指挥部", "no": "望疫协〔2021〕12号",
        "received": "2021-02-08 09:30", "note": "", **changes,
    }  # fmt: skip
    return ",".join(values.values())


def letter(*lines: str, head: str = HEAD, encoding: str = "utf-8") -> bytes:
    """Return a letter's list as a file."""
    title = "关于协查密切接触者的名单" + "," * head.count(",")
    return "\r\n".join([title, head, *lines, ""]).encode(encoding)


def checked(content: bytes, world: World, **more: object) -> ImportBatch:
    """Check a letter for the township."""
    given = {"place_code": TOWN, "by": world.township, "as_of": DAY, **more}
    return check_file(  # type: ignore[arg-type]
        content=content, file_name="协查.csv", list_name="contacts", **given
    )


def committed(content: bytes, world: World, **more: object) -> ImportBatch:
    """Check a letter and commit it."""
    return commit_batch(batch=checked(content, world, **more), by=world.township)


def codes(batch: ImportBatch) -> list[str]:
    """Return the codes of all problems of the rows, in their order."""
    return [one["code"] for row in batch.rows.order_by("number") for one in row.problems]


def answers_for(world: World, village: str, who: str) -> None:
    """Have somebody answer for a village."""
    Assignment.objects.create(
        cadre=world.users[who], tier=Tier.VILLAGE, place_id=village, at_id=village,
        since=date(2021, 1, 1),
    )  # fmt: skip


def test_a_line_becomes_a_contact_to_verify_of_the_villages_cadre(world: World) -> None:
    answers_for(world, VILLAGE, "cadre")

    batch = committed(letter(line(1)), world)

    one = Verification.objects.get()
    assert batch.summary["created"] == 1
    assert (one.name, one.id_number, one.phone) == ("郝一", id_number(3001), "15430000001")
    assert (one.place_id, one.responsible, one.shared) == (VILLAGE, world.cadre, False)
    assert (one.relation, one.exposure, one.exposed_on) == (
        "close", "G9999次 05车 12A", date(2021, 2, 5),
    )  # fmt: skip
    assert (one.letter_from, one.letter_no) == ("海岳省临沧湾市望潮区指挥部", "望疫协〔2021〕12号")
    assert local_text(one.received_at) == "2021-02-08 09:30"
    assert one.due_at - one.received_at == timedelta(hours=24)
    assert (one.state, one.person, one.noted_by) == ("to_verify", None, world.township)


def test_a_messy_list_in_gb18030_says_the_same(world: World) -> None:
    head = (
        "编号,人员姓名,证件号,手机号码,街道（乡镇）,社区（村）,居住地址,接触类型,乘坐车次,乘车日期,"
        "指示病例,发函单位,来函文号,接收时间,其他说明"
    )
    messy = line(
        1, id=id_number(3001).lower(), town="", village="东关村委会", relation="密切接触者",
        received="2021年2月8日上午9点半", exposed="2月5日",
    )  # fmt: skip

    batch = committed(letter(messy, head=head, encoding="gb18030"), world)

    one = Verification.objects.get()
    assert batch.summary["created"] == 1
    assert (one.place_id, one.relation, one.exposed_on) == (VILLAGE, "close", date(2021, 2, 5))
    assert local_text(one.received_at) == "2021-02-08 09:30"


def test_lines_without_a_village_are_shared_evenly_and_the_preview_shows_it(
    world: World,
) -> None:
    batch = checked(letter(*(line(n, town="", village="") for n in range(1, 8))), world)

    split = Counter(batch.rows.filter(kind="data").values_list("village", flat=True))
    assert split == {VILLAGE: 4, SECOND: 3}
    assert set(codes(batch)) == {"letter_shared"}
    commit_batch(batch=batch, by=world.township)
    assert Counter(Verification.objects.values_list("place", flat=True)) == split
    assert all(Verification.objects.values_list("shared", flat=True))


def test_a_county_shares_the_lines_of_a_township_among_its_villages(world: World) -> None:
    rows = [line(n, town="柏山镇", village="") for n in (1, 2)]

    batch = checked(letter(*rows), world, place_code="990101", by=world.county)

    assert set(batch.rows.filter(kind="data").values_list("village", flat=True)) == {FAR}


def test_somebody_who_lives_in_one_of_our_villages_stays_there(world: World) -> None:
    person = world.person
    plain = {"town": "", "village": "", "received": "", "exposed": ""}
    own = line(2, name=person.name, id=person.id_number, phone=person.phone, **plain)

    batch = committed(letter(line(1, **plain), own), world, as_of=today())

    one = Verification.objects.get(person=person)
    assert (one.place_id, one.responsible) == (VILLAGE, world.worker)
    assert batch.summary["created"] == 2


def test_the_same_letter_again_changes_nothing(world: World) -> None:
    content = letter(line(1), line(2, village="", town=""), line(3, no="", received=""))
    committed(content, world)
    before = list(Verification.objects.order_by("pk").values())

    batch = committed(content, world, as_of=DAY + timedelta(days=1))

    assert batch.summary["unchanged"] == 3
    assert list(Verification.objects.order_by("pk").values()) == before


def test_another_letter_about_the_same_person_is_another_one(world: World) -> None:
    committed(letter(line(1)), world)
    first = Verification.objects.get()
    record_outcome(verification=first, state="not_here", by=world.head)

    batch = committed(letter(line(1, no="望疫协〔2021〕30号")), world)

    assert Verification.objects.count() == 2
    assert codes(batch) == ["letter_before"]


def test_a_known_returnee_is_told_of_without_opening_the_file(world: World) -> None:
    in_force()
    known = an_episode(-1, place_code=FAR, name="郝一", id_number=id_number(3001))

    batch = committed(letter(line(1)), world)

    assert codes(batch) == ["letter_managed"]
    assert Verification.objects.get().person == known.person
    assert batch.rows.get(kind="data").target_key == Verification.objects.get().pk


def test_a_corrected_letter_changes_what_it_says_anew(world: World) -> None:
    committed(letter(line(1)), world)

    batch = committed(letter(line(1, relation="次密接", note="已更正")), world)

    one = Verification.objects.get()
    assert batch.summary["updated"] == 1
    assert (one.relation, one.remark) == ("secondary", "已更正")


def test_what_was_given_to_another_village_by_hand_stays_there(world: World) -> None:
    content = letter(line(1))
    committed(content, world)
    second = Place.objects.get(pk=SECOND)
    hand_to(verification=Verification.objects.get(), place=second, by=world.township)

    batch = committed(content, world)

    assert Verification.objects.get().place == second
    assert codes(batch) == ["hand_edit_kept"]


def test_a_line_of_a_village_beyond_the_place_waits_and_is_given_inside(world: World) -> None:
    batch = committed(letter(line(1, town="柏山镇", village="前坡村")), world)
    assert codes(batch) == ["village_beyond"]

    row = batch.rows.get(kind="data")
    decide(row=row, action=RowAction.CREATE, by=world.township, values={"dest_code": SECOND})

    assert Verification.objects.get().place_id == SECOND


def test_taking_back_leaves_what_somebody_has_worked_with(world: World) -> None:
    batch = committed(letter(line(1), line(2), line(3)), world)
    note_attempt(verification=Verification.objects.get(name="郝二"), way="call", by=world.head)

    undone = undo_batch(batch=batch, by=world.township)

    assert (undone.taken_back, [one.who for one in undone.left]) == (2, [world.head.name])
    assert Verification.objects.get().name == "郝二"


def test_a_correction_is_taken_back(world: World) -> None:
    one = Verification(
        name="郝一", id_number=id_number(3001), phone="15430000001", place_id=VILLAGE,
        letter_no="望疫协〔2021〕12号", relation="close",
        received_at=datetime.fromisoformat("2021-02-08T09:30:00+08:00"),
    )  # fmt: skip
    take_over(verifications=[one], by=None, day=DAY)
    fields = ("relation", "exposure", "case", "letter_from", "remark", "address", "received_at")
    before = Verification.objects.values(*fields).get()
    batch = committed(letter(line(1, relation="次密接")), world)
    assert batch.summary["updated"] == 1

    undo_batch(batch=batch, by=world.township)

    assert Verification.objects.values(*fields).get() == before


def test_a_line_with_name_and_phone_alone_is_taken(world: World) -> None:
    batch = committed(letter(line(1, id=""), line(2, id="", phone="")), world)

    assert (batch.summary["created"], batch.summary["invalid"]) == (1, 1)
    assert Verification.objects.get().name == "郝一"


def test_the_queries_do_not_grow_with_the_rows(world: World) -> None:
    def asked(first: int, rows: int) -> int:
        lines = (line(n, village="" if n % 2 else "东关村") for n in range(first, first + rows))
        batch = checked(letter(*lines), world)
        with CaptureQueriesContext(connection) as queries:
            done = commit_batch(batch=batch, by=world.township)
        assert done.summary["created"] == rows
        return len(queries)

    asked(1, 2)
    assert asked(101, 4) == asked(201, 60)


def test_an_answer_names_who_verifies(world: World) -> None:
    answers_for(world, VILLAGE, "cadre")
    batch = committed(letter(line(1)), world)

    rows = list(batch.rows.filter(kind="data"))
    assert kind_of("contacts").responsible(rows) == {rows[0].number: world.cadre.name}


def test_a_day_to_come_is_no_day_of_a_letter(world: World) -> None:
    ahead = (today() + timedelta(days=2)).isoformat()
    batch = checked(letter(line(1, received=ahead)), world)
    assert batch.summary["invalid"] == 1
