from collections.abc import Iterator

import pytest
from django.utils import translation

from grid.batches import registry
from tests.grid.batches.flats import FlatKind


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Read the sentences as they stand in the code."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def flat_kind(monkeypatch: pytest.MonkeyPatch) -> FlatKind:
    """The list of flats, known for the test alone."""
    kind = FlatKind()
    monkeypatch.setattr(registry, "_KINDS", dict(registry._KINDS))
    registry.register(kind)
    return kind


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """Collect the announced episodes instead of sending them."""
    sent: list[list[int]] = []
    monkeypatch.setattr("returnees.announce.send", sent.append)
    return sent
