"""Households, residents and cadres of the invented county, with who answers for whom."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import Random

from django.contrib.auth.hashers import make_password

from config.seeding.names import id_number, person_name, phone
from config.seeding.places import COUNTY, County
from grid.choices import Role, Tier, Use
from grid.models import Assignment, Household, Person, Post, User

HOUSEHOLDS_PER_BUILDING = 6
SINCE = timedelta(days=400)  # posts and assignments are older than every episode
USES = [Use.RESIDENT] * 15 + [Use.RENTED] * 3 + [Use.SHOP] + [Use.VACANT]
BATCH = 2000


@dataclass(slots=True)
class Community:
    """Who was made: the cast by role, households and residents."""

    password: str
    hashed: str = ""
    cast: dict[str, list[User]] = field(default_factory=dict)
    households: list[Household] = field(default_factory=list)
    residents: list[Person] = field(default_factory=list)


def make_community(
    *, county: County, random: Random, today: date, password: str, residents: int
) -> Community:
    """Write cadres with posts and assignments, households and at least so many residents."""
    community = Community(password=password, hashed=make_password(password))
    numbers = count(1)
    _make_cadres(community, county, random, numbers, today)
    _make_households(community, county, random, today, residents)
    _make_residents(community, random, today, residents)
    _assign_households(community, county, random, today)
    return community


def _user(community: Community, random: Random, n: int, *, title: str, unit: str = "") -> User:
    name = person_name(random, random.choice("MF"))
    return User(
        phone=phone(n),
        name=name,
        title=title,
        unit=unit,
        party_member=random.random() < 0.7,
        password=community.hashed,
    )


def _make_cadres(
    community: Community, county: County, random: Random, numbers: Iterator[int], today: date
) -> None:
    wanted: list[tuple[str, str, str | None, int | None]] = [
        (Role.COUNTY_ADMIN, "县防指办管理员", COUNTY, None),
        (Role.LEADER, "县级包联领导", COUNTY, None),
        (Role.SUPERVISOR, "督导组组长", COUNTY, None),
    ]
    wanted += [(Role.TOWNSHIP_ADMIN, "镇街管理员", code, None) for code in county.townships]
    wanted += [(Role.LEADER, "包片领导", None, block.pk) for block in county.blocks]
    wanted += [(Role.VILLAGE_HEAD, "村支书", code, None) for code in county.villages]
    wanted += [(Role.VILLAGE_CADRE, "包村干部", code, None) for code in county.villages]
    wanted += [(Role.GRID_WORKER, "网格员", code, None) for code in county.grids]
    users = User.objects.bulk_create(
        [_user(community, random, next(numbers), title=title) for _r, title, _p, _b in wanted],
        batch_size=BATCH,
    )
    posts, assignments = [], []
    for user, (role, title, place, block) in zip(users, wanted, strict=True):
        community.cast.setdefault(title, []).append(user)
        posts.append(
            Post(user=user, role=role, place_id=place, block_id=block, since=today - SINCE)
        )
        assignments += _duty_of_post(user, title, place, block, county, today)
    Post.objects.bulk_create(posts, batch_size=BATCH)
    Assignment.objects.bulk_create(assignments, batch_size=BATCH)


def _duty_of_post(
    user: User, title: str, place: str | None, block: int | None, county: County, today: date
) -> list[Assignment]:
    since = today - SINCE
    if title == "县级包联领导" and place:
        return [Assignment(cadre=user, tier=Tier.COUNTY, place_id=place, at_id=place, since=since)]
    if title == "包片领导":
        township = next(b.township_id for b in county.blocks if b.pk == block)
        return [
            Assignment(cadre=user, tier=Tier.BLOCK, block_id=block, at_id=township, since=since)
        ]
    if title == "包村干部" and place:
        return [Assignment(cadre=user, tier=Tier.VILLAGE, place_id=place, at_id=place, since=since)]
    return []


def _make_households(
    community: Community, county: County, random: Random, today: date, residents: int
) -> None:
    per_building = max(
        HOUSEHOLDS_PER_BUILDING, -(-residents // (3 * max(1, len(county.buildings)))) + 1
    )
    rows = []
    for code in county.buildings:
        for n in range(1, per_building + 1):
            use = random.choice(USES)
            assessed = use != Use.VACANT and random.random() < 0.8
            rows.append(
                Household(
                    place_id=code,
                    number=f"{n // 10 + 1}{n % 10:02d}",
                    address=f"{int(code[15:])}号楼{n // 10 + 1}{n % 10:02d}室",
                    use=use,
                    home_suitable=random.random() < 0.75 if assessed else None,
                    assessed_on=today - timedelta(days=random.randint(10, 60))
                    if assessed
                    else None,
                )
            )
    community.households = Household.objects.bulk_create(rows, batch_size=BATCH)


def _make_residents(community: Community, random: Random, today: date, residents: int) -> None:
    homes = [h for h in community.households if h.use != Use.VACANT]
    persons: list[Person] = []
    used = count(0)
    while len(persons) < residents or len(persons) < len(homes):
        for home in homes:
            persons.append(_resident(random, home, today, next(used)))
            if len(persons) >= max(residents, len(homes)):
                break
    community.residents = Person.objects.bulk_create(persons, batch_size=BATCH)
    for home, head in zip(homes, community.residents, strict=False):
        home.head_name = head.name
    rented = [home for home in homes if home.use == Use.RENTED]
    for home in rented:
        home.landlord = random.choice(community.residents)
    Household.objects.bulk_update(homes, ["head_name", "landlord"], batch_size=BATCH)


def _resident(random: Random, home: Household, today: date, n: int) -> Person:
    sex = random.choice("MF")
    # The birth date carries the count, so that no two numbers are alike at any size.
    birth = date(1950, 1, 1) + timedelta(days=(n * 7919) % 20_000)
    return Person(
        name=person_name(random, sex),
        id_number=id_number(birth=birth, sex=sex, n=(n // 20_000)),
        phone=phone(50_000_000 + n),
        place_id=home.place_id[:12],
        household=home,
    ).derive()


def _assign_households(community: Community, county: County, random: Random, today: date) -> None:
    """Give nearly every household its cadre; a few are left open for the coverage page to find."""
    workers = dict(zip(county.grids, community.cast["网格员"], strict=True))
    rows = [
        Assignment(
            cadre=workers[home.place_id[:15]],
            tier=Tier.HOUSEHOLD,
            household=home,
            at_id=home.place_id,
            since=today - SINCE,
        )
        for home in community.households
        if random.random() > 0.02
    ]
    Assignment.objects.bulk_create(rows, batch_size=BATCH)
