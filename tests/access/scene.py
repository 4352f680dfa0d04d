"""The rows that addresses name, once in each of three places: near, far and abroad.

`near` is the village of the cast, `far` the neighbour's, `abroad` lies in a county where nobody of
the cast has anything to do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.client import ClientHandler

from grid.choices import BatchState, Role, Tier
from grid.days import today
from grid.models import (
    Assignment,
    Household,
    ImportBatch,
    ImportRow,
    Person,
    Place,
    Post,
    User,
)
from returnees.choices import Mark, OverrideState, PermitState
from returnees.models import (
    Abnormality,
    Away,
    ControlZone,
    Episode,
    ExitPermit,
    Override,
    PolicyPack,
    PolicyVersion,
    RiskArea,
    RiskListVersion,
    Screening,
    ScreeningItem,
    Verification,
)
from returnees.services.health import log_health
from returnees.services.policies import propose_policy
from returnees.services.reports import register_report
from returnees.services.risk_lists import draft_in_force
from returnees.services.verifications import take_over
from schedules.models import Inspection, Task
from schedules.services import reconcile, sync_duties
from tests.access.roles import STAFF
from tests.cast import COUNTY, FAR, GRID, VILLAGE, World, build_world
from tests.factories.grid import id_number, place
from tests.factories.returnees import ELSEWHERE, a_report, at_risk, in_force, noon

ABROAD = "980101101201"
PHONES = {"near": "15400010001", "far": "15400010002", "abroad": "15400010003"}


@dataclass
class Scene:
    """The cast, and what addresses may name in each of the places."""

    world: World
    rows: dict[str, dict[str, Any]]
    secrets: set[str]
    sessions: dict[str, str]
    handler: ClientHandler = field(default_factory=lambda: ClientHandler(enforce_csrf_checks=False))

    def client(self, who: str) -> Client:
        """Return a browser in which this member of the cast has just signed in.

        Thousands are asked for. All share one session of a member, which stands in the database
        alone: what an answer changes in it is taken back with everything else.
        """
        client = Client()
        client.handler = self.handler  # its middleware is loaded once
        if who in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        return client


def session_of(user: User) -> str:
    """Return the key of a new session of this user."""
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def build_scene() -> Scene:
    """Write the cast and the three sets of rows."""
    world = build_world()
    for name in STAFF:
        world.users[name].is_staff = True
        world.users[name].save()
    sync_duties()
    in_force()
    in_force(place="980101")
    # A class with tests, so that there is one to be entered.
    at_risk(ELSEWHERE, Mark.KEY_CONCERN, days=100)
    rows = {
        "near": rows_at(VILLAGE, "near", household=world.household, person=world.person),
        "far": rows_at(FAR, "far"),
        "abroad": rows_at(ABROAD, "abroad"),
    }
    people = [at["person"] for at in rows.values()]
    secrets = {number for person in people for number in (person.id_number, person.phone)}
    sessions = {who: session_of(user) for who, user in world.users.items()}
    return Scene(world=world, rows=rows, secrets=secrets, sessions=sessions)


def rows_at(
    village: str, where: str, household: Household | None = None, person: Person | None = None
) -> dict[str, Any]:
    """Return one row of everything that an address names, in a grid of this village."""
    grid = Place.objects.get(pk=GRID) if village == VILLAGE else place(village + "001")
    household = household or Household.objects.create(place=grid, number="1")
    if person is None:
        person = Person(name=f"邻{where}", id_number=id_number(len(where)), phone=PHONES[where])
        person.place_id, person.household = village, household
        person.derive().save()
    cadre = User.objects.create(phone=f"1560000{len(where):04d}", name=f"员{where}", password="!")
    post = Post.objects.create(user=cadre, role=Role.GRID_WORKER, place=grid, since=today())
    assignment = Assignment.objects.create(
        cadre=cadre, tier=Tier.HOUSEHOLD, household=household, at=grid, since=today(), lead=False
    )
    episode = episode_of(person, village)
    item = screened(episode, where)
    return {
        "village": village,
        "grid": grid.code,
        "household": household,
        "person": person,
        "cadre": cadre,
        "post": post,
        "assignment": assignment,
        **an_import(grid, person, where),
        "episode": episode,
        "stage": episode.stages.first(),
        "test": episode.tests.first(),
        "abnormality": Abnormality.objects.get(episode=episode),
        "task": Task.objects.filter(episode=episode).first(),
        **rows_beside(episode, village),
        "screening": item.screening,
        "screening_item": item,
        "stay": episode.report.stays.first(),
        "policy": a_proposal(len(where)),
        "pack": PolicyPack.objects.get(key="JY"),
        "shipped": "JY",
        **rows_of_risk(),
    }


def an_import(at: Place, person: Person, where: str) -> dict[str, Any]:
    """Return a checked list that nobody in particular uploaded, and a row of it that asks."""
    batch = ImportBatch.objects.create(
        list_name="returnees", file_name="名单.xlsx", digest=where, place=at, as_of=today(),
        state=BatchState.CHECKED, checked_at=noon(), summary={"rows": 1, "waiting": 1},
    )  # fmt: skip
    values = {
        "name": person.name, "id_type": "id_card", "id_number": person.id_number,
        "phone": person.phone, "dest_code": at.code[:12], "return_date": today().isoformat(),
    }  # fmt: skip
    row = ImportRow.objects.create(
        batch=batch, number=2, kind="data", verdict="ok", action="ask",
        raw={"姓名": person.name, "身份证号": person.id_number, "说明": f"电话{person.phone}"},
        values={**values, "_params": [{}]},
        problems=[{"column": "", "code": "known_cross_village", "severity": "question"}],
    )  # fmt: skip
    return {"batch": batch, "import_row": row}


def a_proposal(days: int) -> PolicyVersion:
    """Return another reading proposed for the county of the cast: notices know no abroad."""
    return propose_policy(
        file=PolicyPack.objects.get(key="JY"),
        place=Place.objects.get(pk=COUNTY),
        since=today(),
        settings={"certificate_days": days},
        by=None,
    )


def rows_of_risk() -> dict[str, Any]:
    """Return a drafted list with a line and an area in force: risk knows no abroad either."""
    version = draft_in_force(day=today(), source="省卫健委", by=None)
    return {
        "risk_list": version,
        "risk_entry": version.entries.first(),
        "risk_area": RiskArea.objects.get(until=None),
    }


def rows_beside(episode: Episode, village: str) -> dict[str, Any]:
    """Return a row of everything else that an address names, at the village or in its grid."""
    person, day = episode.person, today()
    return {
        "override": Override.objects.create(
            episode=episode, row="JY.OTHER", was=episode.classification,
            reason="社区医生评估", state=OverrideState.PROPOSED,
        ),
        "zone": ControlZone.objects.create(
            place_id=village, since=day, last_case_on=day, approved_by="市指挥部"
        ),
        "permit": ExitPermit.objects.create(
            person=person, place_id=village, destination="海岳省", leaves_on=day,
            state=PermitState.ASKED, verdict={"rule": "", "allowed": None, "why": [], "to": None},
        ),
        "away": Away.objects.create(person=person, home_id=village, text="海岳省"),
        "verification": a_letter_about(person, village),
        "inspection": Inspection.objects.create(
            place_id=f"{village}001", kind="overdue", day=day, made_at=noon(), due_at=noon(1),
            figures={"total": 9, "lacking": 9, "bound": 5, "worst": []},
        ),
    }  # fmt: skip


def a_letter_about(person: Person, village: str) -> Verification:
    """Return somebody whom a letter asks about; near by, the grid worker verifies."""
    one = Verification(
        name=person.name, id_number=person.id_number, phone=person.phone, place_id=village,
        received_at=noon(-1), person=person, letter_from="望潮区指挥部", letter_no="望疫协1号",
    )  # fmt: skip
    (made,) = take_over(verifications=[one], by=None, day=today())
    return made


def screened(episode: Episode, where: str) -> ScreeningItem:
    """Return the item of an episode in a re-screening that touches nobody else."""
    version = RiskListVersion.objects.create(
        day=today(), state="published", covers=[], digest=where, published_at=noon()
    )
    screening = Screening.objects.create(risk_list=version, day=today(), state="open")
    stay = episode.report.stays.first()
    why = {"stay": stay.pk, "place": stay.place_id, "part": "", "mark": "high", "was": ""}
    plan = {"class": episode.classification, "ends": None, "stages": [], "rooms": [], "tests": []}
    return ScreeningItem.objects.create(
        screening=screening,
        episode=episode,
        place_id=episode.place_id,
        touch="certain",
        why=[why],
        before=plan,
        after={**plan, "class": "JY.MIDHIGH"},
        changes=True,
    )


def episode_of(person: Person, village: str) -> Episode:
    """Return an episode under management with work, a test owed and an abnormal finding."""
    report = a_report(
        days=-1, person=person, phone=person.phone, place_code=village, arrives_at=noon(-1)
    )
    episode = register_report(report=report, by=None)
    log_health(episode=episode, temperature="38.0", symptoms=["fever"], by=None, channel="cadre")
    reconcile(episode_ids=[episode.pk])
    return episode


@contextmanager
def undone() -> Iterator[None]:
    """Take back whatever the block writes, so that every case finds the same rows."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """The scene, written once for the tests of a module and taken back after them."""
    in_database = override_settings(SESSION_ENGINE="django.contrib.sessions.backends.db")
    with in_database, django_db_blocker.unblock(), undone():
        yield build_scene()


READING = ("SELECT", "SET", "SHOW", "SAVEPOINT", "RELEASE", "ROLLBACK", "FETCH", "DECLARE", "CLOSE")


def only_reads(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Refuse every statement that writes (for connection.execute_wrapper)."""
    first = sql.lstrip(" (\n").split(None, 1)[0].upper()
    locks = " FOR UPDATE" in sql.upper() or "PG_ADVISORY" in sql.upper()
    assert first in READING or first == "WITH", f"a GET writes: {sql[:200]}"
    assert not any(f"{word} " in sql.upper() for word in ("INSERT INTO", "DELETE FROM")), sql[:200]
    assert not locks, f"a GET locks: {sql[:200]}"
    return execute(sql, params, many, context)


@contextmanager
def read_only() -> Iterator[None]:
    """Let the block read and nothing else."""
    with connection.execute_wrapper(only_reads):
        yield
