"""The first admin: one signed link, half an hour, once."""

import re
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from grid.choices import Role
from grid.models import User
from grid.services.setup import has_admin
from tests.factories.grid import PostFactory, UserFactory, place

pytestmark = pytest.mark.django_db
FORM = {"name": "钱县管", "phone": "13912345678", "password": "云溪-2021-小满"}


def link() -> str:
    out = StringIO()
    call_command("setup_link", stdout=out)
    found = re.search(r"http://127\.0\.0\.1:8000(/setup/\S+/)", out.getvalue())
    assert found is not None
    return found[1]


def test_the_link_makes_one_admin_and_is_used_up(client) -> None:
    address = link()
    assert client.get(address).status_code == 200
    assert not User.objects.exists()

    answer = client.post(address, {**FORM, "again": FORM["password"]})

    assert (answer.status_code, answer.url) == (302, "/sign-in/")
    admin = User.objects.get()
    assert (admin.is_superuser, admin.is_staff, admin.phone) == (True, True, FORM["phone"])
    assert admin.check_password(FORM["password"])
    again = client.post(address, {**FORM, "phone": "13912345679", "again": FORM["password"]})
    assert again.status_code == 410
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [{"again": "other"}, {"phone": "12"}, {"password": "123", "again": "123"}, {"name": ""}],
)
def test_a_form_with_a_fault_makes_nobody(client, wrong: dict) -> None:
    answer = client.post(link(), {**FORM, "again": FORM["password"], **wrong})

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not User.objects.exists()


def test_an_old_or_mangled_link_says_so(client) -> None:
    address = link()
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        old = client.get(address)
    mangled = client.get(address[:-3] + "xx/")

    assert (old.status_code, mangled.status_code) == (410, 410)
    assert "setup_link" in old.content.decode()


@pytest.mark.parametrize("kind", ["superuser", "county admin"])
def test_no_link_while_there_is_an_admin(client, kind: str) -> None:
    address = link()
    if kind == "superuser":
        UserFactory(is_superuser=True)
    else:
        PostFactory(role=Role.COUNTY_ADMIN, place=place("970101"))

    assert has_admin()
    assert client.get(address).status_code == 410
    with translation.override("en"), pytest.raises(CommandError, match="admin already") as refused:
        call_command("setup_link")
    assert refused.value.returncode == 2


def test_an_admin_who_is_no_longer_active_does_not_count() -> None:
    UserFactory(is_superuser=True, inactive=True)
    PostFactory(role=Role.COUNTY_ADMIN, place=place("970101"), user__is_active=False)

    assert not has_admin()
