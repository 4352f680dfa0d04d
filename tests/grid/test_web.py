"""What every page does with an act that cannot be done."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.forms import Form

from grid.models import Place
from grid.web import MetError, alone_or_refused, attempt

FIRST, SECOND = "97", "98"


def locking(codes: tuple[str, str], both_hold_one: threading.Barrier) -> Callable[[], str]:
    """Return an act that locks two places one after the other."""

    def act() -> str:
        with transaction.atomic():
            Place.objects.select_for_update().get(pk=codes[0])
            both_hold_one.wait(timeout=120)
            Place.objects.select_for_update().get(pk=codes[1])
        return "done"

    return act


@pytest.mark.django_db(transaction=True)
def test_of_two_who_wait_for_each_other_one_is_told_to_try_again() -> None:
    for code in (FIRST, SECOND):
        Place.objects.create(code=code, name=code, level=1)
    barrier, told = threading.Barrier(2), []

    def run(codes: tuple[str, str]) -> None:
        try:
            told.append(alone_or_refused(locking(codes, barrier)))
        except MetError as refusal:
            told.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[c]) for c in ((FIRST, SECOND), (SECOND, FIRST))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=240)

    done, refused = sorted(told, key=lambda one: one != "done")
    assert done == "done"
    assert "请" in refused or "try again" in refused


@pytest.mark.django_db
def test_any_other_fault_of_the_database_stays_one() -> None:
    def broken() -> Any:
        raise OperationalError("the server closed the connection")

    with pytest.raises(OperationalError):
        attempt(Form({}), broken)
