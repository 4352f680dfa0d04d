"""Contacts to verify: looked for, answered, handed on, placed, shown to whom they concern."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grid.batches.checking import check_file
from grid.batches.committing import commit_batch
from grid.choices import Tier
from grid.days import today
from grid.models import Assignment, Event, Person, Place, User
from grid.services.disclosure import NotDisclosedError, ReasonMissingError
from returnees.choices import VerificationState
from returnees.models import Episode, Verification
from returnees.services.verifications import (
    VerificationRefusedError,
    follow_responsibility,
    hand_to,
    note_attempt,
    record_outcome,
    reopen,
    reveal_contact,
    take_over,
)
from returnees.verification_pages import earlier_of, figures_for, known_returns
from tests.cast import FAR, SECOND, VILLAGE, World
from tests.factories.returnees import an_episode, id_number, in_force

pytestmark = pytest.mark.django_db


def a_contact(n: int = 1, *, hours: int = 1, **changes: Any) -> Verification:
    """Return a contact of a letter that came so many hours ago."""
    values = {
        "name": f"郝寻{'一二三四五六七八九'[n - 1]}", "id_number": id_number(4000 + n),
        "phone": f"1544000{n:04d}", "place_id": VILLAGE, "relation": "close",
        "exposure": "G9999次 05车", "letter_from": "望潮区指挥部", "letter_no": "望疫协1号",
        "exposed_on": today() - timedelta(days=3), "address": "幸福小区3号楼",
        "received_at": timezone.now() - timedelta(hours=hours), **changes,
    }  # fmt: skip
    (made,) = take_over(verifications=[Verification(**values)], by=None, day=today())
    return made


def browser(user: User) -> Client:
    """Return a browser in which somebody is signed in."""
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def test_a_letter_is_due_a_day_after_it_came(world: World, settings: Any) -> None:
    one = a_contact(1)
    assert one.due_at == one.received_at + timedelta(hours=24)
    assert not one.is_overdue

    settings.GRID = {**settings.GRID, "verification_hours": 12}
    assert a_contact(2, hours=13).is_overdue


def test_whoever_is_found_here_becomes_a_person_of_the_village(world: World) -> None:
    one = record_outcome(verification=a_contact(), state="here", measures="集中隔离", by=world.head)

    person = Person.objects.get(pk=one.person_id)
    assert (person.name, person.place_id, person.id_number) == ("郝寻一", VILLAGE, id_number(4001))
    assert (one.verified_by, one.measures) == (world.head, "集中隔离")


def test_whoever_is_known_here_stays_the_same_person(world: World) -> None:
    one = a_contact(name=world.person.name, id_number=world.person.id_number)

    done = record_outcome(verification=one, state="here", measures="居家隔离", by=world.head)

    assert done.person == world.person


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"state": "to_verify"}, "found out"),
    ({"state": "elsewhere"}, "where the person went"),
    ({"state": "unreachable"}, "attempt"),
    ({"state": "here"}, "measures"),
    ({"state": "not_here", "last_test_on": today() + timedelta(days=1)}, "future"),
    ({"state": "not_here", "last_test_result": "negative"}, "when the last test was"),
]


@pytest.mark.parametrize(("answer", "word"), FAULTS)
def test_an_answer_that_lacks_something_is_refused(
    world: World, answer: dict[str, Any], word: str
) -> None:
    one = a_contact()

    with pytest.raises(VerificationRefusedError, match=word):
        record_outcome(verification=one, by=world.head, **answer)

    one.refresh_from_db()
    assert one.is_open


def test_whoever_cannot_be_reached_was_looked_for_before(world: World) -> None:
    one = a_contact()
    note_attempt(verification=one, way="call", note="空号", by=world.head)

    done = record_outcome(verification=one, state="unreachable", by=world.head)

    assert done.state == VerificationState.NOT_REACHABLE
    assert [row.note for row in done.attempts.all()] == ["空号"]


def test_an_answer_is_taken_back_with_a_reason(world: World) -> None:
    one = a_contact()
    record_outcome(verification=one, state="not_here", by=world.head)

    with pytest.raises(VerificationRefusedError, match="why"):
        reopen(verification=one, by=world.head, why=" ")
    again = reopen(verification=one, by=world.head, why="家人来电更正")

    assert again.is_open
    with pytest.raises(VerificationRefusedError, match="no answer"):
        reopen(verification=one, by=world.head, why="再次")


def test_another_villages_cadre_answers_after_it_is_handed_on(world: World) -> None:
    Assignment.objects.create(
        cadre=world.cadre, tier=Tier.VILLAGE, place_id=SECOND, at_id=SECOND, since=today()
    )
    second = Place.objects.get(pk=SECOND)

    one = hand_to(verification=a_contact(), place=second, by=world.township)

    assert (one.place, one.responsible) == (second, world.cadre)
    record_outcome(verification=one, state="not_here", by=world.head)
    with pytest.raises(VerificationRefusedError, match="answered"):
        hand_to(verification=one, place=second, by=world.township)


def test_whoever_answers_for_the_village_anew_gets_what_is_open(world: World) -> None:
    open_, done = a_contact(1), a_contact(2)
    record_outcome(verification=done, state="not_here", by=world.head)
    assert open_.responsible is None
    Assignment.objects.create(
        cadre=world.head, tier=Tier.VILLAGE, place_id=VILLAGE, at_id=VILLAGE, since=today()
    )

    assert follow_responsibility(places=[VILLAGE], day=today()) == 1

    open_.refresh_from_db()
    done.refresh_from_db()
    assert (open_.responsible, done.responsible) == (world.head, None)


def test_earlier_letters_and_returns_elsewhere_are_told_but_not_opened(world: World) -> None:
    in_force()
    an_episode(-1, place_code=FAR, id_number=id_number(4001), name="郝寻一")
    before = a_contact(hours=24 * 30, place_id=FAR, letter_no="旧函")
    record_outcome(verification=before, state="not_here", by=None)
    a_contact(hours=24 * 200, letter_no="很旧的函")
    one = a_contact()

    (earlier,) = earlier_of(one, world.head)
    (known,) = known_returns(one, world.head)

    assert (earlier.verification, earlier.where) == (None, "")
    assert earlier.outcome == VerificationState.NOT_HERE.label
    assert (known.person, known.where) == (None, "")
    (seen,) = earlier_of(one, world.county)
    assert (seen.verification, seen.where) == (before, "前坡村")


def test_the_list_tells_what_is_open_overdue_and_ones_own(world: World) -> None:
    late, _mine, done = a_contact(1, hours=30), a_contact(2), a_contact(3)
    Verification.objects.filter(name="郝寻二").update(responsible=world.head)
    record_outcome(verification=done, state="not_here", by=world.head)
    a_contact(4, place_id=FAR)
    client = browser(world.head)

    def names(query: str) -> set[str]:
        text = client.get(reverse("verification-list") + query).content.decode()
        return {f"郝寻{n}" for n in "一二三四" if f"郝寻{n}" in text}

    assert names("") == {"郝寻一", "郝寻二"}
    assert names("?show=mine") == {"郝寻二"}
    assert names("?show=overdue") == {late.name}
    assert names("?show=done") == {"郝寻三"}
    assert names("?show=all") == {"郝寻一", "郝寻二", "郝寻三"}
    assert names(f"?show=all&q={id_number(4003)}") == {"郝寻三"}
    assert names("?show=all&relation=secondary") == set()
    figures = figures_for(world.head, timezone.now())
    assert (figures.open, figures.overdue, figures.mine) == (2, 1, 1)


def test_an_answer_is_given_on_the_page_and_leads_to_the_placement(world: World) -> None:
    in_force()
    one = a_contact()
    client = browser(world.head)
    url = reverse("verification", args=[one.pk])

    bad = client.post(reverse("verification-outcome", args=[one.pk]), {"state": "here"})
    assert bad.status_code == 422
    good = client.post(
        reverse("verification-outcome", args=[one.pk]), {"state": "here", "measures": "集中隔离"}
    )
    assert good.status_code == 302

    one.refresh_from_db()
    target = f"{reverse('placement-new')}?person={one.person_id}&verification={one.pk}"
    page = client.get(url).content.decode()
    assert target.replace("&", "&amp;") in page
    form = client.get(target).context["form"]
    assert form.initial["kind"] == "close"
    assert form.initial["exposure"] == "G9999次 05车"
    assert "望疫协1号" in form.initial["basis"]
    given = {name: value for name, value in form.initial.items() if value is not None}
    placed = client.post(target, {**given, "placed_on": today()})
    assert placed.status_code == 302
    one.refresh_from_db()
    assert one.episode == Episode.objects.get(person=one.person_id)


def test_the_whole_number_is_shown_to_whom_it_concerns_and_recorded(world: World) -> None:
    one = a_contact()
    with pytest.raises(NotDisclosedError):
        reveal_contact(verification=one, by=world.cadre)
    with pytest.raises(ReasonMissingError):
        reveal_contact(verification=one, by=world.supervisor)
    Verification.objects.update(responsible=world.cadre)
    one.refresh_from_db()

    found = reveal_contact(verification=one, by=world.cadre)

    assert (found.id_number, found.phone) == (one.id_number, one.phone)
    event = Event.objects.get(kind=Event.Kind.REVEAL)
    assert (event.actor_id, event.subject_key) == (world.cadre.pk, f"verification:{one.pk}")


def test_the_export_carries_the_letter_and_our_columns(world: World) -> None:
    one = a_contact()
    record_outcome(
        verification=one, state="here", measures="集中隔离", last_test_on=today(),
        last_test_result="negative", by=world.head,
    )  # fmt: skip
    url = reverse("verification-export") + "?show=all"

    masked = browser(world.township).post(url, {"kind": "csv"}).content.decode()
    full = browser(world.township).post(url, {"kind": "csv", "full": "1"}).content.decode()

    for heading in ("核查情况", "管控措施", "近期核酸", "核查人", "核查时间"):
        assert heading in masked
    assert "集中隔离" in masked
    assert world.head.name in masked
    assert one.id_number not in masked
    assert one.id_number in full
    assert browser(world.worker).post(url, {"kind": "csv"}).status_code == 403


def test_an_imported_letter_goes_back_with_its_own_columns(world: World) -> None:
    head = "编号甲,姓名,身份证号,电话,社区（村）,自定栏"
    text = f"{head}\n7,郝寻九,{id_number(4009)},15440000009,东关村,红旗"
    batch = check_file(
        content=text.encode(), file_name="函.csv", place_code="990101101", by=world.township,
        list_name="contacts",
    )  # fmt: skip
    commit_batch(batch=batch, by=world.township)
    record_outcome(verification=Verification.objects.get(), state="not_here", by=world.head)
    url = f"{reverse('verification-export')}?show=all&batch={batch.pk}"

    answer = browser(world.township).post(url, {"kind": "csv", "full": "1"}).content.decode()

    first, row = answer.lstrip("\ufeff").splitlines()[:2]
    assert first.startswith(head)
    assert "核查情况" in first
    assert "红旗" in row
    assert id_number(4009) in row
