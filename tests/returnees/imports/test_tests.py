"""Results of laboratories as a list: attached, corrected, taken back, never dropped."""

from datetime import time, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grid.batches.checking import check_file
from grid.batches.committing import commit_batch
from grid.batches.decisions import decide
from grid.batches.summary import row_problems
from grid.batches.undoing import undo_batch
from grid.choices import RowAction
from grid.days import at, today
from grid.models import ImportBatch
from returnees.choices import EpisodeState, Mark, Outcome, TestPurpose, TestResult
from returnees.clock import local
from returnees.imports.checks import hour_in
from returnees.models import Abnormality, Episode, LabReport, Stage, Test
from returnees.services.abnormalities import report_upward
from returnees.services.reports import register_reports
from returnees.services.tests import enter_result
from tests.cast import FAR, TOWN, World
from tests.factories.returnees import ELSEWHERE, a_report, an_episode, at_risk, in_force

pytestmark = pytest.mark.django_db

HEAD = (
    "序号,姓名,身份证号,联系电话,采样时间,检测结果,报告时间,检测机构,采样点,样本编号,样本类型,"
    "批次,备注"
)


NUMBERS = count(1)


def named() -> str:
    """Return a name of its own, without digits."""
    return "何" + "".join("〇一二三四五六七八九"[int(digit)] for digit in str(next(NUMBERS)))


@pytest.fixture(autouse=True)
def notice(world: World) -> None:
    """A notice with tests: those from the area of key concern are tested."""
    in_force()
    at_risk(ELSEWHERE, Mark.KEY_CONCERN, days=100)


def owing(days: int = -3) -> Episode:
    """Return somebody under management who owes a test by now."""
    episode = an_episode(days, name=named())
    assert episode.tests.due().filter(planned_on__lte=today()).exists()
    return episode


def hour(days: int = -1, clock: str = "08:30") -> str:
    """Return a moment so many days ago, as laboratories write it."""
    return f"{today() + timedelta(days=days):%Y/%m/%d} {clock}"


def line(episode: Episode, **changes: str) -> str:
    """Return the line of a laboratory's list about somebody."""
    person = episode.person
    values = {
        "seq": "1", "name": person.name, "id": person.id_number, "phone": person.phone,
        "sampled": hour(), "result": "阴性", "reported": hour(0, "06:00"),
        "laboratory": "青禾县疾控中心", "site": "河口镇卫生院", "tube": f"T{episode.pk}",
        "swab": "咽拭子", "batch": "第3批", "note": "", **changes,
    }  # fmt: skip
    return ",".join(values.values())


def results(*lines: str, head: str = HEAD, encoding: str = "utf-8") -> bytes:
    """Return such a list as a file."""
    return "\r\n".join([head, *lines, ""]).encode(encoding)


def checked(content: bytes, world: World, **more: object) -> ImportBatch:
    """Check a list for the township."""
    given = {"place_code": TOWN, "by": world.township, **more}
    return check_file(content=content, file_name="核酸.csv", list_name="tests", **given)  # type: ignore[arg-type]


def committed(content: bytes, world: World, **more: object) -> ImportBatch:
    """Check a list and commit it."""
    return commit_batch(batch=checked(content, world, **more), by=world.township)


def codes(batch: ImportBatch) -> list[str]:
    """Return the codes of all problems of the rows, in their order."""
    return [one["code"] for row in batch.rows.order_by("number") for one in row.problems]


def test_a_result_is_entered_as_if_by_hand(world: World) -> None:
    episode = owing()

    batch = committed(results(line(episode)), world)

    assert batch.summary["created"] == 1
    test = episode.tests.get(result=TestResult.NEGATIVE)
    assert test.purpose != TestPurpose.EXTRA
    assert local(test.sampled_at).strftime("%H:%M") == "08:30"
    assert (test.laboratory, test.entered_by) == ("青禾县疾控中心", world.township)
    paper = LabReport.objects.get()
    assert (paper.test, paper.sample_no, paper.swab) == (test, f"T{episode.pk}", "throat")
    assert (paper.batch_no, paper.site) == ("第3批", "河口镇卫生院")
    assert local(paper.reported_at) == local(at(today(), time(6)))


def test_a_hospitals_list_in_gb18030_says_the_same(world: World) -> None:
    episode = owing()
    head = (
        "编号,受检者姓名,证件号码,手机,标本采集时间,新冠病毒核酸检测结果,审核时间,检验单位,"
        "采样地点,条码号,标本类型,送检批次,备注"
    )
    messy = line(
        episode,
        name=f"{episode.person.name} ",
        id=f"'{episode.person.id_number.lower()}",
        sampled=f"{today() - timedelta(days=1):%Y年%m月%d日}上午8点半",
        result="未检出",
        swab="口咽拭子",
    )

    batch = committed(results(messy, head=head, encoding="gb18030"), world)

    assert batch.summary["created"] == 1
    test = episode.tests.get(result=TestResult.NEGATIVE)
    assert local(test.sampled_at).strftime("%H:%M") == "08:30"


def test_the_same_list_again_changes_nothing(world: World) -> None:
    content = results(line(owing()))
    committed(content, world)
    before = list(Test.objects.values()), list(LabReport.objects.values())

    batch = committed(content, world)

    assert batch.summary["unchanged"] == 1
    assert (list(Test.objects.values()), list(LabReport.objects.values())) == before


def test_a_positive_result_does_what_one_entered_by_hand_does(world: World) -> None:
    episode = owing()

    batch = committed(results(line(episode, result="阳性(+)")), world)

    episode.refresh_from_db()
    assert episode.state == EpisodeState.CASE
    assert Abnormality.objects.get().kind == "positive"
    assert batch.summary["positive"] == 1
    assert codes(batch) == ["result_positive"]


def test_somebody_unknown_waits_and_is_attached_once_registered(world: World) -> None:
    report = a_report(-3, name=named())
    row = f"1,{report.name},{report.id_number},{report.phone},{hour()},阴性,,,,T9,,,"
    batch = committed(results(row), world)
    assert codes(batch) == ["person_unknown"]
    assert batch.summary["waiting"] == 1

    (episode,) = register_reports(reports=[report], by=None)
    decide(row=batch.rows.get(kind="data"), action=RowAction.CREATE, by=world.township)

    assert episode.tests.filter(result=TestResult.NEGATIVE).count() == 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_who_is_not_managed_here_has_not_arrived_or_lives_elsewhere_is_told(
    world: World, language: str
) -> None:
    expected = an_episode(2, name=named())
    elsewhere = an_episode(-3, name=named(), place_code=FAR)
    batch = committed(
        results(
            line(expected),
            line(elsewhere),
            f"3,{world.person.name},{world.person.id_number},,{hour()},阴性,,,,T3,,,",
        ),
        world,
    )

    assert codes(batch) == ["person_expected", "person_elsewhere", "person_not_managed"]
    (told,) = row_problems(batch.rows.get(number=3), language)
    assert "前坡" not in told.message
    assert batch.summary["waiting"] == 3


def test_a_result_nobody_can_read_is_asked_never_guessed(world: World) -> None:
    episode = owing()
    batch = committed(results(line(episode, result="见附件")), world)
    assert "result_unclear" in codes(batch)
    assert not Test.objects.filter(result=TestResult.NEGATIVE).exists()

    row = batch.rows.get(kind="data")
    decide(row=row, action=RowAction.CREATE, by=world.township, values={"result": "negative"})

    assert episode.tests.filter(result=TestResult.NEGATIVE).exists()


def test_a_sample_before_any_test_is_owed_is_kept_beside_the_plan(world: World) -> None:
    episode = owing()
    episode.tests.update(planned_on=today() + timedelta(days=5), due_on=today())

    batch = committed(results(line(episode)), world)

    assert codes(batch) == ["test_extra"]
    assert episode.tests.get(result=TestResult.NEGATIVE).purpose == TestPurpose.EXTRA


def test_two_samples_of_one_list_answer_two_tests(world: World) -> None:
    episode = owing(-6)
    content = results(
        line(episode, sampled=hour(-4), tube="A1"), line(episode, sampled=hour(-1), tube="A2")
    )

    batch = committed(content, world)

    assert batch.summary["created"] == 2
    assert episode.tests.filter(result=TestResult.NEGATIVE).count() == 2
    assert committed(content, world).summary["unchanged"] == 2


def test_a_corrected_result_replaces_the_first_and_says_who(world: World) -> None:
    episode = owing()
    committed(results(line(episode, result="阳性")), world)

    batch = committed(results(line(episode, result="阴性")), world)

    episode.refresh_from_db()
    test = episode.tests.get(sampled_at__isnull=False)
    assert batch.summary["updated"] == 1
    assert (test.result, test.entered_by) == (TestResult.NEGATIVE, world.township)
    assert episode.state in (EpisodeState.ACTIVE, EpisodeState.RELEASED)
    finding = Abnormality.objects.get()
    assert finding.outcome == Outcome.FALSE_ALARM
    kept = test.events.order_by("pgh_id").values_list("result", flat=True)
    assert "positive" in kept


def test_a_result_entered_by_hand_is_not_overruled_without_asking(world: World) -> None:
    episode = owing()
    test = episode.tests.due().filter(planned_on__lte=today()).last()
    moment = at(today() - timedelta(days=1), time(8, 30))
    enter_result(test=test, sampled_at=moment, result="negative", by=world.cadre)

    batch = committed(results(line(episode, result="阳性")), world)

    assert "result_by_hand" in codes(batch)
    test.refresh_from_db()
    assert test.result == TestResult.NEGATIVE


def test_a_batch_is_taken_back_and_all_is_as_it_was(world: World) -> None:
    one, other, third = owing(), owing(), owing()
    third.tests.update(planned_on=today() + timedelta(days=5))
    fields = ("pk", "result", "sampled_at", "laboratory", "entered_by", "superseded_on")
    before = list(Test.objects.order_by("pk").values(*fields))
    plans = list(Episode.objects.order_by("pk").values("state", "plan", "observation_ends"))
    stages = list(Stage.objects.order_by("pk").values("closed_on", "superseded_on"))
    content = results(line(one), line(other, result="阳性"), line(third))
    batch = committed(content, world)
    assert batch.summary["created"] == 3

    undone = undo_batch(batch=batch, by=world.township)

    assert (undone.taken_back, undone.left) == (3, [])
    assert list(Test.objects.order_by("pk").values(*fields)) == before
    assert list(Stage.objects.order_by("pk").values("closed_on", "superseded_on")) == stages
    assert not Abnormality.objects.exists()
    assert not LabReport.objects.exists()
    after = list(Episode.objects.order_by("pk").values("state", "plan", "observation_ends"))
    assert after == plans


def test_a_finding_somebody_worked_with_is_left_with_its_result(world: World) -> None:
    episode = owing()
    batch = committed(results(line(episode, result="阳性")), world)
    report_upward(abnormality=Abnormality.objects.get(), by=world.head)

    undone = undo_batch(batch=batch, by=world.township)

    assert [one.who for one in undone.left] == [world.head.name]
    assert episode.tests.filter(result=TestResult.POSITIVE).exists()


def test_the_queries_do_not_grow_with_the_rows(world: World) -> None:
    def asked(rows: int) -> int:
        episodes = register_reports(
            reports=[a_report(-3, name=named()) for _row in range(rows)], by=None
        )
        batch = checked(results(*(line(one) for one in episodes)), world)
        with CaptureQueriesContext(connection) as queries:
            done = commit_batch(batch=batch, by=world.township)
        assert done.summary["created"] == rows
        return len(queries)

    asked(2)
    assert asked(3) == asked(25)


def test_a_row_about_nobody_is_refused(world: World) -> None:
    batch = checked(results(f"1,何某人甲,,,{hour()},阴性,,,,T1,,,"), world)
    assert batch.summary["invalid"] == 1


def test_a_time_is_read_out_of_any_form() -> None:
    forms = {
        "2021-02-08 08:30": "08:30",
        "2021/2/8 8:30:15": "08:30",
        "2021年2月8日下午2点半": "14:30",
        "2021年2月8日 晚上9时": "21:00",
        "2021.2.8 中午12点": "12:00",
        "20210208": None,
        "2021-02-08": None,
        "44235.354166666667": "08:30",
        "2月8日14时05分": "14:05",
        "2021-02-08T08:30": "08:30",
        "2021/2/2 15:45": "15:45",
    }
    assert {text: hour_in(text) for text in forms} == forms
