"""Every notice's duties: each word for evidence closes its task by an act on a page."""

from datetime import timedelta

import pytest
from django.urls import reverse

from grid.days import today
from grid.models import Place
from policies import schema
from returnees.choices import Mark, TestPurpose, TestResult
from returnees.models import Abnormality, Episode, Test
from returnees.policies import activate_policy, pack_of, store_pack
from schedules.choices import ContactKind, Evidence
from schedules.models import Duty, DutySpan, Task
from schedules.reading import today_of
from schedules.services import log_health, reconcile, sync_duties
from schedules.services.duties import EVIDENCE, NO_ROW, WITHOUT_TASKS, duty_rows
from schedules.views.work import Words
from tests.cast import COUNTY
from tests.factories.returnees import ELSEWHERE, an_episode, at_risk, in_force
from tests.factories.schedules import clock, contact, returnee
from tests.schedules.pages import browser, entry, noon, soup  # noqa: F401  noon is a fixture

SHIPPED = schema.keys()
OWED = [(pack, key, word) for pack in SHIPPED for key, word in duty_rows(schema.load(pack))]
# What the page of each kind of evidence is sent; a contact sends the outcome of its kind.
SENT = {
    Evidence.HEALTH_LOG: {"temperature": "36.5", "no_symptoms": "1"},
    Evidence.TEMPERATURE: {"temperature": "36.5", "no_symptoms": "1"},
    Evidence.CODE: {"temperature": "36.5", "no_symptoms": "1", "health_code": "green"},
    Evidence.ARRIVAL: {},
    Evidence.LANDING: {},
    Evidence.TEST: {"result": TestResult.NEGATIVE},
    Evidence.POLICY_TEXT: {"channel": "wechat", "outcome": "done"},
    Evidence.CALL: {"channel": "call", "outcome": "reached"},
    Evidence.TRAVEL_REMINDER: {"channel": "sms", "outcome": "done"},
    Evidence.MEASURE: {"channel": "visit", "outcome": "kept"},
    Evidence.VISIT: {"channel": "visit", "outcome": "done"},
    Evidence.NEEDS: {"channel": "visit", "outcome": "no_need"},
    Evidence.WASTE: {"channel": "visit", "outcome": "done"},
    Evidence.FOLLOW_UP: {"channel": "call", "outcome": "reached"},
}


@pytest.mark.parametrize("pack", SHIPPED)
def test_every_word_for_evidence_is_known_and_every_duty_is_a_row_or_says_why_not(pack):
    notice = schema.load(pack)
    words = {duty.evidence for duty in notice.duties}

    assert words <= EVIDENCE.keys() | NO_ROW
    assert set(EVIDENCE) | NO_ROW == set(schema.EVIDENCE)
    without = [d for d in notice.duties if (d.key, d.evidence) not in duty_rows(notice)]
    assert {duty.at for duty in without} <= WITHOUT_TASKS


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize(("pack", "key", "word"), OWED)
def test_every_duty_of_every_notice_closes_by_an_act_on_its_page(world, pack, key, word):
    task = owed(pack, key, word, world)

    act(task, world)

    task.refresh_from_db()
    assert task.is_done
    assert task.done_by == world.worker


def owed(pack, key, word, world) -> Task:
    """Return a task of this duty, due today, toward somebody under its notice."""
    in_force(pack)
    sync_duties()
    row = duty_rows(schema.load(pack))[key, word]
    arriving = row.evidence in (Evidence.ARRIVAL, Evidence.LANDING)
    when = {"arrives_at": clock(11), "arrived": not arriving, "reported_at": clock(9, -2)}
    episode = an_episode(person=world.person, **when)
    reconcile(episode_ids=[episode.pk])
    if arriving:
        return Task.objects.get(episode=episode, duty=row.pk)
    Task.objects.filter(episode=episode).delete()
    DutySpan.objects.filter(episode=episode).delete()
    if row.evidence == Evidence.TEST:
        Test.objects.filter(episode=episode).delete()
        Test.objects.create(
            episode=episode, purpose=TestPurpose.EXTRA, n=1, planned_on=today(), due_on=today(),
            clause=row.clause,
        )  # fmt: skip
    return Task.objects.create(
        episode=episode, duty_id=row.pk, due_day=today(), due_at=clock(23), clause=row.clause,
        holder=world.worker, place_id=episode.place_id, occasion="x",
    )  # fmt: skip


def act(task: Task, world) -> None:
    """Do what the task's own button opens, as its holder."""
    work = today_of(world.worker, clock(12))
    (shown,) = [one for one in work.tasks if one.pk == task.pk]
    address = Words(clock(12), work.tests).address(shown)
    sent = SENT[Evidence(task.duty.evidence)]
    if task.duty.evidence == Evidence.TEST:
        sent = {**sent, "sampled_at": f"{today()}T11:30"}
    page = browser(world.worker)
    assert page.get(address).status_code == 200
    assert page.post(address, entry(**sent)).status_code == 302


@pytest.mark.clause("JX57-1b")
@pytest.mark.usefixtures("noon")
def test_the_code_is_looked_at_on_arrival_and_a_log_without_it_does_not_count(world):
    in_force("JX57")
    episode = an_episode(
        person=world.person, arrives_at=clock(11), arrived=True,
        entered_on=today() - timedelta(days=15), quarantine_days=14, quarantine_proof=True,
    )  # fmt: skip
    reconcile(episode_ids=[episode.pk])
    assert first_acts(episode) == {Evidence.TEMPERATURE, Evidence.CODE, Evidence.TEST}
    address = reverse("health-log", args=[episode.pk])
    page = browser(world.worker)

    refused = page.post(address, entry(temperature="36.5", no_symptoms="1"))
    assert refused.status_code == 422
    assert "which colour the health code has" in soup(refused).get_text()

    log_health(episode=episode, temperature="36.5", symptoms=[], by=world.cadre, now=clock(12))
    assert first_acts(episode) == {Evidence.CODE, Evidence.TEST}
    page.post(address, entry(temperature="36.5", no_symptoms="1", health_code="green"))
    assert first_acts(episode) == {Evidence.TEST}


def first_acts(episode: Episode) -> set[str]:
    """Return what is still owed on arrival beside the daily check."""
    open_ = Task.objects.pending().filter(episode=episode).exclude(duty__missable=True)
    return set(open_.values_list("duty__evidence", flat=True))


@pytest.mark.clause("JL-2.2d", "A-07")
@pytest.mark.parametrize(("reported", "state"), [(20, "done"), (50, "late")])
def test_a_report_made_after_landing_is_the_landing_report_in_time_by_the_next_day(
    world, reported, state
):
    in_force("JL")
    landed = clock(9, -3)
    episode = an_episode(
        person=world.person, arrives_at=landed, arrived=True,
        reported_at=landed + timedelta(hours=reported),
    )  # fmt: skip
    reconcile(episode_ids=[episode.pk])

    task = Task.objects.get(episode=episode, duty__evidence=Evidence.LANDING)
    assert (task.state, task.done_at) == (state, landed + timedelta(hours=reported))


@pytest.mark.clause("JL-2.2d")
@pytest.mark.usefixtures("noon")
def test_whoever_is_expected_owes_the_landing_report_and_its_page_confirms_the_arrival(world):
    in_force("JL")
    episode = an_episode(
        person=world.person, arrives_at=clock(11), arrived=False, reported_at=clock(9, -2)
    )
    reconcile(episode_ids=[episode.pk])
    task = Task.objects.get(episode=episode, duty__evidence=Evidence.LANDING)
    assert task.is_pending

    act(task, world)

    episode.refresh_from_db()
    task.refresh_from_db()
    assert episode.is_active
    assert task.is_done


@pytest.mark.clause("JL-2.2e")
@pytest.mark.usefixtures("noon")
def test_the_first_visit_of_the_one_to_one_cadre_is_any_contact_in_person(world):
    in_force("JL")
    episode = an_episode(
        person=world.person, arrives_at=clock(11), arrived=True, reported_at=clock(9, -2)
    )
    reconcile(episode_ids=[episode.pk])
    visit = Task.objects.get(episode=episode, duty__evidence=Evidence.VISIT)
    address = reverse("contact-log", args=[episode.pk])
    page = browser(world.worker)

    page.post(f"{address}?kind=call", entry(channel="call", outcome="reached"))
    visit.refresh_from_db()
    assert visit.is_pending

    page.post(f"{address}?kind=needs", entry(channel="visit", outcome="no_need"))
    visit.refresh_from_db()
    assert visit.is_done


@pytest.mark.clause("JY-2s", "A-38")
@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("pack", SHIPPED)
def test_a_finding_stands_on_the_cadres_day_until_its_outcome_under_every_notice(world, pack):
    in_force(pack)
    episode = an_episode(person=world.person, arrives_at=clock(9), arrived=True)
    page = browser(world.worker)
    assert "Abnormal findings" not in soup(page.get(reverse("today"))).get_text()

    log_health(episode=episode, temperature="37.9", symptoms=["fever"], by=world.worker)

    shown = soup(page.get(reverse("today"))).find(id="findings").get_text(" ")
    assert world.person.name in shown
    assert "report it upward by" in shown
    assert "14:0" in shown, "two hours after noon (A-38)"
    found = Abnormality.objects.get(episode=episode)
    page.post(reverse("abnormality-report", args=[found.pk]))
    assert "reported upward at" in soup(page.get(reverse("today"))).find(id="findings").get_text()
    address = reverse("abnormality-close", args=[found.pk])
    page.post(address, {"outcome": "ruled_out", "note": "抗原阴性"})
    assert "Abnormal findings" not in soup(page.get(reverse("today"))).get_text()


# ---------------------------------------------------------------- stored files


def stored(*changes: tuple[str, str], key: str = "JL"):
    """Put the shipped notice in force as a file of its own, with some words changed."""
    text = (schema.PACKS / f"{key}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    notice = schema.load_text(text, where="file")
    file = store_pack(pack=notice, text=text, base=None, by=None)
    return activate_policy(
        pack=notice.key, file=file, place=Place.objects.get(pk=COUNTY),
        since=today() - timedelta(days=30), by=None,
    )  # fmt: skip


RENAMED = (
    'title = { zh = "每日健康监测", en = "daily health check" }',
    'title = { zh = "早晚测温", en = "temperature twice a day" }',
)


@pytest.mark.usefixtures("noon")
def test_a_stored_file_has_its_own_rows_where_it_says_something_else(world):
    sync_duties()
    before = set(Duty.objects.values_list("pk", flat=True))
    version = stored(RENAMED)
    at_risk(ELSEWHERE, Mark.HIGH)

    assert sync_duties() == 1
    assert sync_duties() == 0

    (new,) = Duty.objects.exclude(pk__in=before)
    assert new.title_en == "temperature twice a day"
    assert Duty.objects.get(pk="JL.health:health_log").title_en == "daily health check"
    episode = an_episode(person=world.person, arrives_at=clock(9), arrived=True)
    assert episode.policy == version
    reconcile(episode_ids=[episode.pk])
    assert "temperature twice a day" in soup(browser(world.worker).get(reverse("today"))).get_text(
        " "
    )


def test_a_stored_file_under_a_new_key_gets_rows_and_work(world):
    stored(('key = "JL"', 'key = "LOC"'))
    at_risk(ELSEWHERE, Mark.HIGH)
    episode = an_episode(person=world.person, arrives_at=clock(9), arrived=True)

    reconcile(episode_ids=[episode.pk])

    assert pack_of(episode.policy).key == "LOC"
    owed_now = Task.objects.filter(episode=episode)
    assert {task.duty.pack for task in owed_now} == {"LOC"}
    assert {task.duty.evidence for task in owed_now} >= {Evidence.LANDING, Evidence.HEALTH_LOG}


def test_what_was_done_under_the_old_notice_is_evidence_under_the_next(world):
    episode = returnee("JY.MIDHIGH", person=world.person)
    contact(episode, ContactKind.MEASURE, now=clock(11))
    # the county changes over to another notice and the episode is planned anew under it
    version = activate_policy(pack="GZ", place=Place.objects.get(pk=COUNTY), since=today(), by=None)
    under(episode, version)

    register = Task.objects.get(episode=episode, duty="GZ.register:arrival_confirmed")
    former = Task.objects.get(episode=episode, duty="JY.six-2:arrival_confirmed")
    assert (register.state, register.done_at) == (former.state, former.done_at)
    assert not Task.objects.pending().filter(episode=episode, duty__pack="JY").exists()
    fresh = Task.objects.filter(episode=episode, duty__pack="GZ")
    states = dict(fresh.values_list("duty__evidence", "state"))
    assert states[Evidence.MEASURE] == "done"


def under(episode: Episode, version) -> None:
    """Plan an episode anew under another notice, as a confirmed re-screening does."""
    from policies.facts import Facts
    from policies.planner import plan

    made = plan(pack_of(version), Facts.parse(episode.facts)).as_dict()
    Episode.objects.filter(pk=episode.pk).update(
        policy=version, plan=made, classification=made["classification"],
        revision=episode.revision + 1,
    )  # fmt: skip
    reconcile(episode_ids=[episode.pk], now=clock(12))
