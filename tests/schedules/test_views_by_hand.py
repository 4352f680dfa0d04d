"""Reminders no channel could bring: shown to whoever answers for the cadre, noted when told."""

import pytest

from grid.days import today
from schedules.choices import ChannelKind, ReminderState
from schedules.models import Channel, Reminder
from tests.factories.returnees import in_force
from tests.factories.schedules import clock, returnee
from tests.schedules.pages import browser, noon, soup

__all__ = ["noon"]


@pytest.fixture
def owed(world, noon):
    """A digest to the worker of 东关村 that is to be pasted, and one that is to be called."""
    in_force()
    episode = returnee(person=world.person, household=world.household)
    episode.responsible = world.worker
    episode.save(update_fields=["responsible"])
    episode.tasks.update(holder=world.worker)
    rows = []
    for kind in (ChannelKind.PASTE, ChannelKind.CALL):
        channel = Channel.objects.create(name=kind, kind=kind)
        rows.append(
            Reminder.objects.create(
                user=world.worker, kind="digest", day=today(), slot="08:00", rung=1, via=channel,
                channel=f"c{channel.pk}", state=ReminderState.BY_HAND, not_before=clock(8),
            )
        )  # fmt: skip
    return rows


def test_the_township_sees_a_text_to_paste_and_a_number_to_call(world, owed):
    page = soup(browser(world.township).get("/reminders/by-hand/"))

    pasted = page.find("textarea").text
    assert pasted.startswith(f"@{world.worker.name}")
    assert pasted.count("@") == 1
    assert page.find("a", href=f"tel:{world.worker.phone}")


def test_a_cadre_of_another_village_is_not_shown(world, owed):
    page = soup(browser(world.neighbour).get("/reminders/by-hand/"))

    assert world.worker.name not in page.text
    assert "Nothing to tell by hand" in page.text


def test_what_was_told_is_noted_with_who_told_it(world, owed):
    paste, call = owed

    browser(world.township).post("/reminders/by-hand/told/", {"reminder": [paste.pk]})

    paste.refresh_from_db()
    assert (paste.state, paste.told_by) == (ReminderState.TOLD, world.township)
    call.refresh_from_db()
    assert call.state == ReminderState.BY_HAND


def test_nobody_notes_what_they_do_not_answer_for(world, owed):
    browser(world.neighbour).post(
        "/reminders/by-hand/told/", {"reminder": [one.pk for one in owed]}
    )

    assert Reminder.objects.by_hand().count() == 2


def test_a_digest_whose_work_is_done_says_so(world, owed):
    world.person.episodes.get().tasks.filter(state="pending").update(state="cancelled")
    world.person.episodes.update(responsible=None)

    page = soup(browser(world.township).get("/reminders/by-hand/"))

    assert "Nothing is left to tell." in page.text
