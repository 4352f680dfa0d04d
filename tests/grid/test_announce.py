"""Announcements wait for the commit and never trouble the user."""

import logging

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from grid import announce


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list]]:
    """Stand in for the broker and keep what was sent."""
    sent: list[tuple[str, list]] = []

    def send_task(name: str, args: list, **_words: object) -> None:
        sent.append((name, args))

    monkeypatch.setattr(announce.current_app, "send_task", send_task)
    return sent


@pytest.mark.django_db(transaction=True)
def test_the_task_is_sent_on_commit_alone_with_outermost_places(queue) -> None:
    with transaction.atomic():
        announce.responsibility_changed(["970101101202", "970101101", "970101101201", "980101"])
        assert queue == []
    with transaction.atomic():
        announce.responsibility_changed(["99"])
        transaction.set_rollback(True)
    announce.responsibility_changed([])

    assert queue == [("schedules.follow_responsibility", [["970101101", "980101"]])]


@pytest.mark.parametrize("error", [OperationalError("down"), ConnectionRefusedError("down")])
def test_a_broker_that_is_down_is_logged(monkeypatch, caplog, error: Exception) -> None:
    def send_task(*_args: object, **_words: object) -> None:
        raise error

    monkeypatch.setattr(announce.current_app, "send_task", send_task)
    with caplog.at_level(logging.WARNING):
        announce.send("schedules.follow_responsibility", ["97"])

    assert "announcement_not_sent" in caplog.text
