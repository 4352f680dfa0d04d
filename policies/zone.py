"""A closed zone laid over a plan: in, not out, home observation until its last day (JX8-12b).

Days of the zone that a stage as strict does not cover become home observation. Follow-ups stay
where the notice's own stages put them: what is owed after those is not owed anew by the zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from policies.build import DAYS, daily_checks
from policies.facts import Zone
from policies.outside import ZoneRule
from policies.pack import KINDS, Pack
from policies.plan import Plan, PlannedTest, Reason, Reasons, Stage
from policies.why import reason


@dataclass(slots=True)
class _Piece:
    """Days of one kind: a stage or a part of it, or (no source) days the zone fills."""

    first: date
    last: date
    source: int | None = None
    stage: Stage | None = None  # the stage as it is, where nothing is cut from it
    sources: list[int] = field(default_factory=list)  # the stages whose days a filling takes


def zoned(pack: Pack, plan: Plan, zone: Zone | None, day0: date) -> Plan:
    """Return the plan of somebody who lives in a zone, from the later of day 0 and its closing.

    The plan itself where the pack knows no zones or the zone was over before day 0.
    """
    rule = pack.zone
    if rule is None or zone is None or zone.last_day < day0:
        return plan
    pieces = _pieces(plan.stages, rule, max(zone.since, day0), zone.last_day)
    stages, why = _built(pack, rule, plan, pieces)
    ends = max((stage.last_day for stage in stages if stage.last_day), default=None)
    return replace(
        plan,
        stages=stages,
        observation_ends=ends,
        free_from=ends + DAYS[1] if ends else plan.free_from,
        daily_checks=daily_checks(stages),
        flags=(*plan.flags, rule.flag.name),
        restrictions=(*plan.restrictions, rule.restriction.name),
        why=Reasons([*why, *_zone_reasons(pack, rule, plan, zone)]),
    )


def _pieces(stages: tuple[Stage, ...], rule: ZoneRule, first: date, last: date) -> list[_Piece]:
    """Return the days of the stages with the zone's days between first and last laid over them."""
    found: list[_Piece] = []
    open_from = first  # the first day of the zone not yet taken care of
    for index, stage in enumerate(stages):
        if stage.last_day is None:
            # A hold keeps at least its first day, on which the test is taken.
            begins = max(first, stage.first_day + DAYS[1])
            closed = replace(stage, closed_early_on=begins) if begins <= last else stage
            found.append(_Piece(stage.first_day, begins - DAYS[1], index, closed))
            open_from = begins
        elif _covers(stage, rule) or stage.last_day < first or stage.first_day > last:
            found.append(_Piece(stage.first_day, stage.last_day, index, stage))
            open_from = max(open_from, stage.last_day + DAYS[1])
        else:
            found += _cut(stage, stage.last_day, index, first, last)
            open_from = max(open_from, stage.last_day + DAYS[1])
    if open_from <= last:
        found.append(_Piece(open_from, last))
    return _merged(found)


def _covers(stage: Stage, rule: ZoneRule) -> bool:
    return KINDS.index(stage.kind) <= KINDS.index(rule.kind)


def _cut(stage: Stage, ends: date, index: int, first: date, last: date) -> Iterator[_Piece]:
    """Yield a lax stage in up to three parts: before the zone, filled by it, after it."""
    begins, filled_to = max(first, stage.first_day), min(ends, last)
    if stage.first_day == stage.day0 and begins == stage.day0 + DAYS[1]:
        begins = stage.day0  # nothing but day 0 would be left before it
    if begins > stage.first_day:
        yield _Piece(stage.first_day, begins - DAYS[1], index)
    yield _Piece(begins, filled_to, sources=[index])
    if filled_to < ends:
        yield _Piece(filled_to + DAYS[1], ends, index)


def _merged(pieces: list[_Piece]) -> list[_Piece]:
    """Return the pieces with fillings that follow each other as one."""
    found: list[_Piece] = []
    for piece in pieces:
        before = found[-1] if found else None
        fills = piece.source is None and before is not None and before.source is None
        if before and fills and before.last + DAYS[1] == piece.first:
            before.last = piece.last
            before.sources += piece.sources
        else:
            found.append(piece)
    return found


def _built(
    pack: Pack, rule: ZoneRule, plan: Plan, pieces: list[_Piece]
) -> tuple[tuple[Stage, ...], list[Reason]]:
    """Return the stages of the pieces, and the plan's reasons under their new places."""
    stages: list[Stage] = []
    why = [one for one in plan.why if not one.item.startswith("stages[")]
    for index, piece in enumerate(pieces):
        before = stages[-1].last_day if stages else None
        if before is None and stages:
            before = piece.first - DAYS[1]  # after a hold
        stage = piece.stage or _stage(pack, rule, plan, piece, before)
        stages.append(stage)
        why += _moved(rule, plan, piece, stage, f"stages[{index}]")
    return tuple(stages), why


def _stage(pack: Pack, rule: ZoneRule, plan: Plan, piece: _Piece, before: date | None) -> Stage:
    """Return a part of a stage or a filling; day 0 is the last day before it, else its first."""
    follows = before is not None and before + DAYS[1] == piece.first
    day0 = piece.first - DAYS[1] if follows else piece.first
    first_counts = not follows and pack.word("day_count") == "same_day"
    shift = 1 if first_counts else 0
    fills = piece.source is None
    dates = {test.date for _item, test in _tests_within(plan, piece)}
    if fills:
        dates |= set(_rounds(pack, day0, piece.last, shift))
    return Stage(
        kind=rule.kind if piece.source is None else plan.stages[piece.source].kind,
        day0=day0,
        first_day=piece.first,
        last_day=piece.last,
        days=max(1, (piece.last - day0).days + shift),
        tests=tuple(PlannedTest(max(1, (day - day0).days + shift), day) for day in sorted(dates)),
    )


def _rounds(pack: Pack, day0: date, last: date, shift: int) -> Iterator[date]:
    """Yield the days of the mass rounds: day 1, then every so many days, while the zone lasts."""
    apart = pack.number("zone_round_days")
    for number in range(pack.number("zone_rounds")):
        day = min(day0 + DAYS[1 - shift], last) + DAYS[number * apart]
        if day <= last:
            yield day


def _tests_within(plan: Plan, piece: _Piece) -> Iterator[tuple[str, PlannedTest]]:
    """Yield the plan's own tests on the days of a piece, with their places in the plan."""
    indices = piece.sources if piece.source is None else [piece.source]
    for index in indices:
        for number, test in enumerate(plan.stages[index].tests):
            if piece.first <= test.date <= piece.last:
                yield f"stages[{index}].tests[{number}]", test


def _moved(rule: ZoneRule, plan: Plan, piece: _Piece, stage: Stage, item: str) -> Iterator[Reason]:
    """Yield the reasons of a stage under its place in the new chain."""
    known = {one.item: one for one in plan.why}
    own = {test.date: known[place] for place, test in _tests_within(plan, piece)}
    if piece.source is None:
        yield reason(item, rule.ground, rule.title.zh, rule.title.en)
        yield reason(f"{item}.last_day", rule.until, rule.title.zh, rule.title.en)
    else:
        yield known[f"stages[{piece.source}]"].about(item)
        days = known.get(f"stages[{piece.source}].days")
        if days and piece.stage:  # of a part the stated number of days is not true
            yield days.about(f"{item}.days")
    for number, test in enumerate(stage.tests):
        place = f"{item}.tests[{number}]"
        if test.date in own:
            yield own[test.date].about(place)
        else:
            words = ("封控期间全员核酸检测", "test in a round of mass testing")
            yield reason(place, rule.test, *words)


def _zone_reasons(pack: Pack, rule: ZoneRule, plan: Plan, zone: Zone) -> Iterator[Reason]:
    days = f"{zone.since.isoformat()} – {zone.last_day.isoformat()}"
    words = (f"{rule.title.zh}：{zone.place} {days}", f"{rule.title.en}: {zone.place} {days}")
    yield Reason("zone", rule.ground.rests_on, *words, rule.ground.quote, rule.ground.reading)
    flag, rule_out = rule.flag, rule.restriction
    yield reason(f"flags.{flag.name}", flag.ground, flag.name, flag.name)
    item = f"restrictions[{len(plan.restrictions)}]"
    yield reason(item, rule_out.ground, rule_out.name, rule_out.name)
    if not plan.stages:
        yield reason("observation_ends", rule.until, rule.title.zh, rule.title.en)
        yield reason("daily_checks", pack.checks, "每日健康监测", "daily health check")
