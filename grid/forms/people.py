"""Forms of households and persons."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grid import identity
from grid.choices import IdType, Sex, Use
from grid.forms.fields import DateInput, OwnVillageField
from grid.models import Household, Person, User
from grid.permissions import Permission

NO_ID = _(
    "This is no valid resident ID number: eighteen places, the last of which checks the others. "
    "Compare it with the card."
)


NO_PHONE = _("This is no phone number: 1xxxxxxxxxx or 0391-xxxxxxx.")


def _digits(phone: str) -> str:
    return phone.replace(" ", "").replace("-", "")


def _phone(text: str) -> str:
    """Return the digits of a phone, or refuse what is none."""
    phone = _digits(text)
    if phone and not identity.is_phone(phone):
        raise forms.ValidationError(NO_PHONE)
    return phone


PHONES = ("phone", "landlord_phone")


class HouseholdForm(forms.Form):
    """A dwelling: where it is, what it is used for, who lets it."""

    place = OwnVillageField(label=_("Village, grid or building"))
    number = forms.CharField(label=_("Door number"), max_length=40)
    address = forms.CharField(label=_("Address"), max_length=120, required=False)
    use = forms.ChoiceField(label=_("Use"), choices=Use, initial=Use.RESIDENT)
    head_name = forms.CharField(label=_("Head of household"), max_length=60, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=13, required=False)
    size = forms.IntegerField(label=_("Household size"), min_value=0, max_value=200, required=False)
    landlord_name = forms.CharField(label=_("Landlord's name"), max_length=60, required=False)
    landlord_phone = forms.CharField(label=_("Landlord's phone"), max_length=13, required=False)
    landlord_id_number = forms.CharField(
        label=_("Landlord's ID number"),
        max_length=18,
        required=False,
        help_text=_("Who lets answers for the tenants. Empty where the owner lives here."),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, user: User, household: Household | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user, self.household = user, household
        if household is not None:
            del self.fields["place"]
            for name in PHONES:
                if known := getattr(household, f"masked_{name}"):
                    self.fields[name].help_text = _("Empty: it stays %(phone)s.") % {"phone": known}
        else:
            field = self.fields["place"]
            assert isinstance(field, OwnVillageField)  # noqa: S101  declared above
            field.of(user, Permission.REGISTER)

    def clean_phone(self) -> str:
        return _phone(self.cleaned_data["phone"])

    def clean_landlord_phone(self) -> str:
        return _phone(self.cleaned_data["landlord_phone"])

    def clean_landlord_id_number(self) -> str:
        number = identity.normalise_id(self.cleaned_data["landlord_id_number"])
        if number and self._landlord(number) is None:
            raise forms.ValidationError(
                _(
                    "No person with this ID number is registered where you may see; register "
                    "the landlord first."
                ),
            )
        return number

    def _landlord(self, number: str) -> Person | None:
        return Person.objects.visible_to(self.user).with_id_number(number).first()

    def fields_for_service(self) -> dict[str, Any]:
        """Return what register_household and update_household take."""
        data = dict(self.cleaned_data)
        number = data.pop("landlord_id_number")
        if number:
            data["landlord"] = self._landlord(number)
        # Numbers are not shown in full in a form: an empty one says nothing about a known one.
        return {key: value for key, value in data.items() if value or key not in PHONES}


class AssessForm(forms.Form):
    """Whether the home allows one person alone in one room (JY-2f)."""

    suitable = forms.ChoiceField(
        label=_("Single-room isolation possible"),
        choices=[("yes", _("yes")), ("no", _("no"))],
        widget=forms.RadioSelect,
    )


class PersonForm(forms.Form):
    """Identity and phone of a person; what the ID number says is not asked again."""

    name = forms.CharField(label=_("Name"), max_length=60)
    id_type = forms.ChoiceField(label=_("Document"), choices=IdType, initial=IdType.ID_CARD)
    id_number = forms.CharField(label=_("ID number"), max_length=30, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=13, required=False)
    sex = forms.ChoiceField(
        label=_("Sex"), choices=[("", _("as the ID number says")), *Sex.choices], required=False
    )
    birth_date = forms.DateField(
        label=_("Born on"),
        widget=DateInput(),
        required=False,
        help_text=_("Only where there is no resident ID card."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind, number = data.get("id_type"), identity.normalise_id(data.get("id_number", ""))
        if kind == IdType.ID_CARD and not identity.is_valid(number):
            self.add_error(
                "id_number",
                NO_ID,
            )
        elif kind not in (IdType.ID_CARD, IdType.NONE) and not number:
            self.add_error(
                "id_number", _("Enter the number of the document, or choose “none yet”.")
            )
        data["id_number"] = number
        phone = _digits(data.get("phone", ""))
        if phone and not identity.is_phone(phone):
            self.add_error("phone", NO_PHONE)
        data["phone"] = phone
        return data


class PersonEditForm(forms.Form):
    """What may be put right of a person; numbers are typed anew, never shown (JY-18d)."""

    name = forms.CharField(label=_("Name"), max_length=60)
    phone = forms.CharField(
        label=_("New phone"), max_length=13, required=False, help_text=_("Empty: stays as it is.")
    )
    id_number = forms.CharField(
        label=_("Corrected ID number"),
        max_length=30,
        required=False,
        help_text=_("Empty: stays as it is."),
    )

    def __init__(self, data: Any = None, *, person: Person):
        super().__init__(data, initial={"name": person.name})
        self.person = person

    def clean_phone(self) -> str:
        phone = _digits(self.cleaned_data["phone"])
        if phone and not identity.is_phone(phone):
            raise forms.ValidationError(NO_PHONE)
        return phone

    def clean_id_number(self) -> str:
        number = identity.normalise_id(self.cleaned_data["id_number"])
        if number and self.person.id_type == IdType.ID_CARD and not identity.is_valid(number):
            raise forms.ValidationError(NO_ID)
        return number

    def changes(self) -> dict[str, str]:
        """Return what update_person is to change; fields left empty stay as they are."""
        data = self.cleaned_data
        return {name: data[name] for name in ("name", "phone", "id_number") if data[name]}


class RevealForm(forms.Form):
    """Why somebody is shown in full; supervisors must say."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
