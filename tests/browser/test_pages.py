"""Every page: nothing sticks out at 360 pixels, axe finds nothing grave, one language at a time."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from grid.batches.checking import check_file
from grid.choices import BatchState
from grid.days import today
from grid.models import Block, Household, ImportBatch, Person, Place, User
from policies import schema
from returnees.models import (
    AdvanceReport,
    Away,
    ControlZone,
    ExitPermit,
    PolicyPack,
    PolicyVersion,
    RiskListVersion,
    Screening,
    ScreeningItem,
    Stage,
    Stay,
    Test,
    Verification,
)
from returnees.policy_pages import MISSING
from returnees.risk_lists.words import RiskLine
from returnees.services.overrides import propose_override, rows_for
from returnees.services.permits import Journey, ask_permit
from returnees.services.policies import propose_policy
from returnees.services.risk_lists import draft_list, publish_list
from returnees.services.screening import start_screening
from returnees.services.verifications import note_attempt, record_outcome, take_over
from schedules.services import run_day
from tests.browser.conftest import DESK, PHONE
from tests.cast import COUNTY, TOWN, VILLAGE
from tests.factories.returnees import ELSEWHERE, id_number
from tests.journeys import lists

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GRAVE = {"serious", "critical"}
RULES = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
CJK = re.compile(r"[\u3400-\u9fff]+")
LATIN = re.compile(r"[A-Za-z]{3,}")
FILE = "名单.csv"
LETTERED = ("郝寻甲", "郝寻乙")
SOURCE, ODD = "云溪省卫健委", "天外市某小区"
# Chinese pages keep these: file formats, what a machine is called.
LATIN_NAMES = {
    "Excel",
    "CSV",
    "XLSX",
    "xlsx",
    "csv",
    "English",
    "API",
    "gb18030",
    "GB18030",
    "UTF",
    "TOML",
}
# The text that people read: what is marked as of another language is no fault of this one.
READ = """() => {
  const language = document.documentElement.lang.slice(0, 2);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [document.title];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const owner = element.closest('[lang]');
    if (owner.lang.slice(0, 2) === language && !element.closest('script, style, template')) {
      texts.push(walker.currentNode.textContent);
    }
  }
  document.querySelectorAll('[aria-label], [placeholder], [title]').forEach((element) => {
    texts.push(element.getAttribute('aria-label') || '', element.placeholder || '', element.title);
  });
  return texts.join('\\n');
}"""


@pytest.fixture
def scene(home):
    """Work of every kind on the pages: people at home, a list that waits for its confirmation."""
    run_day(day=today())
    rows = lists.as_csv(lists.messy_rows(home.world, today()))
    check_file(content=rows, file_name=FILE, place_code=TOWN, by=home.world.township)
    news(home.world, home.first)
    return home


def news(world, episode):
    """Tonight's list touches everybody, a draft with an open line waits, and so does the rest."""
    lines = [RiskLine(1, "high", "望潮区", ("海岳省", "临沧湾市", "望潮区"))]
    version = draft_list(day=today(), lines=lines, source=SOURCE, by=None)
    start_screening(risk_list=publish_list(version=version, by=None), by=None)
    draft_list(day=today(), lines=[RiskLine(1, "mid", ODD, (ODD,))], source=SOURCE, by=None)
    Away.objects.create(person=episode.person, home_id=VILLAGE, place_id=ELSEWHERE)
    ControlZone.objects.create(
        place_id=VILLAGE, since=today(), last_case_on=today(), approved_by=SOURCE
    )
    letters(world)
    ask_permit(
        person=world.person,
        journey=Journey(destination=None, text=SOURCE, leaves_on=today(), necessity=SOURCE),
        by=world.cadre,
    )
    row = next(row.name for row in rows_for(episode))
    propose_override(episode=episode, row=row, reason=SOURCE, by=world.cadre)
    file = PolicyPack.objects.get(key="JY")
    propose_policy(
        file=file, place=Place.objects.get(pk=COUNTY), since=today(),
        settings={"certificate_days": 3}, by=None,
    )  # fmt: skip


def letters(world):
    """Another place asks about two people; one of them was found."""
    rows = [
        Verification(
            name=name, id_number=id_number(9000 + n), phone=f"1544100{n:04d}", place_id=VILLAGE,
            relation="close", exposure="G9999", letter_from=SOURCE, received_at=timezone.now(),
        )
        for n, name in enumerate(LETTERED)
    ]  # fmt: skip
    one, other = take_over(verifications=rows, by=None, day=today())
    note_attempt(verification=one, way="call", by=world.cadre)
    record_outcome(verification=other, state="here", measures=SOURCE, by=world.cadre)


def addresses(scene):
    """Return (member of the cast, address) of every page there is."""
    world, episode = scene.world, scene.first
    household, person = [world.household.pk], [world.person.pk]
    stage = Stage.objects.filter(episode=episode).earliest("pk")
    test = Test.objects.filter(episode=episode).earliest("pk")
    batch = ImportBatch.objects.get(state=BatchState.CHECKED)
    pages = {
        "worker": [
            reverse("today"),
            reverse("round", args=household),
            reverse("health-log", args=[episode.pk]),
            reverse("contact-log", args=[episode.pk]) + "?kind=policy_text",
            reverse("contact-log", args=[episode.pk]) + "?kind=measure",
            reverse("test-log", args=[test.pk]),
            reverse("person", args=person),
            reverse("notices"),
            reverse("password-change"),
        ],
        "township": [
            reverse("dashboard"),
            reverse("returnee-list"),
            reverse("person", args=person),
            reverse("stage-close", args=[stage.pk]),
            reverse("report-new"),
            reverse("report-saved", args=[episode.pk]),
            reverse("household-list"),
            reverse("household-detail", args=household),
            reverse("household-new"),
            reverse("person-edit", args=person),
            reverse("import-list"),
            reverse("import-new"),
            reverse("import-detail", args=[batch.pk]),
            reverse("import-detail", args=[batch.pk]) + "?show=refuse",
            reverse("import-columns", args=[batch.pk]),
            reverse("import-row", args=[batch.rows.filter(kind="data").first().pk]),
            reverse("assignment-list"),
            reverse("assignment-new"),
            reverse("leave-new"),
            reverse("coverage"),
            reverse("cadre-list"),
            reverse("cadre-new"),
            reverse("cadre-detail", args=[world.worker.pk]),
            reverse("daily-report"),
            reverse("task-list"),
            reverse("abnormality-list"),
        ],
        "county": [
            reverse("risk-list"),
            reverse("risk-list") + "?show=lists",
            reverse("risk-new"),
            *(reverse("risk-version", args=[pk]) for pk in keys(RiskListVersion)),
            reverse("screening-list"),
            *(reverse("screening", args=[pk]) for pk in keys(Screening)),
            reverse("screening-item", args=[keys(ScreeningItem)[0]]),
            reverse("stay-where", args=[keys(Stay)[0]]),
            reverse("policy-list"),
            reverse("policy-shipped", args=["JX8"]),
            reverse("policy-new"),
            reverse("policy-check"),
            *(reverse("policy-version", args=[pk]) for pk in keys(PolicyVersion)),
            reverse("away-list"),
            reverse("away-new"),
            reverse("away-edit", args=[keys(Away)[0]]),
            reverse("verification-list") + "?show=all",
            *(reverse("verification", args=[pk]) for pk in keys(Verification)),
            reverse("zone-list"),
            reverse("zone-new"),
            reverse("permit-list"),
            reverse("permit-new"),
            reverse("permit", args=[keys(ExitPermit)[0]]),
            reverse("override-list"),
            reverse("placement-new"),
        ],
        "": [
            reverse("sign-in"),
            reverse("public-report", args=[VILLAGE]),
            reverse("policy-question"),
            reverse("risk-public"),
        ],
    }
    return [(who, address) for who, found in pages.items() for address in found]


def keys(model):
    """Return the keys of a table's rows."""
    return list(model.objects.order_by("pk").values_list("pk", flat=True))


def visits(windows, scene, size):
    """Open every page, each in the window of its reader; yields (address, window)."""
    opened = {}
    for who, address in addresses(scene):
        if who not in opened:
            opened[who] = windows.open(getattr(scene.world, who) if who else None, size)
        page = opened[who]
        answer = page.goto(address)
        assert answer.status == 200, (address, answer.status)
        yield address, page


def grave(page):
    """Return what axe finds serious or worse on a page."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        (one["id"], [node["target"] for node in one["nodes"]][:3])
        for one in found
        if one["impact"] in GRAVE
    ]


def packs():
    """Return the shipped packs."""
    return [schema.load(key) for key in schema.keys()]  # noqa: SIM118  not a mapping's


def classes():
    """Return the names of the notices' rows: the same in every language."""
    return {row.name for pack in packs() for row in (*pack.rows, *pack.leave)}


def names():
    """Return every name that a page may show in any language, the longest first."""
    found = {FILE, SOURCE, ODD, *LETTERED, lists.ORIGIN, lists.TITLE, "简体中文"}
    found |= {pack.notice.number for pack in packs()}
    found |= {number for number, _packs, _why in MISSING}
    for rows in (
        Place.objects.values_list("name", flat=True),
        User.objects.values_list("name", flat=True),
        Person.objects.values_list("name", flat=True),
        Block.objects.values_list("name", flat=True),
        Household.objects.values_list("address", flat=True),
        AdvanceReport.objects.values_list("origin_text", flat=True),
    ):
        found |= set(rows)
    found |= {name.removesuffix("民委员会") for name in found}
    return sorted(found - {""}, key=len, reverse=True)


def left_over(text, pattern, known):
    """Return what a page says in the other language, names taken out."""
    for name in known:
        text = text.replace(name, " ")
    return sorted(set(pattern.findall(text)) - LATIN_NAMES)


def wording(language):
    """Return what looks like the other language, and what may be said in it all the same."""
    batch = ImportBatch.objects.get()
    said = {value for row in batch.rows.all() for value in (row.raw or {}).values() if value}
    said |= set(lists.HEADINGS) | {h.replace(" ", "") for h in lists.HEADINGS}
    if language == "en":
        return CJK, sorted({*said, *names()}, key=len, reverse=True)
    return LATIN, sorted({*said, *classes()}, key=len, reverse=True)


def switch(page, language):
    """Choose the language at the foot of the page, as people do."""
    page.locator(f'footer button[name=language][value="{language}"]').click()
    page.wait_for_load_state()


@pytest.mark.parametrize(("language", "size"), [("zh-hans", PHONE), ("en", DESK)])
def test_a_page_fits_is_accessible_and_speaks_one_language(windows, scene, language, size):
    pattern, known = wording(language)
    faults, switched = {}, set()
    for address, page in visits(windows, scene, size):
        if page not in switched:
            switched.add(page)
            switch(page, language)
            page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth")
        found = [f"{wide} px wide"] if wide > size["width"] else []
        found += grave(page) + left_over(page.evaluate(READ), pattern, known)
        if found:
            faults[address] = found

    assert not faults, "\n" + "\n".join(f"{at}: {found}" for at, found in faults.items())
