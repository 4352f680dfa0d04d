"""The cast for the tests of returns; no message leaves for a broker."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.cast import world

__all__ = ["world"]


@pytest.fixture(autouse=True)
def announced(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """Collect the announced episodes instead of sending them."""
    sent: list[list[int]] = []
    monkeypatch.setattr("returnees.announce.send", sent.append)
    return sent


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Read the sentences as they stand in the code."""
    with translation.override("en"):
        yield
