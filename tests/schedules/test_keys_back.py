"""Derived rows had no key to their episode for a while: what nobody owns goes, the key is back."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from schedules.models import Derivation, DutySpan, Task
from tests.cast import World
from tests.factories.schedules import returnee

DERIVED = (Derivation, DutySpan, Task)


def migrate(name: str) -> None:
    checked()
    MigrationExecutor(connection).migrate([("schedules", name)])


def checked() -> None:
    """Have what waits for the end of the transaction checked now: only then tables change."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def orphan(model: Any, episode: int) -> None:
    """Copy a row to an episode that does not exist."""
    row = model.objects.order_by("pk").first()
    row.pk, row.episode_id = (None, episode) if model is not Derivation else (episode, episode)
    row.save(force_insert=True)
    checked()


def test_rows_of_no_episode_go_and_none_can_be_written_again(world: World) -> None:
    nobody = 10**9
    episode = returnee()
    before = [model.objects.count() for model in DERIVED]
    migrate("0010_sms_channel")
    for model in DERIVED:
        orphan(model, nobody)

    migrate("0011_derived_with_keys")

    assert [model.objects.count() for model in DERIVED] == before
    assert Task.objects.filter(episode=episode).exists()
    for model in DERIVED:
        with pytest.raises(IntegrityError), transaction.atomic():
            orphan(model, nobody)
