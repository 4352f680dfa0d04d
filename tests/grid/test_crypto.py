"""Personal data at rest: sealed, found by keyed hash, readable after a key is replaced."""

import os
from base64 import b64encode

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from grid.crypto import UnreadableSecretError, keyed_hash, seal, unseal
from grid.models import Person
from tests.factories.grid import PersonFactory

words = st.text(max_size=40)


def new_key() -> str:
    return b64encode(os.urandom(32)).decode()


@given(text=words)
def test_what_is_sealed_opens_again_and_never_looks_alike_twice(text: str) -> None:
    sealed = seal(text)

    assert unseal(sealed) == text
    assert seal(text) != sealed
    assert len(text) < 3 or text.encode() not in sealed


def test_an_old_key_in_the_ring_still_opens_and_the_newest_one_seals(settings) -> None:
    old, new = new_key(), new_key()
    settings.GRID_FIELD_KEYS = [old]
    before = seal("13912345678")

    settings.GRID_FIELD_KEYS = [new, old]
    after = seal("13912345678")
    assert unseal(before) == unseal(after) == "13912345678"

    settings.GRID_FIELD_KEYS = [new]
    assert unseal(after) == "13912345678"
    with pytest.raises(UnreadableSecretError, match="not in the ring"):
        unseal(before)


def test_a_changed_byte_is_noticed() -> None:
    sealed = bytearray(seal("13912345678"))
    sealed[-1] ^= 1

    with pytest.raises(UnreadableSecretError):
        unseal(bytes(sealed))


@given(one=words, other=words)
def test_hashes_agree_exactly_when_the_values_do(one: str, other: str) -> None:
    assert (keyed_hash("id", one) == keyed_hash("id", other)) == (one == other)
    assert keyed_hash("id", one) != keyed_hash("phone", one)


def test_a_hash_says_nothing_without_the_key(settings) -> None:
    before = keyed_hash("phone", "13912345678")
    settings.GRID_HASH_KEY = new_key()

    assert keyed_hash("phone", "13912345678") != before


@pytest.mark.clause("JY-18d")
@pytest.mark.django_db
def test_the_database_holds_neither_id_number_nor_phone_in_clear() -> None:
    person = PersonFactory()

    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM grid_person p")
        (row,) = cursor.fetchone()
        cursor.execute(
            "SELECT id_number, phone FROM grid_person "
            "UNION ALL SELECT id_number, phone FROM grid_personevent"
        )
        cells = [bytes(cell) for line in cursor.fetchall() for cell in line]

    assert len(cells) == 4
    for secret in (person.id_number, person.phone):
        assert secret not in row
        assert not any(secret.encode() in cell for cell in cells)
    stored = Person.objects.get()
    assert (stored.id_number, stored.phone) == (person.id_number, person.phone)


@pytest.mark.django_db
def test_a_person_is_found_by_number_last_four_name_and_initials() -> None:
    person = PersonFactory(name="曾小满", phone="13912345678")
    PersonFactory(name="林大雪", phone="13800000000")

    for text in (
        person.id_number,
        person.id_number.lower(),
        person.id_number[-4:],
        "13912345678",
        "139 1234 5678",
        "5678",
        "小满",
        "zx",
        "ZXM",
    ):
        assert list(Person.objects.matching(text)) == [person], text
    assert not Person.objects.matching("1391234").exists()
    assert Person.objects.matching(" ").count() == 2
    assert Person.objects.with_id_number(person.id_number).get() == person


@pytest.mark.clause("JY-18d")
def test_numbers_are_shown_masked() -> None:
    person = Person(id_number="97010119800101001X", phone="13912345678")

    assert person.masked_id == "970101**********1X"
    assert person.masked_phone == "139****5678"
    short = Person(id_number="E123", phone="12345")
    assert (short.masked_id, short.masked_phone) == ("****", "*****")
