"""The back office of channels: an address is never shown again; each channel can be tried."""

import pytest
from django.urls import reverse

from schedules.choices import ChannelKind
from schedules.models import Channel, Rung
from tests.access.roles import STAFF
from tests.cast import TOWN
from tests.schedules.pages import browser
from tests.schedules.service import running


@pytest.fixture
def county(world):
    world.county.is_staff = True
    world.county.save()
    return browser(world.county)


def form(**more):
    return {"name": "短信", "kind": ChannelKind.WEBHOOK, "new_url": "", "is_active": "on", **more}


def test_the_address_is_kept_sealed_and_never_shown_again(county):
    county.post(
        reverse("admin:schedules_channel_add"), form(new_url="https://sms.test/?token=geheim")
    )

    channel = Channel.objects.get()
    assert channel.url == "https://sms.test/?token=geheim"
    page = county.get(reverse("admin:schedules_channel_change", args=[channel.pk]))
    assert b"geheim" not in page.content
    county.post(reverse("admin:schedules_channel_change", args=[channel.pk]), form(name="短信网关"))
    channel.refresh_from_db()
    assert (channel.name, channel.url) == ("短信网关", "https://sms.test/?token=geheim")


def test_an_address_that_cannot_work_is_refused_in_words(county):
    answer = county.post(reverse("admin:schedules_channel_add"), form(new_url="ftp://x"))

    assert "https://" in answer.content.decode()
    assert not Channel.objects.exists()


@pytest.mark.parametrize("whose", ["user", "place"])
def test_a_ladder_names_a_channel_once(county, world, whose):
    sms = Channel.objects.create(name="短信", kind=ChannelKind.WEBHOOK, url="https://sms.test/")
    owner = {"user": world.cadre} if whose == "user" else {"place_id": TOWN}
    Rung.objects.create(position=1, channel=sms, **owner)
    posted = {"position": 2, "channel": sms.pk, "user": "", "place": "", "new_address": ""}
    posted[whose] = world.cadre.pk if whose == "user" else TOWN

    answer = county.post(reverse("admin:schedules_rung_add"), posted)

    assert answer.status_code == 200
    assert "has a step on the channel already" in answer.content.decode()
    assert Rung.objects.count() == 1


def test_a_channel_is_tried_with_a_message_to_whoever_asks(county, world):
    with running() as service:
        channel = Channel.objects.create(name="x", kind=ChannelKind.WEBHOOK, url=service.url)
        answer = county.post(
            reverse("admin:schedules_channel_changelist"),
            {"action": "send_test", "_selected_action": [channel.pk]},
            follow=True,
        )

    (got,) = service.got
    assert got["to"] == world.county.phone
    channel.refresh_from_db()
    assert channel.tried.startswith("accepted 200")
    assert "taken by the service" in answer.content.decode()


def test_the_township_does_not_see_channels(world):
    assert "township" in STAFF
    world.township.is_staff = True
    world.township.save()

    assert (
        browser(world.township).get(reverse("admin:schedules_channel_changelist")).status_code
        == 403
    )


TENCENT = "tencent://AKID:geheim@1400001/9876?sign=网格"


def test_an_sms_channel_is_sealed_like_any_other(county):
    county.post(reverse("admin:schedules_channel_add"), form(kind=ChannelKind.SMS, new_url=TENCENT))

    channel = Channel.objects.get()
    assert (channel.kind, channel.url) == (ChannelKind.SMS, TENCENT)
    page = county.get(reverse("admin:schedules_channel_change", args=[channel.pk]))
    assert b"geheim" not in page.content
    assert b"tencent://SECRET_ID" in page.content  # the help says how an address reads


def test_an_sms_channel_without_its_kit_is_refused_with_how_to_install_it(county, monkeypatch):
    monkeypatch.setattr("schedules.channels.sms.find_spec", lambda _name: None)

    answer = county.post(
        reverse("admin:schedules_channel_add"), form(kind=ChannelKind.SMS, new_url=TENCENT)
    )

    assert "make env SMS=1" in answer.content.decode()
    assert not Channel.objects.exists()
