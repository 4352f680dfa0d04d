"""The page that gives a template: for the lists and places of the user alone."""

import io
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from grid.batches.registry import kinds_for
from grid.models import User
from tests.cast import FAR, TOWN, VILLAGE, World

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def ask(user: User, **data: Any) -> Any:
    wanted = {"list_name": "returnees", "place": VILLAGE, **data}
    return signed_in(user).post(reverse("import-template"), wanted)


def test_the_form_offers_the_users_lists_and_own_place(world: World) -> None:
    form = signed_in(world.township).get(reverse("import-template")).context["form"]

    names = [name for name, _title in form.fields["list_name"].choices]
    assert sorted(names) == sorted(kind.name for kind in kinds_for(world.township))
    assert names[0] == "returnees"
    assert form.fields["place"].initial.code == TOWN


def test_the_template_comes_as_a_workbook_named_for_list_and_place(world: World) -> None:
    found = ask(world.head)

    assert found.status_code == 200
    assert "东关村.xlsx" in unquote(found.headers["Content-Disposition"])
    sheet = openpyxl.load_workbook(io.BytesIO(found.content)).worksheets[0]
    assert "东关村" in sheet["A1"].value


@pytest.mark.parametrize("data", [{"place": FAR}, {"list_name": "nothing"}, {"place": ""}])
def test_another_place_or_list_is_a_fault_of_the_form(world: World, data: dict[str, str]) -> None:
    found = ask(world.head, **data)

    assert found.headers["Content-Type"].startswith("text/html")
    assert found.context["form"].errors


def test_those_who_may_not_import_get_none(world: World) -> None:
    assert ask(world.leader).status_code == 403
    assert signed_in(world.clerk).get(reverse("import-template")).status_code == 403
