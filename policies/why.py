"""The reasons of a plan in words: each item with its clause or reading, in Chinese and English."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.outcome import OutcomeFlag, OutcomeStage, RowOutcome
from policies.pack import FollowUpCell, Ground, Pack, Row
from policies.plan import Reason, Reasons

KIND_WORDS = {
    "hospital_rehab": ("定点医院集中康复", "rehabilitation in hospital"),
    "centralised": ("集中隔离医学观察", "centralised quarantine"),
    "home_single_room": ("居家单人单间医学观察", "home observation in a single room"),
    "home_isolation": ("居家隔离", "home isolation"),
    "commute_only": ("除上下班外不得外出", "leaving home for work only"),
    "home_monitoring": ("居家日常健康监测", "daily health monitoring at home"),
    "self_monitoring": ("自我健康监测", "self-monitoring"),
    "hold_for_test": ("检测阴性后放行", "held until a negative test"),
}
WHAT_WORDS = {
    "test": ("核酸检测", "nucleic acid test"),
    "health_follow_up": ("健康随访", "health follow-up"),
}


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the reasons are told from: the winner, other matched rows, flags and follow-ups."""

    winner: RowOutcome
    others: tuple[Row, ...]
    flags: tuple[OutcomeFlag, ...]
    follow_ups: tuple[FollowUpCell, ...]


def reasons_of(pack: Pack, grounds: Grounds) -> Reasons:
    """Return the reasons for every item a plan of this shape has."""
    return Reasons(_all(pack, grounds))


def _all(pack: Pack, grounds: Grounds) -> Iterator[Reason]:
    row = grounds.winner.row
    yield reason("classification", row.when.ground, row.title.zh, row.title.en)
    for other in grounds.others:
        yield reason(f"matched.{other.name}", other.when.ground, other.title.zh, other.title.en)
    yield reason("report", pack.report.ground, "行程报告", "report of the journey")
    for index, ground in enumerate(grounds.winner.arrival_tests):
        item = f"arrival_tests[{index}]"
        yield reason(item, ground, "抵达后核酸检测", "nucleic acid test on arrival")
    for index, stage in enumerate(grounds.winner.stages):
        yield from _stage(f"stages[{index}]", stage)
    for index, cell in enumerate(grounds.follow_ups):
        yield reason(f"follow_ups[{index}]", cell.ground, *_follow_up_words(cell))
    for flag in grounds.flags:
        yield reason(f"flags.{flag.name}", flag.ground, flag.name, flag.name)
    for index, restriction in enumerate(row.restrictions):
        item = f"restrictions[{index}]"
        yield reason(item, restriction.ground, restriction.name, restriction.name)
    if grounds.winner.stages:
        count = pack.settings["day_count"]
        yield reason("observation_ends", count.ground, count.title.zh, count.title.en)
        yield reason("daily_checks", pack.checks, "每日健康监测", "daily health check")


def _stage(item: str, stage: OutcomeStage) -> Iterator[Reason]:
    zh, en = KIND_WORDS[stage.kind]
    if stage.days:
        zh, en = f"{zh}{stage.days}天", f"{en}, {stage.days} days"
    if stage.note:
        zh, en = f"{zh}（补足入境地不足天数）", f"{en} ({stage.note})"
    yield reason(item, stage.conversion.ground if stage.conversion else stage.ground, zh, en)
    if stage.days_ground:
        yield reason(f"{item}.days", stage.days_ground, f"{stage.days}天", f"{stage.days} days")
    for index, test in enumerate(stage.tests):
        words = (f"第{test.day}天核酸检测", f"nucleic acid test on day {test.day}")
        yield reason(f"{item}.tests[{index}]", test.ground, *words)


def _follow_up_words(cell: FollowUpCell) -> tuple[str, str]:
    zh, en = WHAT_WORDS[cell.what]
    if cell.days:
        return f"医学观察结束后第{cell.days}天{zh}", f"{en} {cell.days} days after the end"
    return f"结束后满{cell.months}个月{zh}", f"{en} {cell.months} months after the end"


def reason(item: str, ground: Ground, zh: str, en: str) -> Reason:
    """Return a reason; the cell's own words win over the general ones."""
    if ground.text:
        zh, en = ground.text.zh, ground.text.en
    return Reason(item, ground.rests_on, zh, en, ground.quote, ground.reading)
