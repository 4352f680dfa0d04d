"""Returns of the last weeks and the next days, lived through day by day with the real services."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.utils import timezone

from config.seeding.news import BEFORE, NAMES, publish
from config.seeding.people import Community
from config.seeding.places import COUNTY
from grid.audit import acting
from grid.days import at
from grid.errors import Refused
from grid.models import Person, Place
from returnees.choices import Channel, HealthCode, StageKind, TestResult, Transport
from returnees.models import HealthLog, Stage, Test
from returnees.policies import activate_policy
from returnees.services.health import log_health
from returnees.services.reports import (
    CertificateInput,
    ReportInput,
    StayInput,
    register_reports,
)
from returnees.services.stages import close_due_stages, close_stage
from schedules import services as work
from schedules.choices import ContactChannel, ContactOutcome, Evidence
from schedules.models import Contact, Task

DAYS_BACK = 24
DAYS_AHEAD = 4
DILIGENCE = 0.95  # share of past work that was done
KINDS = ["other"] * 62 + ["midhigh"] * 14 + ["keyconcern"] * 12 + ["overseas"] * 8 + ["late"] * 4
STAYS = {"midhigh": ["980101", "980103"], "keyconcern": ["980201"]}
QUIET = ["980102", "980202", "970101", "970102", "990201", "990202"]
UNITS = ["临沧湾电子厂", "望潮建筑公司", "长堤物流园", "自由职业", "石桥服装厂", "在校学生"]
WORK = ["务工", "务工", "司机", "经商", "学生", "餐饮服务"]
OUTCOMES = {
    Evidence.POLICY_TEXT: (ContactChannel.WECHAT, ContactOutcome.DONE),
    Evidence.CALL: (ContactChannel.CALL, ContactOutcome.REACHED),
    Evidence.TRAVEL_REMINDER: (ContactChannel.WECHAT, ContactOutcome.DONE),
    Evidence.MEASURE: (ContactChannel.VISIT, ContactOutcome.KEPT),
    Evidence.VISIT: (ContactChannel.VISIT, ContactOutcome.DONE),
    Evidence.NEEDS: (ContactChannel.VISIT, ContactOutcome.NO_NEED),
    Evidence.WASTE: (ContactChannel.VISIT, ContactOutcome.DONE),
    Evidence.FOLLOW_UP: (ContactChannel.CALL, ContactOutcome.REACHED),
}

CHECKS = {Evidence.HEALTH_LOG, Evidence.TEMPERATURE, Evidence.CODE}


def make_policy(*, pack: str, today: date) -> None:
    """Publish the risk list of long ago and put a notice in force for the county."""
    since = today - timedelta(days=60)
    publish(BEFORE, day=since, by=None)
    activate_policy(pack=pack, place=Place.objects.get(pk=COUNTY), since=since, by=None)


def live_through(*, community: Community, count: int, random: Random, now: datetime) -> int:
    """Register so many returns and do most of the work they brought, up to this moment.

    Returns how many were registered: no more than there are residents.
    """
    today = timezone.localdate(now)
    arrivals = _deal(community.residents, count, random, today)
    for back in range(DAYS_BACK, 0, -1):
        day = today - timedelta(days=back)
        _register(arrivals.pop(day, []), random, day=day, now=at(day, time(18)))
        work.run_day(day=day, now=at(day, time(18)))
        _do_work(day, random, share=DILIGENCE, now=at(day, time(22)))
        _close_stages(day)
        work.close_day(day=day, now=at(day + timedelta(days=1), time(0, 1)))
    for day in sorted(arrivals):
        _register(arrivals[day], random, day=day, now=now)
    work.run_day(day=today, now=now)
    _do_work(today, random, share=0.45, now=now)
    _find_abnormal(today, random, now)
    return min(count, len(community.residents))


Arrivals = dict[date, list[tuple[Person, str]]]


def _deal(residents: list[Person], count: int, random: Random, today: date) -> Arrivals:
    """Deal persons and kinds of return to the days, fewer long ago and a wave just ahead."""
    days = list(range(-DAYS_BACK, DAYS_AHEAD + 1))
    weights = [1 + 2 * (n + DAYS_BACK) / DAYS_BACK for n in days]
    chosen = random.sample(residents, min(count, len(residents)))
    arrivals: Arrivals = {}
    for person, offset in zip(chosen, random.choices(days, weights, k=len(chosen)), strict=True):
        day = today + timedelta(days=offset)
        arrivals.setdefault(day, []).append((person, random.choice(KINDS)))
    return arrivals


def _register(
    arrivals: list[tuple[Person, str]], random: Random, *, day: date, now: datetime
) -> None:
    register_reports(
        reports=[_report(person, kind, random, day, now) for person, kind in arrivals],
        by=None,
        now=now,
        why="seed",
    )


def _report(person: Person, kind: str, random: Random, day: date, now: datetime) -> ReportInput:
    arrives = at(day, time(random.randint(9, 17), random.choice((0, 20, 40))))
    departs = arrives - timedelta(hours=random.randint(3, 20))
    lead = timedelta(hours=random.randint(2, 20) if kind == "late" else random.randint(24, 60))
    origin = random.choice(STAYS.get(kind, QUIET))
    transport = random.choice([Transport.TRAIN, Transport.SELF_DRIVE, Transport.COACH])
    return ReportInput(
        person=person,
        place_code=person.place_id,
        address=person.household.address if person.household else "",
        origin_code=origin,
        origin_text=_origin_text(origin),
        departs_at=departs,
        arrives_at=arrives,
        reported_at=min(departs - lead, now),
        arrived=arrives <= now,
        transport=transport,
        transport_no=f"G{random.randint(100, 999)}" if transport == Transport.TRAIN else "",
        health_code=HealthCode.GREEN if random.random() < 0.97 else HealthCode.YELLOW,
        employer=random.choice(UNITS),
        occupation=random.choice(WORK),
        health_state="良好",
        declared_true=True,
        stays=(StayInput(last_day=departs.date(), place_code=origin),),
        certificates=_certificates(random, day),
        channel=random.choice([Channel.SELF, Channel.CADRE]),
        **_overseas(kind, random, day),
    )


def _origin_text(code: str) -> str:
    return "".join(NAMES[code[:n]] for n in (2, 4, 6) if code[:n] in NAMES)


def _certificates(random: Random, day: date) -> tuple[CertificateInput, ...]:
    if random.random() < 0.1:
        return ()
    return (CertificateInput(sampled_on=day - timedelta(days=random.randint(1, 6))),)


def _overseas(kind: str, random: Random, day: date) -> dict[str, Any]:
    if kind != "overseas":
        return {}
    served = random.choice((14, 14, 14, 10))
    return {
        "entered_on": day - timedelta(days=served + 1),
        "quarantine_days": served,
        "quarantine_proof": True,
        "negative_tests": 2,
    }


def _do_work(day: date, random: Random, *, share: float, now: datetime) -> None:
    """Write evidence for most of what was to be done by then, and let it close the tasks."""
    tasks = Task.objects.open_by(day).select_related("duty", "episode__policy").order_by("pk")
    logs: dict[int, HealthLog] = {}
    contacts, touched = [], set()
    for task in tasks:
        if random.random() > share:
            continue
        moment = _moment(day, random, now)
        evidence = task.duty.evidence
        if evidence in CHECKS:
            if task.episode.is_active and (evidence != Evidence.HEALTH_LOG or task.due_day == day):
                logs.setdefault(task.episode_id, _log(task, random, day, moment))
        elif evidence in OUTCOMES:
            contacts.append(_contact(task, evidence, day, moment))
        elif evidence == Evidence.TEST:
            _take_tests(task, moment)
        touched.add(task.episode_id)
    with acting(by=None, why="seed"):
        HealthLog.objects.bulk_create(logs.values(), batch_size=2000)
        Contact.objects.bulk_create(contacts, batch_size=2000)
    work.reconcile(episode_ids=touched, now=now)


def _moment(day: date, random: Random, now: datetime) -> datetime:
    latest = min(now, at(day, time(20)))
    earliest = min(at(day, time(7)), latest)
    return earliest + (latest - earliest) * random.random()


def _log(task: Task, random: Random, day: date, moment: datetime) -> HealthLog:
    return HealthLog(
        episode=task.episode,
        place_id=task.place_id,
        day=day,
        at=moment,
        temperature=Decimal(random.randint(361, 370)) / 10,
        health_code=HealthCode.GREEN,
        channel=Channel.CADRE,
        logged_by_id=task.holder_id,
    )


def _contact(task: Task, evidence: str, day: date, moment: datetime) -> Contact:
    channel, outcome = OUTCOMES[Evidence(evidence)]
    return Contact(
        episode=task.episode,
        place_id=task.place_id,
        kind=evidence,
        channel=channel,
        outcome=outcome,
        day=day,
        at=moment,
        by_id=task.holder_id,
        classification=task.episode.classification,
        policy_digest=task.episode.policy.digest if evidence == Evidence.POLICY_TEXT else "",
    )


def _take_tests(task: Task, moment: datetime) -> None:
    """Enter a negative result for what the task is about; results come the same evening."""
    Test.objects.due().filter(episode=task.episode, planned_on__lte=task.due_day).update(
        result=TestResult.NEGATIVE, sampled_at=moment, result_at=moment, laboratory="县疾控中心"
    )


def _close_stages(day: date) -> None:
    """Close what is over by the evening of a day; sites write a release note for theirs."""
    close_due_stages(day=day, now=at(day, time(22)))
    over = (
        Stage.objects.open()
        .filter(kind=StageKind.CENTRALISED, last_day__lt=day, episode__state="active")
        .exclude(tests__in=Test.objects.due())
        .select_related("episode")
        .order_by("pk")
    )
    for stage in over:
        with suppress(Refused):  # a stage whose gate is shut stays held: that is believable too
            close_stage(
                stage=stage,
                by=None,
                closed_on=day,
                release_note=f"青解〔{day:%m%d}〕{stage.pk % 1000:03d}号",
                now=at(day, time(22)),
            )


def _find_abnormal(today: date, random: Random, now: datetime) -> None:
    """Let two persons run a temperature, so that the dashboard has something red to show."""
    waiting = Task.objects.on(today).pending().filter(duty__evidence=Evidence.HEALTH_LOG)
    for task in waiting.select_related("episode", "holder").order_by("pk")[:2]:
        log_health(
            episode=task.episode,
            temperature=Decimal("37.8"),
            symptoms=["dry_cough"],
            by=task.holder,
            channel=Channel.CADRE,
            now=now,
        )
        work.reconcile(episode_ids=[task.episode_id], now=now)
