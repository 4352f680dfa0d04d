"""Factories of the foundation: places, cadres, households, persons, responsibility.

Places are given by code alone: `village("990101101201")` makes the place and all its ancestors.
"""

from datetime import date, timedelta

import factory
from factory.django import DjangoModelFactory
from stdnum.iso7064 import mod_11_2

from grid.choices import CODE_LENGTHS, Role, Tier
from grid.days import today
from grid.models import (
    Assignment,
    Block,
    BlockVillage,
    Household,
    Leave,
    Person,
    Place,
    Post,
    User,
)

TOWN, VILLAGE, OTHER_VILLAGE = "970101101", "970101101201", "970101101202"
LONG_AGO = date(2020, 1, 1)


def id_number(serial: int, born: date = date(1980, 1, 1)) -> str:
    """Return a valid resident ID number of an invented county."""
    body = f"970101{born:%Y%m%d}{serial % 1000:03d}"
    return body + mod_11_2.calc_check_digit(body)


def place(code: str, name: str = "") -> Place:
    """Return the place of this code, made with all its ancestors where missing."""
    codes = [code[:length] for length in CODE_LENGTHS.values() if length <= len(code)]
    there = Place.objects.in_bulk(codes)
    missing = [
        Place(
            code=one,
            name=(name if one == code else "") or f"地{one}",
            level=Place.level_of(one),
            parent_id=codes[n - 1] if n else None,
        )
        for n, one in enumerate(codes)
        if one not in there
    ]
    Place.objects.bulk_create(missing)
    return (there | {one.code: one for one in missing})[codes[-1]]


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    class Params:
        inactive = factory.Trait(is_active=False)

    phone = factory.Sequence(lambda n: f"152{n:08d}")
    name = factory.Sequence(lambda n: f"干部{n}")
    password = "!"


class PostFactory(DjangoModelFactory):
    class Meta:
        model = Post

    user = factory.SubFactory(UserFactory)
    role = Role.VILLAGE_CADRE
    place = factory.LazyFunction(lambda: place(VILLAGE))
    since = LONG_AGO


class HouseholdFactory(DjangoModelFactory):
    class Meta:
        model = Household

    place = factory.LazyFunction(lambda: place(VILLAGE))
    number = factory.Sequence(lambda n: f"{n}号")


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = Person

    name = factory.Sequence(lambda n: f"乡亲{n}")
    id_number = factory.Sequence(
        lambda n: id_number(n, date(1950, 1, 1) + timedelta(days=n // 1000))
    )
    phone = factory.Sequence(lambda n: f"153{n:08d}")
    place = factory.LazyFunction(lambda: place(VILLAGE))

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        if kwargs.get("household") is not None:
            kwargs["place"] = kwargs["household"].place
        person = model_class(*args, **kwargs).derive()
        person.save()
        return person


class AssignmentFactory(DjangoModelFactory):
    """An assignment; give it one of place, block, household, person."""

    class Meta:
        model = Assignment

    class Params:
        deputy = factory.Trait(lead=False)
        ended = factory.Trait(until=factory.LazyFunction(today))

    cadre = factory.SubFactory(UserFactory)
    tier = Tier.HOUSEHOLD
    since = LONG_AGO
    at = factory.LazyAttribute(
        lambda o: next(
            Place.objects.get(pk=target.scope_keys()[0])
            for name in ("place", "block", "household", "person")
            if (target := getattr(o, name, None)) is not None
        )
    )


class LeaveFactory(DjangoModelFactory):
    class Meta:
        model = Leave

    user = factory.SubFactory(UserFactory)
    cover = factory.SubFactory(UserFactory)
    since = LONG_AGO
    until = date(2099, 1, 1)


def block(name: str, *villages: str) -> Block:
    """Return a block of these villages, in the township of the first one."""
    made, _new = Block.objects.get_or_create(township=place(villages[0][:9]), name=name)
    for code in villages:
        BlockVillage.objects.create(block=made, village=place(code))
    return made
