"""A notice's way: its file kept, a version proposed, previewed, put in force or withdrawn."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation

from grid.days import today
from grid.models import Place
from returnees.choices import Mark, ScreeningState
from returnees.classes import class_choices, class_title, forget_stored_titles
from returnees.models import Episode, PolicyPack, PolicyVersion, Screening
from returnees.policies import PolicyNotActivatedError, pack_in_force, pack_of
from returnees.services.confirming import confirm
from returnees.services.episodes import confirm_arrival
from returnees.services.policies import (
    PackRefusedError,
    activate_proposal,
    check_text,
    keep_file,
    latest_file,
    propose_policy,
    withdraw_proposal,
)
from tests.cast import COUNTY, TOWN, VILLAGE, World
from tests.factories.packs import changed, pack_text
from tests.factories.returnees import ELSEWHERE, an_episode, at_risk, in_force, noon

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _titles_anew() -> None:
    forget_stored_titles()


def a_file() -> PolicyPack:
    return keep_file(text=pack_text("QH"), by=None)


def propose(world: World, **changes: Any) -> PolicyVersion:
    values = {
        "file": changes.pop("file", None) or a_file(),
        "place": Place.objects.get(pk=changes.pop("place", COUNTY)),
        "since": today(),
        "by": world.county,
    }
    return propose_policy(**{**values, **changes})


# -------- files


def test_a_file_is_kept_once_with_who_kept_it(world: World) -> None:
    kept = keep_file(text=pack_text(), by=world.county)

    assert keep_file(text=pack_text(), by=world.township) == kept
    assert (kept.key, kept.version, kept.added_by) == ("QH", "2021.1", world.county)
    assert kept.events.count() == 1


def test_all_faults_of_a_file_are_told_at_once_and_nothing_is_kept(world: World) -> None:
    text = changed(pack_text("qh-77-88-99"), 'kind = "centralised"', 'kind = "hotel"')
    text = changed(text, "min = 1\n", "min = 70\n")

    with pytest.raises(PackRefusedError) as refused:
        keep_file(text=text, by=None)

    assert len(refused.value.faults) >= 2
    assert any("row CONTACT" in fault and "kind" in fault for fault in refused.value.faults)
    assert not PolicyPack.objects.exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "key"),
        ("key = ", "not valid TOML"),
        ("a = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
        ("#" * 400_001, "is longer than 400000 characters"),
        (pack_text("q"), "two to eight capital letters"),
        (pack_text("QH").replace("2021.1", "2" * 21, 1), "field version: is longer than 20"),
        (pack_text("QH", like="JX8").replace('"JX57"', '"XX99"', 1), "there is no pack"),
        (pack_text("QH", like="JX8").replace('"JX57"', '"JX8"', 1), "lies over JX57 itself"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(world: World, text: str, sentence: str) -> None:
    with pytest.raises(PackRefusedError, match=sentence):
        check_text(text)


@pytest.mark.parametrize("key", ["QH", "JY"])
def test_other_content_under_a_known_version_is_refused(world: World, key: str) -> None:
    if key == "QH":
        a_file()
    text = changed(pack_text(key), "济源冬春季疫情防控通知", "另一份通知")

    with pytest.raises(PackRefusedError, match="is known with other content"):
        check_text(text)
    assert check_text(changed(text, '"2021.1"', '"2021.2"')).version == "2021.2"


def test_a_layer_lies_over_the_latest_pack_of_its_base_shipped_or_stored(world: World) -> None:
    shipped = keep_file(text=pack_text("QA", like="JX8"), by=None)
    base = changed(pack_text("JX57", like="JX57"), 'version = "', 'version = "9.')
    newer = keep_file(text=changed(base, "value = 28", "value = 21"), by=None)
    layer = keep_file(text=pack_text("QB", like="JX8"), by=None)

    assert shipped.base is not None
    assert shipped.base.digest != newer.digest
    assert layer.base == newer == latest_file("JX57")
    version = propose(world, file=layer)
    assert pack_of(version).number("overseas_window_days") == 21


# -------- proposals


@pytest.mark.clause("A-50")
def test_a_proposal_binds_nobody_until_it_is_put_in_force(world: World) -> None:
    former = in_force()

    version = propose(world, settings={"certificate_days": 3})

    assert pack_in_force(VILLAGE, today())[1] == former
    activate_proposal(version=version, by=world.county)
    pack, bound = pack_in_force(VILLAGE, today())
    assert (pack.key, pack.number("certificate_days")) == ("QH", 3)
    assert bound == version
    assert pack_in_force(VILLAGE, today() - DAY)[1] == former
    former.refresh_from_db()
    assert former.until == today()


def test_a_setting_at_the_packs_own_value_is_no_setting(world: World) -> None:
    version = propose(world, settings={"certificate_days": 7, "day_count": "same_day"})

    assert version.settings == {"day_count": "same_day"}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"place": TOWN}, "binds a county or what lies above it, not 河口镇"),
        ({"since": today() - 400 * DAY}, "choose that day or a later one"),
        ({"settings": {"certificate_days": 99}}, "certificate_days: is 99; use 1 to 30"),
        ({"settings": {"colour": 1}}, "there is no setting colour"),
    ],
)
def test_what_cannot_bind_is_refused_and_nothing_is_written(
    world: World, changes: dict[str, Any], sentence: str
) -> None:
    in_force()

    with pytest.raises(PolicyNotActivatedError, match=sentence):
        propose(world, **changes)

    assert not PolicyVersion.objects.filter(proposed=True).exists()


def test_the_same_again_is_refused(world: World) -> None:
    bound = in_force()
    assert bound.file is not None

    with pytest.raises(PolicyNotActivatedError, match="in force there already"):
        propose(world, file=bound.file)
    propose(world)
    with pytest.raises(PolicyNotActivatedError, match="proposed there already"):
        propose(world)


def test_a_proposal_may_begin_as_early_as_the_one_in_force(world: World) -> None:
    former = in_force()
    version = propose(world, since=former.since)

    activate_proposal(version=version, by=world.county)

    former.refresh_from_db()
    assert former.until == former.since == version.since
    assert pack_in_force(VILLAGE, former.since)[1] == version


def test_of_two_proposals_the_second_cannot_begin_before_the_first_put_in_force(
    world: World,
) -> None:
    in_force()
    late = propose(world, since=today() + 5 * DAY)
    early = propose(world, since=today())
    activate_proposal(version=late, by=world.county)

    with pytest.raises(PolicyNotActivatedError, match="choose that day or a later one"):
        activate_proposal(version=early, by=world.county)

    early.refresh_from_db()
    assert early.proposed


def test_a_withdrawn_proposal_is_gone_with_its_preview_and_stays_in_the_trail(
    world: World,
) -> None:
    in_force()
    version = propose(world)
    trail = version.events.model.objects.filter(pgh_obj_id=version.pk)

    withdraw_proposal(version=version, by=world.township)

    assert not PolicyVersion.objects.filter(pk=version.pk).exists()
    assert not Screening.objects.exists()
    last = trail.order_by("pgh_id").last()
    assert last.pgh_context.metadata["user"] == world.township.pk
    assert last.pgh_context.metadata["policy"] == version.pk


def test_what_is_in_force_is_neither_put_in_force_nor_withdrawn_again(world: World) -> None:
    version = propose(world)
    activate_proposal(version=version, by=world.county)

    for act in (activate_proposal, withdraw_proposal):
        with pytest.raises(PolicyNotActivatedError, match="no proposal any more"):
            act(version=version, by=world.county)


# -------- whom it touches


@pytest.mark.clause("A-50")
@pytest.mark.clause("A-50")
def test_who_arrives_comes_under_the_notice_of_the_day_of_arrival(world: World) -> None:
    in_force()
    expected = an_episode(0, arrives_at=noon(0), arrived=False)
    version = propose(world, since=today())
    activate_proposal(version=version, by=world.county)

    arrived = confirm_arrival(episode=expected, by=None)

    assert (arrived.policy, arrived.classification) == (version, "QH.OTHER")


def test_an_expected_person_keeps_her_version_until_confirmed_and_a_new_one_takes_the_new(
    world: World,
) -> None:
    former = in_force()
    expected, early = an_episode(5), an_episode(1)
    version = propose(world, since=today() + 3 * DAY)
    screening = Screening.objects.get(policy=version)
    assert screening.state == ScreeningState.PREVIEW
    assert [item.episode for item in screening.items.all()] == [expected]

    activate_proposal(version=version, by=world.county)

    screening.refresh_from_db()
    assert screening.state == ScreeningState.OPEN
    expected.refresh_from_db()
    assert (expected.policy, expected.classification) == (former, "JY.OTHER")
    assert an_episode(5).policy == version
    assert an_episode(1).policy == former

    confirm(screening=screening, by=world.county)

    expected.refresh_from_db()
    early.refresh_from_db()
    assert (expected.policy, expected.classification) == (version, "QH.OTHER")
    assert early.policy == former


@pytest.mark.clause("A-50")
def test_a_plan_under_way_moves_only_in_what_lies_ahead(world: World) -> None:
    in_force()
    at_risk(ELSEWHERE, Mark.KEY_CONCERN)
    here = an_episode(-4)
    before = here.plan["stages"]
    version = propose(world, settings={"day_count": "same_day"})
    activate_proposal(version=version, by=world.county)
    here.refresh_from_db()
    assert here.plan["stages"] == before

    screening = Screening.objects.get(policy=version)
    confirm(screening=screening, items=[i.pk for i in screening.items.all()], by=world.county)

    here.refresh_from_db()
    (stage,) = here.plan["stages"]
    assert (here.policy, stage["day0"]) == (version, before[0]["day0"])
    assert date.fromisoformat(stage["last_day"]) == date.fromisoformat(before[0]["last_day"]) - DAY
    assert here.plan["superseded_stages"] == []


# -------- classes of packs that are not shipped


def test_the_classes_of_a_stored_pack_have_titles_too(world: World) -> None:
    text = changed(pack_text("QH"), "密切接触者、密接的密接", "青禾的密切接触者")
    keep_file(text=text, by=None)

    with translation.override("zh-hans"):
        assert class_title("QH.CONTACT") == "青禾的密切接触者"
    assert class_title("QH.NOBODY") == "QH.NOBODY"
    assert class_title("ZZ.OTHER") == "ZZ.OTHER"


def test_titles_of_stored_packs_are_asked_for_once_a_page(
    world: World, django_assert_num_queries: Any
) -> None:
    a_file()
    class_title("QH.CONTACT")

    with django_assert_num_queries(0):
        assert {class_title("QH.CONTACT") for _n in range(50)} != {"QH.CONTACT"}


def test_the_filter_offers_the_classes_of_what_is_or_was_in_force_and_no_proposals(
    world: World,
) -> None:
    in_force()
    version = propose(world)
    assert {name.partition(".")[0] for name, _title in class_choices()} == {"JY"}

    activate_proposal(version=version, by=world.county)

    names = [name for name, _title in class_choices()]
    assert {name.partition(".")[0] for name in names} == {"JY", "QH"}
    assert names.index("JY.MIDHIGH") < names.index("JY.OTHER")
    assert Episode.objects.count() == 0
