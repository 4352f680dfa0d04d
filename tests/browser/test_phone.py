"""The cadre's phone: 360 pixels wide, in the field, where the network comes and goes."""

import re

import pytest
from django.contrib.auth.hashers import make_password
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from grid.choices import Tier
from grid.models import User
from returnees.models import HealthLog
from schedules.choices import Evidence
from schedules.models import Contact, Escalation, Task
from tests.browser.conftest import PHONE
from tests.factories.schedules import task

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REFUSED = re.compile("ERR_INTERNET_DISCONNECTED|htmx:(afterRequest|sendError)")
PASSWORD = "qinghe-county-2021"


def opener(page, episode):
    """Return the button that opens the health log of a returnee."""
    return page.locator(f'a.btn[href="{reverse("health-log", args=[episode.pk])}"]')


def entry_of(page, episode):
    """Return the open health form of a returnee."""
    return page.locator(f'form[data-entry][action="{reverse("health-log", args=[episode.pk])}"]')


def open_entry(page, episode):
    """Open the health log with one tap; nothing is filled in for anybody."""
    opener(page, episode).click()
    form = entry_of(page, episode)
    expect(form.locator("input[name=temperature]")).to_have_value("")
    return form


def send(form, times=1):
    """Say that there are no symptoms, so many times at once."""
    button = form.locator("button[name=no_symptoms]:visible").first
    button.evaluate("(button, n) => { for (let i = 0; i < n; i++) button.click(); }", times)


def counters(page):
    """Return the counters of the day: done of all, and people done."""
    progress = page.locator("#progress strong.number").first.inner_text()
    return progress, page.locator("#finished-count").inner_text()


def test_a_cadre_signs_in_and_logs_a_health_check_in_two_taps(windows, home):
    User.objects.filter(pk=home.world.worker.pk).update(password=make_password(PASSWORD))
    page = windows.open(None, PHONE, reverse("home"))
    page.fill("input[name=username]", home.world.worker.phone)
    page.fill("input[name=password]", PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"**{reverse('today')}")
    before = counters(page)
    page.evaluate("window.notReloaded = true")

    form = open_entry(page, home.first)
    form.locator("input[name=temperature]").fill("36.6")
    send(form)

    expect(opener(page, home.first)).to_have_count(0)
    expect(page.locator("#progress")).to_contain_text("36.6")
    assert page.evaluate("window.notReloaded") is True
    after = counters(page)
    assert after != before
    assert task(home.first, Evidence.HEALTH_LOG).is_done
    page.reload()
    assert counters(page) == after


def test_a_double_tap_logs_once(windows, home):
    page = windows.open(home.world.worker, PHONE, reverse("today"))

    form = open_entry(page, home.first)
    form.locator("input[name=temperature]").fill("36.5")
    send(form, times=3)

    expect(opener(page, home.first)).to_have_count(0)
    assert HealthLog.objects.filter(episode=home.first).count() == 1


def test_what_was_typed_without_a_network_stays_and_is_sent_later(windows, home):
    page = windows.open(home.world.worker, PHONE, reverse("today"))
    form = open_entry(page, home.first)
    form.locator("input[name=temperature]").fill("36.7")

    page.context.set_offline(True)
    send(form)
    expect(form.locator(".send-failed")).to_be_visible()
    expect(form.locator("input[name=temperature]")).to_have_value("36.7")
    assert not HealthLog.objects.exists()

    page.context.set_offline(False)
    form.locator("[data-retry]").click()
    expect(opener(page, home.first)).to_have_count(0)
    log = HealthLog.objects.get(episode=home.first)
    assert (str(log.temperature), log.phone_at is not None) == ("36.7", True)
    # Browser and htmx note the connection that was refused; nothing else may be there.
    assert windows.errors
    assert [error for error in windows.errors if not REFUSED.search(error)] == []
    windows.errors.clear()


def test_a_round_logs_the_whole_household_on_one_screen(windows, home):
    address = reverse("round", args=[home.world.household.pk])
    page = windows.open(home.world.worker, PHONE, reverse("today"))
    page.locator(f'a[href="{address}"]').click()
    page.wait_for_url(f"**{address}")
    owed = {
        episode.pk: set(
            Task.objects.pending().filter(episode=episode).values_list("duty__evidence", flat=True)
        )
        for episode in (home.first, home.second)
    }

    for degrees, episode in (("36.4", home.first), ("36.8", home.second)):
        prefix = f"p{episode.pk}"
        field = page.locator(f"input[name={prefix}-temperature]")
        expect(field).to_have_value("")
        field.fill(degrees)
        page.locator(f"input[name={prefix}-symptoms][value=none]").check(force=True)
        if Evidence.MEASURE in owed[episode.pk]:
            page.locator(f"input[name={prefix}-measure]").first.check(force=True)
    for name in ("needs", "waste"):
        if page.locator(f"input[name={name}]").count():
            page.locator(f"input[name={name}]").first.check(force=True)
    page.locator("main form[data-entry] button[type=submit]:visible").last.click()
    page.wait_for_url(f"**{reverse('today')}")

    logs = HealthLog.objects.values_list("episode", "temperature")
    assert {(pk, str(degrees)) for pk, degrees in logs} == {
        (home.first.pk, "36.4"),
        (home.second.pk, "36.8"),
    }
    left = Task.objects.pending().filter(duty__evidence=Evidence.HEALTH_LOG, due_day__isnull=False)
    assert not left.filter(episode__in=[home.first, home.second]).exists()
    seen = Contact.objects.filter(kind=Evidence.MEASURE).values_list("episode", flat=True)
    assert set(seen) == {pk for pk, evidence in owed.items() if Evidence.MEASURE in evidence}


def test_the_box_of_what_climbed_stands_beside_the_name_and_is_big_enough_to_touch(windows, home):
    late = Task.objects.filter(episode=home.first).first()
    Escalation.objects.create(
        matter="overdue", task=late, episode=home.first, place_id=home.first.place_id,
        tier=Tier.VILLAGE, user=home.world.township, since=timezone.now(), told_at=timezone.now(),
    )  # fmt: skip
    page = windows.open(home.world.township, PHONE, reverse("escalations"))

    box = page.locator("tbody label.tick").bounding_box()
    name = page.locator("tbody th a").bounding_box()

    assert box["width"] >= 44
    assert box["height"] >= 44
    assert box["y"] < name["y"] + name["height"] / 2 < box["y"] + box["height"]
    assert name["x"] + name["width"] <= box["x"]
    assert box["x"] + box["width"] <= PHONE["width"]
