"""Pages about notices: what binds where, a pack to be read, proposals, a desk for authors."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grid.days import today
from grid.models import Place, Post
from policies.schema import keys, load
from returnees.choices import Mark
from returnees.grounds import grounds_in
from returnees.models import PolicyPack, PolicyVersion, Screening
from returnees.services.policies import activate_proposal, keep_file, propose_policy
from tests.cast import COUNTY, TOWN, World
from tests.factories.packs import changed, pack_text
from tests.factories.returnees import ELSEWHERE, an_episode, at_risk, in_force
from tests.schedules.pages import browser, soup

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def words(part: Any) -> str:
    return " ".join(part.get_text(" ").split())


def looked_at(client: Client, name: str, *args: Any) -> BeautifulSoup:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return soup(response)


def a_proposal(world: World, **changes: Any) -> PolicyVersion:
    text = changes.pop("text", pack_text("QH"))
    values = {
        "file": keep_file(text=text, by=world.county),
        "place": Place.objects.get(pk=COUNTY),
        "since": today(),
        "by": world.county,
    }
    return propose_policy(**{**values, **changes})


def upload(text: str, name: str = "pack.toml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(), content_type="application/toml")


# -------- the list


@pytest.mark.clause("A-50")
def test_the_list_says_which_notice_binds_where_and_which_papers_are_missing(world: World) -> None:
    former = in_force()
    activate_proposal(version=a_proposal(world, since=today() - DAY), by=world.county)
    a_proposal(world, settings={"certificate_days": 3})

    page = looked_at(browser(world.worker), "policy-list")

    rows = [words(row) for row in page.select("section[aria-labelledby=bound] tbody tr")]
    assert len(rows) == 2
    assert "青禾县" in rows[0]
    assert [("in force" in row, "ended" in row) for row in rows] == [(True, False), (False, True)]
    assert "JY 2021.1" in rows[1]
    assert former.since.strftime("%Y") in rows[1]
    assert "钱县管" in words(page.select_one("section[aria-labelledby=proposed]"))
    files = words(page.select_one("section[aria-labelledby=files]"))
    assert all(f"{key} " in files for key in (*keys(), "QH"))
    missing = words(page.select_one("section[aria-labelledby=missing]"))
    for paper in ("49号", "54号", "吉林省", "14号", "GZ"):
        assert paper in missing
    assert "the notice bears no date" in missing


def test_queries_of_the_list_do_not_grow_with_the_versions(world: World) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            looked_at(client, "policy-list")
        return len(found)

    client = browser(world.county)
    in_force()
    a_proposal(world)
    queries()
    few = queries()
    for days in range(1, 6):
        a_proposal(world, settings={"certificate_days": days})
    queries()

    assert queries() == few


# -------- a pack


@pytest.mark.parametrize("key", keys())
def test_a_pack_shows_every_row_and_every_clause_with_its_words(world: World, key: str) -> None:
    pack = load(key)

    page = looked_at(browser(world.head), "policy-shipped", key)

    text = words(page)
    for row in pack.rows:
        assert page.find(id=f"row-{row.name}") is not None, row.name
    for ground in grounds_in((pack.rows, pack.report, pack.checks, pack.flags)):
        assert ground.rests_on in text
        assert ground.quote in text
        assert ground.reading in text
    assert pack.notice.number in text
    assert "undated" in text if pack.notice.issued is None else str(pack.notice.issued.year) in text
    settings = page.select("section[aria-labelledby=readings] tbody tr")
    assert len(settings) == len(pack.settings)
    assert "the day of arrival is day 1" in text
    duties = page.select("section[aria-labelledby=duties] .cell")
    assert len(duties) == len(pack.duties)


@pytest.mark.clause("JX8-12b", "JX8-16a")
def test_the_outbreak_plan_shows_closed_zones_and_who_may_leave(world: World) -> None:
    page = looked_at(browser(world.head), "policy-shipped", "JX8")

    assert "JX8-12b" in words(page.select_one("section[aria-labelledby=zone]"))
    leave = words(page.select_one("section[aria-labelledby=leave]"))
    assert "JX8-16a" in leave
    assert "refused" in leave


def test_a_pack_reads_in_chinese_without_an_english_word_of_ours(world: World) -> None:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(world.head)

    page = soup(client.get(reverse("policy-shipped", args=["JY"])))

    assert "济源示范区" in words(page.select_one(".facts"))
    assert "中高风险地区返（来）济人员" in words(page.find(id="row-JY.MIDHIGH"))


def test_a_stored_pack_has_a_page_and_an_unknown_one_has_none(world: World) -> None:
    kept = keep_file(text=changed(pack_text("QH"), "Jiyuan winter", "Qinghe winter"), by=None)
    client = browser(world.leader)

    assert "Qinghe winter" in words(looked_at(client, "policy-pack", kept.pk).h1)
    assert client.get(reverse("policy-pack", args=[kept.pk + 99])).status_code == 404
    assert client.get(reverse("policy-shipped", args=["XX"])).status_code == 404


# -------- a proposal


def test_a_notice_is_proposed_from_the_page_with_its_readings(world: World) -> None:
    in_force()
    client, url = browser(world.county), reverse("policy-new") + "?pack=GZ"
    form = soup(client.get(url))
    assert form.select_one("input[name=place]")["value"] == COUNTY
    options = [o["value"] for o in form.select("select[name=setting_day_count] option")]
    assert options == ["next_day", "same_day"]

    sent = {f["name"]: f.get("value", "") for f in form.select("form.wide-form input[name]")}
    chosen = form.select("form.wide-form select[name] option[selected]")
    sent |= {option.find_parent("select")["name"]: option["value"] for option in chosen}
    sent |= {"setting_day_count": "same_day", "setting_certificate_days": "5"}
    response = client.post(url, sent, follow=True)

    version = PolicyVersion.objects.get(proposed=True)
    assert (version.pack, version.place_id, version.made_by) == ("GZ", COUNTY, world.county)
    assert version.settings == {"day_count": "same_day", "certificate_days": 5}
    changes = words(soup(response).select_one("section[aria-labelledby=changes]"))
    assert "JY 2021.1" in changes
    assert "the day of arrival is day 1" in changes
    assert "chosen here" in words(soup(response).select_one("section[aria-labelledby=readings]"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"setting_certificate_days": "99"}, "less than or equal to 30"),
        ({"setting_day_count": "never"}, "valid choice"),
        ({"place": TOWN}, "A notice binds a county or what lies above it"),
        ({"place": ELSEWHERE}, "Choose your own county"),
        ({"place": "99"}, "Choose your own county"),
        ({"since": "x"}, "valid date"),
        ({"since": str(today() - 400 * DAY)}, "choose that day or a later one"),
    ],
)
def test_a_fault_of_a_proposal_stands_at_its_field(
    world: World, changes: dict[str, str], sentence: str
) -> None:
    in_force()
    sent = {"place": COUNTY, "since": str(today())}
    sent |= {f"setting_{n}": str(s.value) for n, s in load("GZ").settings.items()} | changes

    response = browser(world.county).post(reverse("policy-new") + "?pack=GZ", sent)

    assert response.status_code == 422
    faults = soup(response).select(".field-error, [role=alert]")
    assert sentence in " ".join(words(one) for one in faults)
    assert not PolicyVersion.objects.filter(proposed=True).exists()


def test_an_uploaded_file_is_kept_and_proposed_next_or_its_faults_are_listed(world: World) -> None:
    client, url = browser(world.township), reverse("policy-new")
    bad = changed(pack_text("QH"), 'kind = "centralised"', 'kind = "hotel"')

    refused = client.post(url, {"file": upload(bad)})
    assert refused.status_code == 422
    assert "row CONTACT" in words(soup(refused).select_one(".faults"))
    assert not PolicyPack.objects.exists()
    kept = client.post(url, {"file": upload(pack_text("QH"))}, follow=True)

    assert PolicyPack.objects.get().added_by == world.township
    assert "Propose QH 2021.1" in words(soup(kept).h1)
    for file in (b"\xff\xfe", b""):
        odd = client.post(url, {"file": SimpleUploadedFile("x.toml", file)})
        assert odd.status_code == 422
    assert client.get(url + "?file=x").status_code == 404
    assert client.get(url + "?pack=XX").status_code == 404


def test_a_proposal_shows_whom_it_touches_and_how_and_only_ones_own(world: World) -> None:
    in_force()
    at_risk(ELSEWHERE, Mark.KEY_CONCERN)
    an_episode(4)
    version = a_proposal(world)

    page = looked_at(browser(world.county), "policy-version", version.pk)
    other = looked_at(browser(world.neighbour), "policy-version", version.pk)

    touched = words(page.select_one("section[aria-labelledby=touched]"))
    assert "Persons touched 1" in touched
    row = page.select_one("section[aria-labelledby=touched] tbody tr")
    assert words(row).count("areas of key concern") == 2
    assert other.select_one("section[aria-labelledby=touched] tbody tr") is None


def test_who_publishes_puts_it_in_force_and_its_rescreening_opens(world: World) -> None:
    former = in_force()
    version = a_proposal(world)
    page = looked_at(browser(world.county), "policy-version", version.pk)
    action = reverse("policy-activate", args=[version.pk])
    assert page.select_one(f'form[action="{action}"]') is not None

    response = browser(world.county).post(action, follow=True)

    assert "The notice is in force" in words(soup(response).select_one("#messages"))
    version.refresh_from_db()
    former.refresh_from_db()
    assert (version.proposed, former.until) == (False, version.since)
    assert Screening.objects.get(policy=version).state in ("open", "closed")
    again = browser(world.county).post(action, follow=True)
    assert "no proposal any more" in words(soup(again).select_one("#messages"))


def test_who_may_not_publish_sees_no_button_and_is_refused(world: World) -> None:
    in_force()
    version = a_proposal(world)

    for user in (world.township, world.head, world.leader, world.supervisor):
        client = browser(user)
        page = looked_at(client, "policy-version", version.pk)
        assert page.select_one("form.confirm-box") is None
        for act in ("policy-activate", "policy-withdraw"):
            assert client.post(reverse(act, args=[version.pk])).status_code == 403
    Post.objects.filter(user=world.county).update(place_id=ELSEWHERE)
    abroad = browser(world.county)
    assert abroad.post(reverse("policy-activate", args=[version.pk])).status_code == 403


def test_who_proposed_may_withdraw_it(world: World) -> None:
    version = a_proposal(world, by=world.township)

    response = browser(world.township).post(
        reverse("policy-withdraw", args=[version.pk]), follow=True
    )

    assert "withdrawn" in words(soup(response).select_one("#messages"))
    assert not PolicyVersion.objects.exists()


# -------- the desk of authors


def test_a_right_file_is_shown_with_its_rows_and_not_stored(world: World) -> None:
    response = browser(world.township).post(reverse("policy-check"), {"text": pack_text("QH")})

    page = soup(response)
    assert response.status_code == 200
    assert "has no fault" in words(page.select_one(".notice-good"))
    assert page.find(id="row-QH.MIDHIGH") is not None
    assert not PolicyPack.objects.exists()


@pytest.mark.parametrize("way", ["pasted", "uploaded"])
def test_faults_are_a_list_with_row_and_field_and_the_text_stays(world: World, way: str) -> None:
    text = changed(pack_text("QH"), 'kind = "centralised"', 'kind = "hotel"')
    text = changed(text, "[[row.restriction]]\nname", "[[row.restriction]]\nnom")
    sent = {"text": text} if way == "pasted" else {"file": upload(text)}

    response = browser(world.township).post(reverse("policy-check"), sent)

    faults = [words(one) for one in soup(response).select(".faults li")]
    assert response.status_code == 422
    assert len(faults) > 1
    assert all(fault.startswith("pack.toml") for fault in faults)
    if way == "pasted":
        assert 'kind = "hotel"' in soup(response).select_one("textarea").text
    assert not PolicyPack.objects.exists()


def test_nothing_pasted_is_asked_for(world: World) -> None:
    response = browser(world.township).post(reverse("policy-check"), {"text": "  "})

    assert response.status_code == 422
    assert "Paste the text" in words(soup(response))
