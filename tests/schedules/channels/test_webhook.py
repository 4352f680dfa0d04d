"""A webhook: what its answers mean, also when there is none."""

import pytest

from schedules.channels import Message, Outcome, hand_over, webhook
from schedules.choices import ChannelKind
from tests.schedules.service import running


def message(url: str, **more: str) -> Message:
    return Message(key="digest:1:2021-02-08:08:00:c1", title="t", text="x", url=url, **more)


def told(service, answer, **body) -> Outcome:
    service.answers, service.body = [answer], body
    return hand_over(ChannelKind.WEBHOOK, message(service.url, phone="13800138000")).outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (200, Outcome.ACCEPTED),
        (202, Outcome.ACCEPTED),
        (409, Outcome.ACCEPTED),
        (302, Outcome.REFUSED),
        (400, Outcome.REFUSED),
        (401, Outcome.REFUSED),
        (429, Outcome.BUSY),
        (503, Outcome.BUSY),
        (500, Outcome.UNKNOWN),
        ("cut", Outcome.UNKNOWN),
    ],
)
def test_each_answer_says_what_is_known(answer, outcome):
    with running() as service:
        assert told(service, answer) == outcome


def test_the_key_the_phone_and_the_text_are_handed_over():
    with running() as service:
        told(service, 200)

    (got,) = service.got
    assert got["header"] == got["key"] == "digest:1:2021-02-08:08:00:c1"
    assert (got["to"], got["text"]) == ("13800138000", "x")


def test_a_service_that_proves_arrival_is_believed():
    with running() as service:
        assert told(service, 200, delivered=True) == Outcome.DELIVERED
        assert told(service, 200, delivered=False) == Outcome.ACCEPTED


def test_a_service_that_hangs_leaves_the_outcome_unknown(monkeypatch):
    monkeypatch.setattr(webhook, "PATIENCE", (1, 0.2))
    with running() as service:
        assert told(service, "hang") == Outcome.UNKNOWN


def test_where_nobody_listens_nothing_was_taken():
    with running() as service:
        gone = message(service.url)

    assert hand_over(ChannelKind.WEBHOOK, gone).outcome == Outcome.BUSY


def test_what_was_said_names_no_address_of_the_channel():
    with running() as service:
        gone = message(f"{service.url}?token=secret")

    assert "secret" not in hand_over(ChannelKind.WEBHOOK, gone).text


def test_the_cadres_own_address_stands_in_the_channels():
    with running() as service:
        service.answers = [200]
        to = message(f"{service.url}?who={{address}}&p={{phone}}", address="a b", phone="138")
        assert to.target.endswith("?who=a%20b&p=138")
        assert hand_over(ChannelKind.WEBHOOK, to).outcome == Outcome.ACCEPTED


def test_without_the_address_that_a_channel_needs_it_is_refused():
    nobody = message("http://127.0.0.1:9/{address}")

    assert hand_over(ChannelKind.WEBHOOK, nobody).outcome == Outcome.REFUSED
