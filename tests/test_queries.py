"""Pages ask the database as often for twenty rows as for one."""

from collections.abc import Callable
from itertools import count

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from zeal import zeal_context
from zeal.constants import initialize_app_registry
from zeal.patch import patch

from grid.choices import Level, Role, Tier
from grid.days import today
from grid.models import Assignment, Household, ImportBatch, Place, Post
from returnees.models import (
    Away,
    ControlZone,
    Episode,
    ExitPermit,
    Override,
    RiskArea,
    RiskListVersion,
    Screening,
    ScreeningItem,
    Verification,
)
from returnees.services.health import log_health
from returnees.services.reports import register_reports
from schedules.models import Inspection
from schedules.services import reconcile, sync_duties
from tests.cast import GRID, VILLAGE, World
from tests.factories.grid import UserFactory
from tests.factories.returnees import ELSEWHERE, a_report, in_force

pytestmark = pytest.mark.django_db
numbers = count(1)

# Who looks, at which address.
PAGES = {
    "today": "worker",
    "returnee-list": "township",
    "task-list": "township",
    "abnormality-list": "township",
    "import-list": "township",
    "import-new": "township",
    "import-tonight": "township",
    "dashboard": "township",
    "daily-report": "township",
    "household-list": "township",
    "assignment-list": "township",
    "coverage": "township",
    "cadre-list": "township",
    "risk-list": "township",
    "risk-public": "township",
    "screening-list": "township",
    "policy-list": "township",
    "away-list": "township",
    "verification-list": "township",
    "zone-list": "township",
    "permit-list": "township",
    "override-list": "township",
    "inspection-list": "township",
    "notices": "worker",
    "api-place-list": "township",
    "api-import-list": "township",
    "api-returnee-list": "township",
    "api-task-list": "township",
    "admin:grid_person_changelist": "township",
    "admin:grid_post_changelist": "township",
    "admin:grid_assignment_changelist": "township",
    "admin:returnees_episode_changelist": "township",
    "admin:returnees_abnormality_changelist": "township",
    "admin:schedules_task_changelist": "township",
}


def grow(world: World, rows: int) -> None:
    """Add so many households, each with a cadre, and a returnee with work and a finding."""
    reports = []
    for _row in range(rows):
        n = next(numbers)
        cadre = UserFactory(name=f"干部{n:02d}")
        Post.objects.create(user=cadre, role=Role.VILLAGE_CADRE, place_id=VILLAGE, since=today())
        home = Household.objects.create(place_id=GRID, number=f"A{n}")
        held = {"tier": Tier.HOUSEHOLD, "household": home, "at_id": GRID, "since": today()}
        Assignment.objects.create(cadre=world.worker, **held)
        Assignment.objects.create(cadre=cadre, lead=False, **held)
        Household.objects.create(place_id=GRID, number=f"B{n}")  # covered by nobody
        ImportBatch.objects.create(
            list_name="returnees", file_name=f"{n}.xlsx", place_id=GRID, uploaded_by=cadre,
            as_of=today(), state="checked",
        )  # fmt: skip
        reports.append(a_report(days=-1, household=home))
    episodes = register_reports(reports=reports, by=None)
    for episode in episodes:
        log_health(
            episode=episode, temperature="38.5", symptoms=[], by=world.worker, channel="cadre"
        )
        rows_of_the_day(episode)
    reconcile(episode_ids=[episode.pk for episode in episodes])


def rows_of_the_day(episode: Episode) -> None:
    """Add a row of every further list that a person can stand in."""
    person, day, n = episode.person, today(), episode.pk
    Away.objects.create(person=person, home_id=VILLAGE, place_id=ELSEWHERE, returns_on=day)
    Verification.objects.create(
        name=person.name, id_hash=person.id_hash, place_id=VILLAGE, state="to_verify",
        responsible=UserFactory(), received_at=episode.registered_at,
        due_at=episode.registered_at,
    )  # fmt: skip
    ExitPermit.objects.create(
        person=person, place_id=VILLAGE, destination="海岳省", leaves_on=day, state="asked"
    )
    Override.objects.create(
        episode=episode, row="JY.OTHER", was=episode.classification, reason="社区医生评估",
        state="proposed",
    )  # fmt: skip
    building = Place.objects.create(
        code=f"{GRID}{n % 1000:03d}", name=f"{n}号楼", level=Level.BUILDING, parent_id=GRID
    )
    Inspection.objects.create(
        place=building, kind="overdue", day=day, made_at=episode.registered_at,
        due_at=episode.registered_at, holder=UserFactory(),
        figures={"total": 9, "lacking": 9, "bound": 5, "worst": [{"place": VILLAGE, "n": 9}]},
    )  # fmt: skip
    ControlZone.objects.create(place=building, since=day, last_case_on=day, approved_by="市指挥部")
    version = RiskListVersion.objects.create(day=day, covers=["level"])
    RiskArea.objects.create(place_id=ELSEWHERE, part=f"{n}号楼", mark="mid", since=day)
    screening = Screening.objects.create(risk_list=version, day=day, state="open")
    ScreeningItem.objects.create(
        screening=screening, episode=episode, place_id=VILLAGE, touch="certain", changes=True
    )


@pytest.fixture
def grown(world: World) -> Callable[[int], None]:
    """Return what adds rows to the world."""
    sync_duties()
    in_force()
    world.township.is_staff = True
    world.township.save()
    return lambda rows: grow(world, rows)


def asked(client: Client, url: str) -> list[str]:
    """Return the statements of one page."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return [query["sql"] for query in queries]


def test_no_page_asks_once_per_row(world: World, grown: Callable[[int], None]) -> None:
    clients = {who: Client() for who in set(PAGES.values())}
    for who, client in clients.items():
        client.force_login(world.users[who], "django.contrib.auth.backends.ModelBackend")
    grown(1)
    for name, who in PAGES.items():  # what is kept after the first look does not count
        asked(clients[who], reverse(name))
    one = {name: asked(clients[who], reverse(name)) for name, who in PAGES.items()}

    grown(19)

    twenty = {name: asked(clients[who], reverse(name)) for name, who in PAGES.items()}
    more = {
        name: (len(one[name]), len(twenty[name]), sorted(set(twenty[name]) - set(one[name]))[:3])
        for name in PAGES
        if len(twenty[name]) > len(one[name])
    }
    assert more == {}


def test_the_rows_are_really_on_the_pages(world: World, grown: Callable[[int], None]) -> None:
    grown(3)
    client = Client()
    client.force_login(world.worker, "django.contrib.auth.backends.ModelBackend")

    names = [row["name"] for row in client.get(reverse("api-returnee-list")).json()["results"]]

    today_page = client.get(reverse("today")).content.decode()
    assert len(names) == 3
    assert all(name in today_page for name in names)


@pytest.fixture(scope="session")
def watched() -> None:
    """Let zeal see what rows load on their own; once, and heard only in its context."""
    initialize_app_registry()
    patch()


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith("admin:")])
def test_no_row_of_a_page_loads_its_relations_by_itself(
    world: World, grown: Callable[[int], None], watched: None, name: str
) -> None:
    grown(3)
    client = Client()
    client.force_login(world.users[PAGES[name]], "django.contrib.auth.backends.ModelBackend")

    with zeal_context():  # raises where two rows of one query fetch the same relation
        assert client.get(reverse(name)).status_code == 200
