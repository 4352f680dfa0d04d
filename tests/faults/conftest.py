from collections.abc import Callable, Iterator
from typing import Any

import pytest

from config.celery import app
from tests.faults.county import build_county
from tests.faults.fortnight import PATCHED, Box
from tests.faults.site import Site
from tests.schedules.service import Service, running

BASE = "base"


@pytest.fixture(scope="session")
def servers(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    """A PostgreSQL and a Valkey for the tests of faults, with a database that has all tables."""
    app.loader.import_default_modules()  # what a test does at once is known by its name
    with django_db_blocker.unblock():
        site = Site()
        try:
            site.load_schema(BASE)
            yield site
        finally:
            site.close()


@pytest.fixture
def site(servers: Site, django_db_blocker: Any) -> Iterator[Site]:
    """The same with nothing running and nothing queued."""
    with django_db_blocker.unblock():
        yield servers
        servers.end_programs()


@pytest.fixture
def county(site: Site) -> Callable[[str, int], None]:
    """Make a county of so many people in a database of a name; one of a size is made once."""

    def make(name: str, people: int) -> None:
        kept = f"people_{people}"
        if kept not in site.counties:
            site.make_database(kept, like=BASE)
            with site.used(kept):
                build_county(people)
            site.counties.add(kept)
        site.make_database(name, like=kept)

    return make


@pytest.fixture
def service() -> Iterator[Service]:
    """A message service that shows a key it knows once."""
    with running() as one:
        yield one


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Let what the portal queues in this process go where it is told to."""

    def leads_to(send: Any) -> None:
        for module in PATCHED:
            monkeypatch.setattr(f"{module}.current_app", Box(send))

    return leads_to
