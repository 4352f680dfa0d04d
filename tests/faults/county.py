"""A county of villages with two cadres each and people who came home, in a database of its own."""

from datetime import timedelta
from typing import Any

from grid.choices import Role, Tier
from grid.days import today
from grid.models import Assignment, Block, BlockVillage, Place, Post, User
from returnees.choices import Mark
from returnees.services.inputs import CertificateInput, ReportInput
from returnees.services.reports import register_reports
from schedules import sql
from schedules.choices import ChannelKind
from schedules.models import Channel, Rung
from schedules.services import run_day
from tests.cast import COUNTY, TOWN, build_world
from tests.factories.returnees import ELSEWHERE, a_report, at_risk, id_number, in_force
from tests.factories.schedules import clock

PER_VILLAGE = 25
ARRIVALS = (-6, -4, -2, -1, 3, 6, 9)  # days from today


def villages(people: int) -> list[str]:
    """Return the codes of as many villages as so many people need."""
    return [f"{TOWN}{n}" for n in range(301, 301 + max(2, people // PER_VILLAGE))]


def build_county(people: int) -> None:
    """Write places, cadres with all four tiers, and people; the day's work is made."""
    world = build_world()
    since = today() - timedelta(days=200)
    block = Block.objects.create(township_id=TOWN, name="南片")
    for n, code in enumerate(villages(people)):
        Place.objects.create(
            code=code, name=f"第{n}村民委员会", level=Place.level_of(code), parent_id=TOWN
        )
        BlockVillage.objects.create(block=block, village_id=code)
        one, other, head = (
            User.objects.create(phone=f"1541{n:05d}{k:02d}", name=f"包保{n}-{k}", password="!")
            for k in range(3)
        )
        for user, role in (
            (one, "VILLAGE_CADRE"),
            (other, "VILLAGE_CADRE"),
            (head, "VILLAGE_HEAD"),
        ):
            Post.objects.create(user=user, role=Role[role], place_id=code, since=since)
        give(one, Tier.HOUSEHOLD, since, place_id=code, at_id=code)
        give(head, Tier.VILLAGE, since, place_id=code, at_id=code)
    give(world.township, Tier.BLOCK, since, block=block, at_id=TOWN)
    give(world.county, Tier.COUNTY, since, place_id=COUNTY, at_id=COUNTY)
    in_force()
    at_risk(ELSEWHERE, Mark.KEY_CONCERN, days=100)
    register_reports(reports=[report(n, people) for n in range(people)], by=None)
    run_day(now=clock(0, minute=5))
    sql.run("ANALYZE")


def give(user: User, tier: Tier, since: Any, **target: Any) -> None:
    """Make a cadre answer for something."""
    Assignment.objects.create(cadre=user, tier=tier, since=since, **target)


def report(n: int, people: int, *, arrives: int | None = None) -> ReportInput:
    """Return the nth person's report, made today: some are here, some are still to come."""
    days = ARRIVALS[n % len(ARRIVALS)] if arrives is None else arrives
    here = days < 0
    codes = villages(people)
    return a_report(
        place_code=codes[n % len(codes)],
        arrives_at=clock(9, days),
        reported_at=clock(9, min(0, days) - 1),
        name=f"何归来{n}",
        id_number=id_number(n + 1),
        phone=f"1542{n:07d}",
        arrived=here,
        home_single_room=True,
        certificates=(CertificateInput(sampled_on=today() + timedelta(days=days - 1)),)
        if here
        else (),
    )


def one_channel(url: str) -> None:
    """Give the whole county one rung: a service that knows a message by its key."""
    channel = Channel.objects.create(
        name="sms", kind=ChannelKind.WEBHOOK, url=url, honours_keys=True
    )
    Rung.objects.create(place_id=COUNTY, position=1, channel=channel)
