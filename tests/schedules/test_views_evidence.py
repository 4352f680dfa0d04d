"""Entries: what is typed closes the task, once; faults keep what was typed; scope and right."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from returnees.choices import EpisodeState, TestResult
from returnees.models import HealthLog, Test
from schedules.choices import ContactKind, ContactOutcome, Evidence, TaskState
from schedules.models import Contact
from tests.factories.schedules import returnee, task
from tests.schedules.pages import browser, entry, htmx, noon, soup

__all__ = ["noon"]
pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def episode(world):
    return returnee(person=world.person, household=world.household)


@pytest.fixture
def client(world):
    return browser(world.worker)


def health(episode):
    return reverse("health-log", args=[episode.pk])


def contact(episode, kind):
    return f"{reverse('contact-log', args=[episode.pk])}?kind={kind}"


@pytest.mark.clause("JY-2r")
def test_the_form_opens_empty_whatever_was_logged_before(client, episode):
    client.post(health(episode), entry(temperature="36.4", no_symptoms="1"))

    form = soup(client.get(health(episode), **htmx()))

    assert not form.find("html")
    assert form.find("input", attrs={"name": "temperature"}).get("value") is None
    assert form.find("input", attrs={"name": "temperature"})["inputmode"] == "decimal"
    assert not form.find_all("input", attrs={"name": "symptoms", "checked": True})


def test_no_symptoms_is_one_tap_and_closes_the_check(client, world, episode):
    client.post(health(episode), entry(temperature="36.6", no_symptoms="1"))

    log = HealthLog.objects.get()
    assert (str(log.temperature), log.symptoms, log.logged_by) == ("36.6", [], world.worker)
    assert task(episode, Evidence.HEALTH_LOG).evidence_key == log.pk


@pytest.mark.parametrize("typed", ["３６．６", "36。6", "36,6", " 36.6℃"])
def test_a_temperature_is_read_as_chinese_keyboards_type_it(client, episode, typed):
    client.post(health(episode), entry(temperature=typed, no_symptoms="1"))

    assert str(HealthLog.objects.get().temperature) == "36.6"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"temperature": "366", "no_symptoms": "1"}, "between 34 and 43"),
        ({"temperature": "nan", "no_symptoms": "1"}, "between 34 and 43"),
        ({"temperature": "36.66", "no_symptoms": "1"}, "One decimal"),
        ({"temperature": "abc", "no_symptoms": "1"}, "as a number"),
        ({"temperature": "36.6"}, "Press “no symptoms”, or tick"),
        ({"temperature": "36.6", "symptoms": ["fever"], "no_symptoms": "1"}, "You ticked symptoms"),
    ],
)
def test_a_fault_is_one_sentence_and_keeps_what_was_typed(client, episode, values, sentence):
    answer = client.post(health(episode), entry(**values), **htmx())

    form = soup(answer)
    assert answer.status_code == 422
    assert sentence in form.text
    typed = form.find("input", attrs={"name": "temperature"})
    assert typed["value"] == values["temperature"]
    assert not HealthLog.objects.exists()


def test_symptoms_are_kept_as_named(client, episode):
    client.post(health(episode), entry(temperature="38.1", symptoms=["fever", "dry_cough"]))

    assert HealthLog.objects.get().symptoms == ["fever", "dry_cough"]


@pytest.mark.clause("JY-2s")
def test_an_abnormal_finding_tells_the_cadre_what_to_do_at_once(client, episode):
    feverish = client.post(health(episode), entry(temperature="37.3", no_symptoms="1"), **htmx())

    assert "report it within 2 hours" in soup(feverish).find(id="progress").text
    assert episode.abnormalities.open().count() == 1


def test_an_ordinary_check_raises_no_alarm(client, episode):
    well = client.post(health(episode), entry(temperature="37.2", no_symptoms="1"), **htmx())

    assert "2 hours" not in soup(well).text


def test_the_same_entry_sent_twice_stays_one(client, episode):
    twice = entry(temperature="36.6", no_symptoms="1")

    answers = [client.post(health(episode), twice) for _n in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert HealthLog.objects.count() == 1


def test_a_form_without_a_key_is_an_entry_of_its_own(client, episode):
    client.post(health(episode), {"temperature": "36.6", "no_symptoms": "1", "entry_key": ""})

    assert HealthLog.objects.get().entry_key is not None


def test_the_phones_own_time_is_kept_beside_the_servers(client, episode):
    typed = "2021-02-08T07:30:00.000Z"

    client.post(health(episode), entry(temperature="36.6", no_symptoms="1", phone_at=typed))

    log = HealthLog.objects.get()
    assert log.phone_at.isoformat() == "2021-02-08T07:30:00+00:00"
    assert timezone.now() - log.at < timedelta(minutes=5)


def test_an_entry_from_another_page_reloads_it(client, episode):
    at = "http://testserver/persons/1/"

    answer = client.post(health(episode), entry(temperature="36.6", no_symptoms="1"), **htmx(at))

    assert answer["HX-Refresh"] == "true"


def test_an_entry_from_its_own_page_leads_back_to_the_day(client, episode):
    at = f"http://testserver{health(episode)}"

    answer = client.post(health(episode), entry(temperature="36.6", no_symptoms="1"), **htmx(at))

    assert answer["HX-Redirect"] == "/today/"


@pytest.mark.parametrize(("who", "status"), [("neighbour", 404), ("leader", 403), ("clerk", 404)])
def test_who_may_not_log_is_told_apart(world, episode, who, status):
    client = browser(getattr(world, who))

    for url in (health(episode), contact(episode, "call")):
        assert client.get(url).status_code == status
        assert client.post(url, entry(temperature="36.6", no_symptoms="1")).status_code == status
    assert not HealthLog.objects.exists()


@pytest.mark.parametrize(
    ("kind", "channel", "outcome"),
    [
        (ContactKind.POLICY_TEXT, "wechat", ContactOutcome.DONE),
        (ContactKind.CALL, "call", ContactOutcome.REACHED),
        (ContactKind.MEASURE, "visit", ContactOutcome.KEPT),
        (ContactKind.NEEDS, "call", ContactOutcome.NO_NEED),
        (ContactKind.WASTE, "visit", ContactOutcome.DONE),
    ],
)
def test_a_contact_is_two_taps_and_closes_its_task(client, episode, kind, channel, outcome):
    owed = episode.tasks.pending().filter(duty__evidence=kind).order_by("due_at").first()

    client.post(contact(episode, kind), entry(channel=channel, outcome=outcome))

    owed.refresh_from_db()
    assert owed.is_done
    assert Contact.objects.get(pk=owed.evidence_key).outcome == outcome


@pytest.mark.parametrize("kind", ContactKind.values)
def test_every_outcome_on_offer_is_taken(client, episode, kind):
    page = soup(client.get(contact(episode, kind)))
    channel = page.find("input", attrs={"name": "channel", "checked": True})["value"]
    offered = [b["value"] for b in page.find_all("button", attrs={"name": "outcome"})]

    for outcome in offered:
        answer = client.post(
            contact(episode, kind), entry(channel=channel, outcome=outcome, note="x")
        )
        assert answer.status_code == 302, outcome

    assert Contact.objects.filter(kind=kind).count() == len(offered) > 1


def test_an_attempt_that_failed_closes_nothing(client, episode):
    client.post(contact(episode, "call"), entry(channel="call", outcome="not_reached"))

    assert Contact.objects.get().outcome == ContactOutcome.NOT_REACHED
    assert not episode.tasks.done().filter(duty__evidence=Evidence.CALL).exists()


@pytest.mark.parametrize(
    ("kind", "values", "sentence"),
    [
        ("measure", {"channel": "visit", "outcome": "breach"}, "what was not kept"),
        ("needs", {"channel": "call", "outcome": "need"}, "what is needed"),
        ("call", {"channel": "call"}, "Press what came of it"),
        ("call", {"channel": "call", "outcome": "kept"}, "Press what came of it"),
    ],
)
def test_a_contact_without_its_words_is_asked_back(client, episode, kind, values, sentence):
    answer = client.post(contact(episode, kind), entry(**values), **htmx())

    assert answer.status_code == 422
    assert sentence in soup(answer).text
    assert not Contact.objects.exists()


def test_a_kind_nobody_knows_is_no_page(client, episode):
    assert client.get(contact(episode, "nonsense")).status_code == 404


@pytest.mark.clause("JY-2n")
def test_the_policy_text_fits_the_person(client, world, episode):
    text = soup(client.get(contact(episode, "policy_text"))).find(class_="send-text").text

    assert world.person.name in text
    assert "areas of key concern" in text
    assert "Single-room observation at home, 14 days" in text
    assert world.worker.phone in text


@pytest.mark.clause("JY-2c")
def test_those_from_risk_areas_are_asked_not_to_come(client, world):
    coming = returnee("JY.MIDHIGH", days=1, person=world.person, household=world.household)

    page = soup(client.get(contact(coming, "call")))
    text = soup(client.get(contact(coming, "policy_text"))).find(class_="send-text").text

    assert page.find("button", attrs={"value": "dissuaded"})
    assert "please do not come for now" in text


def test_an_arrival_is_one_tap(client, world):
    coming = returnee(days=1, person=world.person, household=world.household)
    type(coming).objects.filter(pk=coming.pk).update(arrives_on=timezone.localdate())
    coming.report.departs_at = None
    coming.report.save()

    client.post(reverse("arrival-log", args=[coming.pk]), {"arrived_at": ""})

    coming.refresh_from_db()
    assert coming.is_active
    assert task(coming, Evidence.HEALTH_LOG).state == TaskState.PENDING


def test_a_no_show_before_the_day_is_refused_in_a_sentence(client, world):
    coming = returnee(days=2, person=world.person, household=world.household)

    answer = client.post(reverse("no-show-log", args=[coming.pk]), {}, **htmx())

    assert answer.status_code == 422
    assert "wait for the day" in soup(answer).text
    coming.refresh_from_db()
    assert coming.state == EpisodeState.EXPECTED


def test_a_test_result_is_entered_with_its_sampling(client, world):
    episode = returnee("JY.MIDHIGH", days=-3, person=world.person, household=world.household)
    test = Test.objects.due().filter(episode=episode).order_by("due_on").first()
    sampled = timezone.localtime() - timedelta(hours=8)

    answer = client.post(
        reverse("test-log", args=[test.pk]),
        {"result": "negative", "sampled_at": f"{sampled:%Y-%m-%dT%H:%M}", "laboratory": "县医院"},
    )

    test.refresh_from_db()
    assert answer.status_code == 302
    assert test.result == TestResult.NEGATIVE


def test_a_result_without_sampling_is_refused(client, world):
    episode = returnee("JY.MIDHIGH", days=-3, person=world.person, household=world.household)
    test = Test.objects.due().filter(episode=episode).first()

    answer = client.post(reverse("test-log", args=[test.pk]), {"result": "negative"}, **htmx())

    assert answer.status_code == 422
    assert "needs the time of sampling" in soup(answer).text


def test_each_opened_form_has_a_key_of_its_own(client, episode):
    keys = {
        soup(client.get(health(episode))).find("input", attrs={"name": "entry_key"})["value"]
        for _n in range(2)
    }

    assert len(keys) == 2
    assert str(uuid4()) not in keys
