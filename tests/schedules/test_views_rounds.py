"""The household round: everybody on one screen, one evidence row each, nobody passed over."""

import pytest
from django.urls import reverse

from returnees.models import HealthLog
from schedules.choices import ContactKind, ContactOutcome, Evidence
from schedules.models import Contact
from tests.factories.schedules import returnee, task
from tests.schedules.pages import browser, htmx, noon, soup

__all__ = ["noon"]
pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def two(world):
    """Two people under management in the worker's household, both confined."""
    return [
        returnee(person=world.person, household=world.household),
        returnee(household=world.household),
    ]


def url(world):
    return reverse("round", args=[world.household.pk])


def person(episode, **values):
    return {f"p{episode.pk}-{name}": value for name, value in values.items()}


def found(episode, degrees="36.5"):
    """What is entered for somebody well who keeps the measure."""
    return person(episode, temperature=degrees, symptoms=["none"], measure="kept")


SHARED = {"channel": "visit", "needs": "no_need", "waste": "done"}


@pytest.mark.clause("JY-2q", "JY-2r")
def test_one_submit_closes_health_measure_needs_and_waste_of_everybody(world, two):
    answer = browser(world.worker).post(url(world), {**SHARED, **found(two[0]), **found(two[1])})

    assert answer.status_code == 302
    assert HealthLog.objects.count() == 2
    for kind in (ContactKind.MEASURE, ContactKind.NEEDS, ContactKind.WASTE):
        assert Contact.objects.filter(kind=kind).count() == 2
    for episode in two:
        for evidence in (Evidence.HEALTH_LOG, Evidence.MEASURE, Evidence.NEEDS, Evidence.WASTE):
            assert not episode.tasks.pending().filter(duty__evidence=evidence).exists()


def test_the_form_opens_with_nothing_filled_in(world, two):
    page = soup(browser(world.worker).get(url(world)))

    typed = page.find_all("input", attrs={"inputmode": "decimal"})
    ticked = {i["name"] for i in page.find_all("input", checked=True)}
    assert [field.get("value") for field in typed] == [None, None]
    assert ticked == {"channel"}


def test_nobody_is_passed_over_in_silence(world, two):
    answer = browser(world.worker).post(url(world), {**SHARED, **found(two[0], "36.9")}, **htmx())

    page = soup(answer)
    assert answer.status_code == 422
    assert f"Nobody is passed over: fill in {two[1].person.name}" in page.text
    assert not HealthLog.objects.exists()
    typed = page.find("input", attrs={"name": f"p{two[0].pk}-temperature"})
    assert typed["value"] == "36.9"


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [("not_home", ContactOutcome.ABSENT), ("refused", ContactOutcome.NOT_REACHED)],
)
def test_an_attempt_that_met_nobody_is_kept_and_closes_nothing(world, two, reason, outcome):
    browser(world.worker).post(
        url(world), {**SHARED, **found(two[0]), **person(two[1], why_not=reason)}
    )

    attempt = Contact.objects.get(episode=two[1], kind=ContactKind.MEASURE)
    assert attempt.outcome == outcome
    assert task(two[1], Evidence.MEASURE).is_pending
    assert task(two[1], Evidence.HEALTH_LOG).is_pending
    assert not Contact.objects.filter(episode=two[1], kind=ContactKind.NEEDS).exists()


def test_whoever_is_left_for_later_is_named(world, two):
    client = browser(world.worker)

    answer = client.post(
        url(world), {**SHARED, **found(two[0]), **person(two[1], why_not="later")}, follow=True
    )

    assert f"Still to do: {two[1].person.name}" in soup(answer).find(id="messages").text
    assert not Contact.objects.filter(episode=two[1]).exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"temperature": "36.5", "symptoms": ["none"]}, "whether the measure is kept"),
        ({"symptoms": ["none"], "measure": "kept"}, "Type the temperature"),
        ({"temperature": "36.5", "measure": "kept"}, "Tick “no symptoms”"),
        (
            {"temperature": "36.5", "symptoms": ["none", "fever"], "measure": "kept"},
            "cannot both be true",
        ),
        (
            {"temperature": "36.5", "symptoms": ["none"], "measure": "breach"},
            "what was not kept",
        ),
        ({"temperature": "36.5", "why_not": "not_home"}, "exclude each other"),
        ({"temperature": "63.5", "symptoms": ["none"], "measure": "kept"}, "between 34 and 43"),
    ],
)
def test_a_fault_of_one_person_stands_with_that_person(world, two, values, sentence):
    data = {**SHARED, **found(two[0]), **person(two[1], **values)}

    page = soup(browser(world.worker).post(url(world), data, **htmx()))

    sections = {s["aria-label"]: s.text for s in page.find_all("section")}
    assert sentence in sections[two[1].person.name]
    assert sentence not in sections[two[0].person.name]
    assert not HealthLog.objects.exists()


def test_the_same_round_sent_twice_writes_once(world, two):
    client = browser(world.worker)
    keys = {f"p{e.pk}-entry_key": f"00000000-0000-4000-8000-{n:012d}" for n, e in enumerate(two, 1)}
    data = {**SHARED, **found(two[0]), **found(two[1]), **keys}

    for _n in range(2):
        client.post(url(world), data)

    assert HealthLog.objects.count() == 2
    assert Contact.objects.filter(kind=ContactKind.NEEDS).count() == 2


def test_a_household_that_is_done_says_so(world):
    page = soup(browser(world.worker).get(url(world)))

    assert "This household is done for today" in page.text
    assert not page.find("main").find("form")


@pytest.mark.parametrize(("who", "status"), [("neighbour", 404), ("leader", 403), ("cadre", 200)])
def test_the_round_is_for_those_who_may_log_there(world, two, who, status):
    assert browser(getattr(world, who)).get(url(world)).status_code == status
