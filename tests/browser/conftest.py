"""A real Chromium against a live server, with the cast of tests.cast and work for today.

Every window is watched: errors on the console, and requests that leave this machine, fail the test.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from celery import Celery
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from grid.models import Person, User
from returnees.models import Episode
from tests.cast import GRID, World
from tests.factories.grid import id_number
from tests.factories.schedules import returnee
from tests.journeys.browser import SIGNED
from tests.journeys.conftest import at_noon, county, fresh_counters  # noqa: F401  fixtures

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}
WAIT = 120_000  # milliseconds for anything to appear, on a busy machine


def find_chromium() -> str:
    """Return the first Chromium of this machine, or skip with the reason."""
    for name in PROGRAMS:
        if path := shutil.which(name, path=f"/usr/bin:{os.environ.get('PATH', '')}"):
            return path
    pytest.skip(f"no Chromium found (looked for {', '.join(PROGRAMS)}): install chromium")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver; its event loop must not frighten Django's database guard.

    It ends with the module: tests of other kinds find neither a loop nor the guard lowered.
    """
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=WAIT)  # it would give up after five seconds
    with sync_playwright() as driver:
        yield driver
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def chromium(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """The browser of a module's tests."""
    program = find_chromium()
    driver = request.getfixturevalue("playwright")
    browser = driver.chromium.launch(executable_path=program, args=list(FLAGS))
    yield browser
    browser.close()


@dataclass
class Windows:
    """The windows of a test, and what went wrong in any of them."""

    browser: Browser
    server: str
    opened: list[Any] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    abroad: list[str] = field(default_factory=list)

    def open(self, user: User | None, size: dict[str, int], at: str = "") -> Page:
        """Return a window of this size in which the user is signed in, at this address."""
        context = self.browser.new_context(
            base_url=self.server, viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        context.set_default_timeout(WAIT)
        self.opened.append(context)
        if user is not None:
            client = Client()
            client.force_login(user, SIGNED)
            cookie = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.server}])
        page = context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))
        page.on("request", lambda request: self._asked(request.url))
        if at:
            page.goto(at)
        return page

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(f"{message.location.get('url', '')}: {message.text}")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.hostname != "127.0.0.1":
            self.abroad.append(url)


@pytest.fixture
def windows(chromium: Browser, live_server: Any) -> Iterator[Windows]:
    """Open windows; after the test none of them may have complained or gone abroad."""
    opened = Windows(chromium, live_server.url.replace("localhost", "127.0.0.1"))
    yield opened
    for context in opened.opened:
        context.close()
    assert opened.errors == []
    assert opened.abroad == []


@dataclass
class Home:
    """The cast, with a household where two people came home this morning."""

    world: World
    first: Episode
    second: Episode


@pytest.fixture
def home(live_server: Any, at_noon: None, county: World) -> Home:  # noqa: F811  fixtures
    """Two people of one household of the worker's, with today's tasks."""
    relative = Person(
        name="林大山",
        id_number=id_number(7, born=date(1975, 5, 1)),
        phone="15400010077",
        place_id=GRID,
        household=county.household,
    ).derive()
    relative.save()
    return Home(county, returnee(person=county.person), returnee(person=relative))


@pytest.fixture(autouse=True)
def queued_jobs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Run a queued job by its name in a thread of its own, as a worker would.

    Setting `hold` to an Event keeps jobs of imports waiting until it is set.
    """
    threads: list[threading.Thread] = []

    def work(app: Celery, name: str, args: Any, kwargs: Any) -> None:
        try:
            if run.hold is not None and name.startswith("returnees.import"):
                run.hold.wait(WAIT / 1000)
            app.tasks[name].apply(args=args, kwargs=kwargs, throw=True)
        finally:
            connections.close_all()

    def run(app: Celery, name: str, args: Any = None, kwargs: Any = None, **_: Any) -> None:
        app.loader.import_default_modules()
        thread = threading.Thread(target=work, args=(app, name, args, kwargs))
        threads.append(thread)
        thread.start()

    run.hold = None
    monkeypatch.setattr(Celery, "send_task", run)
    yield run
    if run.hold is not None:
        run.hold.set()
    for thread in threads:
        thread.join(WAIT / 1000)
