"""The latest news of the invented county: lists, a re-screening that waits, people who are away."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from random import Random

from django.utils import timezone

from config.seeding.people import Community
from config.seeding.places import COUNTY, ORIGINS
from grid.errors import Refused
from grid.models import Person, Place, User
from returnees.models import Episode, RiskListVersion
from returnees.policies import pack_of
from returnees.risk_lists.words import RiskLine
from returnees.services.away import note_away
from returnees.services.confirming import confirm
from returnees.services.overrides import propose_override
from returnees.services.permits import Journey, ask_permit
from returnees.services.risk_drafts import draft_list
from returnees.services.risk_publishing import publish_list
from returnees.services.screening import start_screening
from schedules import services as work

DAY = timedelta(days=1)
SOURCE = "示例风险名单"
NAMES = {code: name for code, name, _marks in ORIGINS}
# What the list of long ago says, and what those of two days ago and of today add to it.
BEFORE = [(code, mark) for code, _name, marks in ORIGINS for mark in marks]
LATELY = [*BEFORE, ("980102", "mid")]
TODAY = [*LATELY, ("980202", "high")]
GONE = [("980202", 4), ("980103", 9), ("970101", 3), ("980101", 6), ("9802", 12), ("990201", 2)]


def publish(marks: list[tuple[str, str]], *, day: date, by: User | None) -> RiskListVersion:
    """Publish the list of a day: its lines are read and resolved like those of any other."""
    lines = [
        RiskLine(row=row, mark=mark, text="".join(path), path=path)
        for row, (code, mark) in enumerate(marks, start=1)
        for path in [tuple(NAMES[code[:n]] for n in (2, 4, 6) if code[:n] in NAMES)]
    ]
    return publish_list(version=draft_list(day=day, lines=lines, source=SOURCE, by=by), by=by)


def make_news(*, community: Community, random: Random, now: datetime) -> None:
    """Let a list of two days ago be worked through, and one of today wait for confirmation.

    Some residents are away, one class is proposed to be set by people, one wants to leave.
    """
    today = timezone.localdate(now)
    county = community.cast["县防指办管理员"][0]
    lately = start_screening(
        risk_list=publish(LATELY, day=today - 2 * DAY, by=county), by=county, now=now
    )
    confirm(screening=lately, by=county, now=now)
    touched = list(lately.items.values_list("episode", flat=True))
    work.reconcile(episode_ids=touched, now=now)
    work.tell_screened(screening_id=lately.pk, episode_ids=touched, now=now)
    start_screening(risk_list=publish(TODAY, day=today, by=county), by=county, now=now)
    _away(random, today)
    _override()
    _permit(today)


def _away(random: Random, today: date) -> None:
    """Note some residents as away, two of them in places of today's list."""
    managed = Episode.objects.open().values("person")
    home = Person.objects.filter(place__code__startswith=COUNTY).exclude(pk__in=managed)
    home = home.exclude(household=None).select_related("household").order_by("pk")
    for person, (code, days) in zip(home[:: max(1, home.count() // 6)], GONE, strict=False):
        note_away(
            person=person,
            place=Place.objects.get(pk=code),
            since=today - random.randint(20, 200) * DAY,
            returns_on=today + days * DAY,
            occupation=random.choice(["务工", "经商", "学生"]),
            by=None,
            day=today,
        )


def _override() -> None:
    """Propose the class of a contact for somebody of no risk, to be decided by the township."""
    people = Episode.objects.active().select_related("policy", "responsible", "person")
    episode = people.filter(responsible__isnull=False, classification__endswith=".OTHER").first()
    if episode is None:
        return
    rows = [row.name for row in pack_of(episode.policy).rows if row.when.contact]
    if rows:
        with suppress(Refused):  # a notice may have no row that fits
            propose_override(
                episode=episode,
                row=next((name for name in rows if "GENERAL" in name), rows[0]),
                reason="与确诊病例同车厢，流调结论未出",
                by=episode.responsible,
            )


def _permit(today: date) -> None:
    """Let somebody who is free ask to leave the prefecture."""
    managed = Episode.objects.open().values("person")
    person = Person.objects.filter(place__code__startswith=COUNTY).exclude(pk__in=managed).last()
    if person:
        ask_permit(
            person=person,
            journey=Journey(
                destination=Place.objects.get(pk="990201"),
                text="南屏市竹溪区",
                leaves_on=today + DAY,
                returns_on=today + 3 * DAY,
                necessity="母亲住院陪护",
                sampled_on=today - 2 * DAY,
                result="negative",
            ),
            by=None,
            day=today,
        )
