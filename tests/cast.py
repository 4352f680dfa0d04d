"""A named cast everyone knows, in a county small enough to keep in mind.

    990101 青禾县 ── 990101101 河口镇 ── …201 东关村 (grid …201001, household of 林)
                                    └── …202 西关村
                 └── 990101102 柏山镇 ── …201 前坡村

`worker`, `cadre` and `head` are of 东关村; `township` runs 河口镇; `leader` looks at 河口镇;
`supervisor` and `county` cover 青禾县; `neighbour` is the head of 前坡村 and must see nothing of
河口镇; `clerk` has no post at all.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from grid.choices import Role, Tier
from grid.days import today
from grid.models import Assignment, Block, BlockVillage, Household, Person, Place, Post, User

COUNTY, TOWN, OTHER_TOWN = "990101", "990101101", "990101102"
VILLAGE, SECOND, FAR = "990101101201", "990101101202", "990101102201"
GRID = VILLAGE + "001"
PLACES = {
    "99": "云溪省",
    "9901": "澜川市",
    COUNTY: "青禾县",
    TOWN: "河口镇",
    OTHER_TOWN: "柏山镇",
    VILLAGE: "东关村民委员会",
    SECOND: "西关村民委员会",
    FAR: "前坡村民委员会",
    GRID: "第一网格",
    "98": "海岳省",
    "9801": "临沧湾市",
    "980101": "望潮区",
}
ROLES = {
    "worker": (Role.GRID_WORKER, GRID),
    "cadre": (Role.VILLAGE_CADRE, VILLAGE),
    "head": (Role.VILLAGE_HEAD, VILLAGE),
    "township": (Role.TOWNSHIP_ADMIN, TOWN),
    "leader": (Role.LEADER, TOWN),
    "supervisor": (Role.SUPERVISOR, COUNTY),
    "county": (Role.COUNTY_ADMIN, COUNTY),
    "neighbour": (Role.VILLAGE_HEAD, FAR),
}
NAMES = dict(
    zip(
        [*ROLES, "clerk"],
        ["王网格", "陈包保", "李支书", "周镇管", "吴片长", "郑督导", "钱县管", "孙邻村", "赵无岗"],
        strict=True,
    )
)


@dataclass
class World:
    """The places and people of the cast, and whatever a test adds."""

    users: dict[str, User]
    household: Household
    person: Person
    block: Block
    extra: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        """Return a member of the cast by name."""
        try:
            return self.__dict__["users"][name]
        except KeyError:
            raise AttributeError(name) from None


def parent_of(code: str) -> str | None:
    """Return the code of the place that this one of the cast belongs to."""
    return max((c for c in PLACES if c != code and code.startswith(c)), key=len, default=None)


def build_world() -> World:
    """Write the cast into the test's database, in few statements: most tests begin with it."""
    since = today() - timedelta(days=300)
    Place.objects.bulk_create(
        Place(code=code, name=name, level=Place.level_of(code), parent_id=parent_of(code))
        for code, name in PLACES.items()
    )
    members = User.objects.bulk_create(
        User(phone=f"1540000{n:04d}", name=name, password="!")
        for n, name in enumerate(NAMES.values())
    )
    users = dict(zip(NAMES, members, strict=True))
    Post.objects.bulk_create(
        Post(user=users[key], role=role, place_id=place, since=since)
        for key, (role, place) in ROLES.items()
    )
    block = Block.objects.create(township_id=TOWN, name="东片")
    BlockVillage.objects.create(block=block, village_id=VILLAGE)
    household = Household.objects.create(
        place_id=GRID, number="101", address="1号楼101室", home_suitable=True, assessed_on=since
    )
    Assignment.objects.create(
        cadre=users["worker"], tier=Tier.HOUSEHOLD, household=household, at_id=GRID, since=since
    )
    person = Person(
        name="林小满",
        id_number="419999199001019923",
        phone="15400010001",
        place_id=VILLAGE,
        household=household,
    ).derive()
    person.save()
    return World(users=users, household=household, person=person, block=block)


@pytest.fixture
def world(db: None) -> World:
    """The cast and its places."""
    return build_world()
