"""Whom a form is about: a person in scope, found by search or household, or somebody new."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from grid.choices import Level
from grid.errors import Refused
from grid.forms.fields import OwnVillageField
from grid.forms.people import PersonForm
from grid.models import Household, Person, User
from grid.permissions import Permission
from grid.services.people import register_person
from grid.web import PortalRequest, need
from returnees.person_page import persons_for

MOST = 20  # persons found: more than that is a search to be narrowed


class PersonElsewhereError(Refused):
    """The ID number belongs to somebody outside the user's area."""


@dataclass(frozen=True, slots=True)
class Who:
    """The person that the address names, or what was found to choose from."""

    person: Person | None
    is_new: bool
    query: str = ""
    found: Sequence[Person] = ()
    household: Household | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be said who is meant."""
        return self.person is None and not self.is_new


def who_of(request: PortalRequest, right: Permission = Permission.REGISTER) -> Who:
    """Read ?person=, ?household=, ?q= or ?new= of an address; 404 and 403 as everywhere."""
    need(request.user, right)
    known, home = request.GET.get("person", ""), request.GET.get("household", "")
    rows = persons_for(request.user).select_related("place", "household")
    if known:
        person = get_object_or_404(rows, pk=known if known.isdigit() else 0)
        need(request.user, right, person)
        return Who(person, is_new=False)
    if request.GET.get("new") or request.method == "POST":
        return Who(None, is_new=True)
    query = request.GET.get("q", "").strip()
    if home.isdigit():
        household = get_object_or_404(Household.objects.visible_to(request.user), pk=home)
        members = list(household.members.select_related("place", "household").order_by("pk"))
        return Who(None, is_new=False, found=members, household=household)
    found = list(rows.matching(query).order_by("name", "pk")[:MOST]) if query else []
    return Who(None, is_new=False, query=query, found=found)


class WhoForm(PersonForm):
    """Somebody whom the portal does not know yet, with the village of the home."""

    village = OwnVillageField(label=_("Village"))

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        village = self.fields["village"]
        assert isinstance(village, OwnVillageField)  # noqa: S101  declared above
        village.of(user, Permission.REGISTER, deepest=Level.BUILDING)

    def person(self, by: User) -> Person:
        """Return the person of a valid form: the one with this ID number, or one registered now."""
        data = dict(self.cleaned_data)
        number = data["id_number"]
        rows = Person.objects.with_id_number(number)
        known: Person | None = rows.first() if number else None
        if known is not None:
            if not persons_for(by).filter(pk=known.pk).exists():
                raise PersonElsewhereError(
                    _t("This ID number is registered in a place outside your area: ask the county.")
                )
            return known
        return register_person(place=data.pop("village"), by=by, **data)


def who_form(request: HttpRequest, user: User, who: Who) -> WhoForm | None:
    """Return the form about somebody new, or None where the person is known."""
    if who.person is not None:
        return None
    return WhoForm(request.POST or None, user=user, prefix="who")
