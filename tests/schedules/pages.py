"""Pages in tests: a signed-in browser that reads English, with and without htmx."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client

from grid.models import User
from tests.factories.schedules import clock

HTMX = {"HTTP_HX_REQUEST": "true"}
TODAY = "http://testserver/today/"


def browser(user: User) -> Client:
    """Return a client of this user whose pages are in English."""
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


def htmx(at: str = TODAY) -> dict[str, str]:
    """Return the headers of an htmx request made from a page."""
    return {**HTMX, "HTTP_HX_CURRENT_URL": at}


def soup(response: Any) -> BeautifulSoup:
    """Return the page, to look into."""
    return BeautifulSoup(response.content, "html.parser")


def entry(**values: Any) -> dict[str, Any]:
    """Return what a form sends, with a key of its own unless one is given."""
    return {"entry_key": str(uuid4()), **values}


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make it noon of today, whatever the hour of the run; no message leaves for a broker."""
    monkeypatch.setattr("returnees.announce.send", lambda ids: None)
    with time_machine.travel(clock(12), tick=True):
        yield
