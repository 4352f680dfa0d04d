"""What is not done climbs the tiers: each told once, answers kept, settled by itself (JY-16c)."""

import sys
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import translation

from grid.choices import Tier
from grid.days import today
from grid.models import Assignment, Leave
from returnees import policies
from returnees.choices import AbnormalityKind
from returnees.models import Abnormality
from schedules.choices import Matter, TaskState
from schedules.models import Channel, Escalation, Reminder, Rung, Task
from schedules.services import answer_escalations, close_day, end_day, escalate, send_due, sweep
from schedules.services.escalation import AnswerRefusedError
from schedules.services.ladders import first_rungs
from tests.cast import COUNTY, VILLAGE
from tests.factories.schedules import clock, returnee
from tests.schedules.pages import browser, soup
from tests.schedules.service import running

escalation = sys.modules[AnswerRefusedError.__module__]


@pytest.fixture
def chain(world):
    """All four tiers above 东关村."""
    since = today() - timedelta(days=9)
    give = Assignment.objects.create
    give(cadre=world.cadre, tier=Tier.HOUSEHOLD, place_id=VILLAGE, at_id=VILLAGE, since=since)
    give(cadre=world.head, tier=Tier.VILLAGE, place_id=VILLAGE, at_id=VILLAGE, since=since)
    give(cadre=world.township, tier=Tier.BLOCK, block=world.block, at_id=VILLAGE[:9], since=since)
    give(cadre=world.county, tier=Tier.COUNTY, place_id=COUNTY, at_id=COUNTY, since=since)
    return world


@pytest.fixture
def unchecked(chain):
    """Somebody whose check of today is the only thing not done."""
    episode = returnee(days=-3)
    drop(Task.objects.exclude(duty__evidence="health_log", due_day=today()))
    Task.objects.filter(state="pending").update(due_at=clock(20))
    return episode


def drop(tasks) -> None:
    tasks.filter(state="pending").update(state="cancelled")


def told(**where) -> list[tuple[int, str]]:
    rows = Escalation.objects.filter(**where).order_by("told_at", "-tier")
    return [(row.tier, row.user.name) for row in rows.select_related("user")]


@pytest.mark.clause("JY-16c")
def test_a_check_missing_at_twenty_climbs_one_tier_after_the_other(unchecked, chain):
    assert escalate(now=clock(19, minute=59)) == 0
    assert escalate(now=clock(20)) == 1
    assert escalate(now=clock(20, minute=5)) == 0
    assert escalate(now=clock(21)) == 1
    assert escalate(now=clock(23)) == 1

    assert told() == [
        (Tier.VILLAGE, chain.head.name),
        (Tier.BLOCK, chain.township.name),
        (Tier.COUNTY, chain.county.name),
    ]


def test_each_cadre_gets_one_notice_with_the_whole_list(unchecked, chain):
    other = returnee(days=-2)
    drop(Task.objects.filter(episode=other).exclude(duty__evidence="health_log"))
    Task.objects.filter(state="pending").update(due_at=clock(20))

    assert escalate(now=clock(20)) == 2

    notice = Reminder.objects.get(kind="escalation")
    assert (notice.user, notice.body["count"]) == (chain.head, 2)
    assert unchecked.person.name not in str(notice.body)
    text = soup(browser(chain.head).get("/notices/")).text
    assert "Daily health check missing" in text


def test_after_an_outage_every_tier_that_is_due_is_told_at_once(unchecked, chain):
    assert escalate(now=clock(23, minute=30)) == 3


def test_what_is_done_climbs_no_further_and_closes(unchecked, chain):
    escalate(now=clock(20))
    Task.objects.filter(state="pending").update(state=TaskState.LATE, done_at=clock(20, minute=30))

    assert escalate(now=clock(23)) == 0
    assert Escalation.objects.get().closed_at == clock(23)


def test_what_was_missed_stays_to_be_answered(unchecked, chain):
    escalate(now=clock(20))
    close_day(now=clock(0, days=1, minute=5))
    escalate(now=clock(0, days=1, minute=10))
    row = Escalation.objects.get()
    assert row.closed_at is None

    answer_escalations(keys=[row.pk], answer="已补测", by=chain.head, now=clock(8, days=1))
    escalate(now=clock(8, days=1, minute=5))

    row.refresh_from_db()
    assert row.closed_at is not None


def test_an_outage_over_the_evening_is_told_before_the_day_is_closed(unchecked, chain):
    sweep(now=clock(7, days=1))

    assert [tier for tier, _name in told()] == [Tier.VILLAGE, Tier.BLOCK, Tier.COUNTY]
    assert Task.objects.filter(state=TaskState.MISSED).exists()


def test_an_evening_without_workers_is_told_by_whoever_closes_the_day(unchecked, chain):
    end_day(now=clock(0, days=1, minute=1))

    assert [tier for tier, _name in told()] == [Tier.VILLAGE, Tier.BLOCK, Tier.COUNTY]
    assert Task.objects.filter(state=TaskState.MISSED).exists()


def test_what_waits_for_its_next_tier_does_not_stand_before_what_is_due(unchecked, chain):
    other = returnee(days=-2)
    drop(Task.objects.filter(episode=other).exclude(duty__evidence="health_log"))
    Task.objects.filter(episode=other, state="pending").update(due_at=clock(19))
    with patch.object(escalation, "MOST", 1):
        assert escalate(now=clock(20)) == 1  # the newest first
        assert escalate(now=clock(20)) == 2  # the other one, due for an hour
        assert escalate(now=clock(20)) == 0


def test_what_nobody_is_left_to_hear_of_does_not_stand_before_the_others(unchecked, chain):
    Assignment.objects.filter(tier=Tier.BLOCK).update(cadre=chain.head)
    assert escalate(now=clock(21)) == 1
    other = returnee(days=-2)
    drop(Task.objects.filter(episode=other).exclude(duty__evidence="health_log"))
    Task.objects.filter(episode=other, state="pending").update(due_at=clock(19))

    with patch.object(escalation, "MOST", 1):
        assert escalate(now=clock(21)) == 1

    assert told(episode=other) == [(Tier.VILLAGE, chain.head.name)]


def test_a_tier_that_nobody_holds_is_passed_over(unchecked, chain):
    Assignment.objects.filter(tier=Tier.BLOCK).delete()

    escalate(now=clock(23))

    assert [tier for tier, _name in told()] == [Tier.VILLAGE, Tier.COUNTY]


def test_whoever_holds_two_tiers_is_told_once(unchecked, chain):
    Assignment.objects.filter(tier=Tier.BLOCK).update(cadre=chain.head)

    escalate(now=clock(20))
    escalate(now=clock(23))

    assert told() == [(Tier.VILLAGE, chain.head.name), (Tier.COUNTY, chain.county.name)]


def test_who_is_on_leave_is_not_told_but_the_cover(unchecked, chain):
    Leave.objects.create(
        user=chain.head, cover=chain.clerk, since=today(), until=today() + timedelta(days=3)
    )

    escalate(now=clock(20))

    assert told() == [(Tier.VILLAGE, chain.clerk.name)]


@pytest.mark.clause("JY-2s")
def test_an_abnormal_finding_not_reported_within_two_hours_climbs(chain):
    episode = returnee(days=-3)
    drop(Task.objects.all())
    finding = Abnormality.objects.create(
        episode=episode, place_id=episode.place_id, kind=AbnormalityKind.SYMPTOM,
        found_at=clock(10), what="38.2",
    )  # fmt: skip

    assert escalate(now=clock(11, minute=59)) == 0
    assert escalate(now=clock(12)) == 1
    finding.reported_at = clock(12, minute=10)
    finding.save()
    assert escalate(now=clock(18)) == 0

    assert told(abnormality=finding) == [(Tier.VILLAGE, chain.head.name)]
    assert Escalation.objects.get().closed_at is not None


@pytest.mark.clause("JY-2s")
def test_a_notice_that_gives_more_hours_for_the_report_is_followed(chain, monkeypatch):
    """Under a notice that says five hours, five hours it is: on the page and up the tiers."""
    episode = returnee(days=-3)
    drop(Task.objects.all())
    shipped = policies.pack_of(episode.policy)
    duties = tuple(
        replace(duty, hours=5) if duty.evidence == "abnormality_closed" else duty
        for duty in shipped.duties
    )
    monkeypatch.setattr(policies, "pack_of", lambda _version: replace(shipped, duties=duties))
    finding = Abnormality.objects.create(
        episode=episode, place_id=episode.place_id, kind=AbnormalityKind.SYMPTOM,
        found_at=clock(10), what="38.2",
    )  # fmt: skip

    assert finding.report_due_at == clock(15)
    assert escalate(now=clock(14, minute=59)) == 0
    assert escalate(now=clock(15)) == 1


@pytest.mark.clause("JY-2o")
def test_three_failed_attempts_climb_to_the_village_at_once(chain):
    episode = returnee("JY.MIDHIGH", days=2)
    call = episode.tasks.filter(duty__evidence="call").earliest("due_at")
    drop(Task.objects.exclude(pk=call.pk))
    Task.objects.filter(pk=call.pk).update(raised_at=clock(9), due_at=clock(23))

    escalate(now=clock(9, minute=1))

    assert told(matter=Matter.UNREACHED) == [(Tier.VILLAGE, chain.head.name)]


def test_an_answer_is_kept_and_only_by_whom_it_was_asked(unchecked, chain):
    escalate(now=clock(20))
    row = Escalation.objects.get()

    with translation.override("en"):
        with pytest.raises(AnswerRefusedError, match="answer"):
            answer_escalations(keys=[row.pk], answer="x", by=chain.township)
        with pytest.raises(AnswerRefusedError, match="Say"):
            answer_escalations(keys=[row.pk], answer=" ", by=chain.head)
    assert answer_escalations(keys=[row.pk], answer="已派人上门", by=chain.head) == 1

    row.refresh_from_db()
    assert row.answer == "已派人上门"
    with pytest.raises(AnswerRefusedError):
        answer_escalations(keys=[row.pk], answer="再答", by=chain.head)


def test_the_message_on_a_channel_is_dropped_once_it_is_answered(unchecked, chain):
    with running() as service:
        channel = Channel.objects.create(name="x", kind="webhook", url=service.url)
        Rung.objects.create(user=chain.head, channel=channel)
        escalate(now=clock(20))
        Reminder.objects.update(created_at=clock(20))
        first_rungs(now=clock(20))
        answer_escalations(keys=[Escalation.objects.get().pk], answer="已派人", by=chain.head)
        send_due(now=clock(20, minute=1))

    assert not service.got
    assert Reminder.objects.get(rung=1).state == "dropped"


def test_an_escalation_rings_in_quiet_hours(unchecked, chain):
    with running() as service:
        channel = Channel.objects.create(name="x", kind="webhook", url=service.url)
        Rung.objects.create(user=chain.county, channel=channel)
        escalate(now=clock(23))
        Reminder.objects.update(created_at=clock(23))
        first_rungs(now=clock(23))
        send_due(now=clock(23))

    assert "健康" in service.got[0]["text"] or "check" in service.got[0]["text"]


def test_the_page_lists_what_is_mine_and_takes_the_answer(unchecked, chain):
    escalate(now=clock(20))
    client = browser(chain.head)
    row = Escalation.objects.get()

    page = soup(client.get("/escalations/"))
    assert unchecked.person.name in page.text
    client.post("/escalations/answer/", {"row": [row.pk], "answer": "已联系"})

    assert "已联系" in soup(client.get("/escalations/")).text


def test_who_has_what_unanswered_is_shown_to_those_above(unchecked, chain):
    escalate(now=clock(20))

    page = soup(browser(chain.township).get("/escalations/?show=all"))

    assert chain.head.name in page.find("table").text


def test_a_cadre_of_another_village_sees_none_of_it(unchecked, chain):
    escalate(now=clock(20))

    page = soup(browser(chain.neighbour).get("/escalations/?show=all"))

    assert unchecked.person.name not in page.text


def test_the_number_of_queries_does_not_grow_with_the_subjects(
    unchecked, chain, django_assert_max_num_queries
):
    for _more in range(4):
        returnee(days=-2)
    Task.objects.filter(state="pending").update(due_at=clock(12))

    with django_assert_max_num_queries(24):
        assert escalate(now=clock(20)) > 4
