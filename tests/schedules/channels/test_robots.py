"""Apprise addresses: robots and mail; what its yes and no come to."""

import pytest

from schedules.channels import Message, Outcome, address_fault, hand_over
from schedules.choices import ChannelKind
from tests.schedules.service import running


def to(url: str) -> Message:
    return Message(key="k", title="t", text="x", url=url)


@pytest.mark.parametrize(
    "url",
    [
        "wecombot://abcdef",
        "dingtalk://abcdefghi",
        "feishu://abcdefgh",
        "mailtos://me:secret@example.com?to={address}",
    ],
)
def test_the_robots_of_the_field_and_mail_are_known(url):
    assert address_fault(ChannelKind.APPRISE, url) == ""


def test_an_address_apprise_does_not_know_is_named():
    assert "Apprise" in address_fault(ChannelKind.APPRISE, "pigeon://loft")
    assert address_fault(ChannelKind.APPRISE, "") != ""
    assert address_fault(ChannelKind.WEBHOOK, "ftp://x") != ""
    assert address_fault(ChannelKind.PASTE, "http://x") != ""
    assert address_fault(ChannelKind.CALL, "") == ""


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [(200, Outcome.ACCEPTED), (403, Outcome.BUSY), ("cut", Outcome.UNKNOWN)],
)
def test_apprise_says_yes_or_no_and_its_log_tells_a_broken_connection(answer, outcome):
    with running() as service:
        service.answers = [answer]
        url = service.url.replace("http://", "json://")
        assert hand_over(ChannelKind.APPRISE, to(url)).outcome == outcome
