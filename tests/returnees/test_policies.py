"""Which notice binds where and when, and the risk of a stay."""

from datetime import timedelta

import pytest

from grid.days import today
from grid.models import Place
from returnees.models import PolicyVersion
from returnees.policies import (
    NoPolicyInForceError,
    PolicyNotActivatedError,
    activate_policy,
    fill_gap,
    pack_in_force,
)
from tests.cast import COUNTY, TOWN, VILLAGE, World

DAY = timedelta(days=1)
START = today() - timedelta(days=100)


def bind(pack: str, *, place: str = COUNTY, since: object = START) -> PolicyVersion:
    return activate_policy(pack=pack, place=Place.objects.get(pk=place), since=since, by=None)


@pytest.mark.clause("A-50")
def test_a_new_notice_ends_the_former_on_its_first_day(world: World) -> None:
    former = bind("JY")

    bind("GZ", since=START + 10 * DAY)

    former.refresh_from_db()
    assert former.until == START + 10 * DAY
    assert pack_in_force(VILLAGE, START + 9 * DAY)[0].key == "JY"
    assert pack_in_force(VILLAGE, START + 10 * DAY)[0].key == "GZ"


def test_the_nearest_place_decides(world: World) -> None:
    bind("JY")
    bind("GZ", place=TOWN)

    assert pack_in_force(VILLAGE, today())[1].pack == "GZ"


def test_the_same_notice_again_stays_one(world: World) -> None:
    assert bind("JY") == bind("JY", since=today())


@pytest.mark.parametrize(
    ("pack", "since", "sentence"),
    [("XX", START, "is not known"), ("GZ", START - DAY, "choose that day or a later one")],
)
def test_what_cannot_be_put_in_force_is_refused(
    world: World, pack: str, since: object, sentence: str
) -> None:
    bind("JY")

    with pytest.raises(PolicyNotActivatedError, match=sentence):
        bind(pack, since=since)

    assert PolicyVersion.objects.get().until is None


def test_before_the_first_notice_there_is_none_until_the_gap_is_filled(world: World) -> None:
    bind("GZ")

    with pytest.raises(NoPolicyInForceError, match="No notice is in force"):
        pack_in_force(VILLAGE, START - DAY)
    fill_gap(pack="JY", place=Place.objects.get(pk=COUNTY), since=START - 10 * DAY, by=None)

    assert pack_in_force(VILLAGE, START - DAY)[0].key == "JY"
    assert pack_in_force(VILLAGE, START)[0].key == "GZ"
