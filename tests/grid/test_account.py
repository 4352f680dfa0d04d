"""Signing in and out, the temporary password, where a day begins, the error pages."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client, override_settings

from grid.models import User

PASSWORD = "a long Word 2021"


@pytest.fixture
def browser(db):
    return Client(HTTP_ACCEPT_LANGUAGE="en")


@pytest.fixture
def worker(world):
    world.worker.set_password(PASSWORD)
    world.worker.save()
    return world.worker


def sign_in(browser, phone, password=PASSWORD, **more):
    return browser.post("/sign-in/", {"username": phone, "password": password, **more})


def text(response):
    return BeautifulSoup(response.content, "html.parser").text


@pytest.mark.parametrize("typed", ["{}", " {} ", "+86{}", "+86 {}"])
def test_the_phone_number_signs_in_however_it_is_typed(browser, worker, typed):
    answer = sign_in(browser, typed.format(worker.phone))

    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_a_wrong_password_and_an_unknown_number_get_the_same_sentence(browser, worker):
    wrong, unknown = sign_in(browser, worker.phone, "x"), sign_in(browser, "13900000000")

    sentence = "Phone number and password do not fit."
    assert sentence in text(wrong)
    assert sentence in text(unknown)


def test_a_closed_account_does_not_sign_in(browser, worker):
    User.objects.filter(pk=worker.pk).update(is_active=False)

    assert sign_in(browser, worker.phone).status_code == 200


def test_guessing_is_stopped_with_a_page_that_says_what_to_do(browser, worker, settings):
    for _n in range(settings.AXES_FAILURE_LIMIT):
        answer = sign_in(browser, worker.phone, "guess")

    assert answer.status_code == 429
    assert "Too many attempts" in text(answer)
    assert sign_in(browser, worker.phone).status_code == 429


def test_the_page_asked_for_opens_after_signing_in(browser, worker):
    asked = browser.get("/today/")
    assert asked["Location"] == "/sign-in/?next=/today/"

    answer = sign_in(browser, worker.phone, next="/today/")

    assert answer["Location"] == "/today/"


def test_signing_in_leads_nowhere_outside(browser, worker):
    answer = sign_in(browser, worker.phone, next="https://example.org/")

    assert answer["Location"] == "/"


def test_signing_out_needs_a_post(browser, worker):
    browser.force_login(worker)

    assert browser.get("/sign-out/").status_code == 405
    assert browser.post("/sign-out/").status_code == 302
    assert browser.get("/today/").status_code == 302


@pytest.mark.parametrize(
    ("who", "where"),
    [
        ("worker", "/today/"),
        ("cadre", "/today/"),
        ("head", "/dashboard/"),
        ("township", "/dashboard/"),
        ("leader", "/dashboard/"),
        ("supervisor", "/dashboard/"),
    ],
)
def test_a_day_begins_with_ones_own_work_or_with_the_overview(browser, world, who, where):
    browser.force_login(getattr(world, who))

    assert browser.get("/")["Location"] == where


@pytest.fixture
def temporary(worker, browser):
    User.objects.filter(pk=worker.pk).update(must_change_password=True)
    browser.force_login(worker)
    return browser


def test_a_temporary_password_opens_only_its_replacement(temporary):
    assert temporary.get("/today/")["Location"] == "/password/"
    assert temporary.post("/notices/read/")["Location"] == "/password/"
    assert "temporary" in text(temporary.get("/password/"))


def test_a_new_password_opens_the_portal_and_keeps_the_session(temporary, worker):
    new = "another Word 2022"

    temporary.post(
        "/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )

    worker.refresh_from_db()
    assert worker.check_password(new)
    assert not worker.must_change_password
    assert temporary.get("/today/").status_code == 200


def test_the_old_password_is_no_new_one(temporary):
    same = {"old_password": PASSWORD, "new_password1": PASSWORD, "new_password2": PASSWORD}

    answer = temporary.post("/password/", same)

    assert "The new password is the old one" in text(answer)


def test_the_language_is_changed_by_a_button_of_the_footer_and_kept(browser, world):
    form = BeautifulSoup(browser.get("/sign-in/").content, "html.parser").footer.form
    button = form.find("button", string="简体中文")

    browser.post(form["action"], {button["name"]: button["value"], "next": "/sign-in/"})

    assert 'lang="zh-CN"' in browser.get("/sign-in/").content.decode()


def test_a_page_that_is_not_there_says_what_may_be_wrong(browser, worker):
    browser.force_login(worker)

    answer = browser.get("/nowhere/")

    assert answer.status_code == 404
    assert "There is no such page here" in text(answer)


def test_a_fault_of_ours_says_so_without_the_database(worker, monkeypatch):
    browser = Client(HTTP_ACCEPT_LANGUAGE="en", raise_request_exception=False)
    browser.force_login(worker)

    def broken(*args, **kwargs):
        raise RuntimeError("broken")

    monkeypatch.setattr("schedules.views.today.today_of", broken)

    answer = browser.get("/today/")

    assert answer.status_code == 500
    assert "The fault is ours" in text(answer)


def test_pages_hold_no_inline_script_or_style(browser, worker):
    browser.force_login(worker)

    for url in ("/today/", "/notices/", "/password/"):
        page = BeautifulSoup(browser.get(url).content, "html.parser")
        assert not page.find_all(style=True)
        assert not page.find_all("style")
        assert [s for s in page.find_all("script") if not s.get("src")] == []
        outside = [t["src"] for t in page.find_all(src=True) if "//" in t["src"]]
        assert outside == []


@override_settings(DEBUG=False)
def test_the_gallery_is_not_served_to_users(browser, worker):
    browser.force_login(worker)

    assert browser.get("/dev/components/").status_code == 404
