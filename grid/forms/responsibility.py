"""Forms of assignments, leave and hand-over."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grid.choices import Level, Tier
from grid.days import today
from grid.forms.fields import DateInput, PlaceField
from grid.models import Assignment, Block, Household, Person, Place, User
from grid.permissions import Permission

TARGETS = [
    ("place", _("a village, grid or building")),
    ("block", _("a block")),
    ("household", _("a household")),
    ("person", _("a person")),
]


def cadres_for(user: User) -> Any:
    """Return the active cadres whom the user may give work to."""
    return User.objects.active().visible_to(user, Permission.ASSIGN).order_by("name", "pk")


class CadreChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A cadre by name, with unit, so that two of one name are told apart."""

    def label_from_instance(self, cadre: Any) -> str:
        return f"{cadre.name}（{cadre.unit}）" if cadre.unit else str(cadre.name)


class AssignmentForm(forms.Form):
    """A cadre answers for a place, a block, a household or a person from a day on."""

    cadre = CadreChoice(label=_("Cadre"), queryset=User.objects.none())
    tier = forms.TypedChoiceField(label=_("Tier"), choices=Tier, coerce=int, initial=Tier.HOUSEHOLD)
    lead = forms.BooleanField(label=_("leads (otherwise deputy)"), required=False, initial=True)
    kind = forms.ChoiceField(
        label=_("Answers for"), choices=TARGETS, widget=forms.RadioSelect, initial="place"
    )
    place = PlaceField(label=_("Village, grid or building"), required=False)
    block = forms.ModelChoiceField(label=_("Block"), queryset=Block.objects.none(), required=False)
    household = forms.ModelChoiceField(
        queryset=Household.objects.none(), required=False, widget=forms.HiddenInput
    )
    person = forms.ModelChoiceField(
        queryset=Person.objects.none(), required=False, widget=forms.HiddenInput
    )
    since = forms.DateField(label=_("Since"), widget=DateInput(), initial=today)
    reason = forms.CharField(label=_("Reason"), max_length=120, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        allowed = (user, Permission.ASSIGN)
        self._choices("cadre", cadres_for(user))
        self._choices("block", Block.objects.visible_to(*allowed).order_by("township", "name"))
        self._choices("household", Household.objects.visible_to(*allowed))
        self._choices("person", Person.objects.visible_to(*allowed))
        place = self.fields["place"]
        assert isinstance(place, PlaceField)  # noqa: S101  declared above
        place.of(*allowed)
        given = [name for name in ("household", "person") if self.value_of(name)]
        kinds = [
            (key, label) for key, label in TARGETS if key in given or key in ("place", "block")
        ]
        if not self.fields["block"].queryset.exists():  # type: ignore[attr-defined]
            kinds = [(key, label) for key, label in kinds if key != "block"]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        if given:
            self.fields["kind"].initial = given[0]

    def _choices(self, name: str, rows: Any) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def value_of(self, name: str) -> Any:
        """Return what a hidden field holds, posted or given at first."""
        return self.data.get(name) if self.is_bound else self.initial.get(name)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = data.get("kind", "place")
        target = data.get(kind)
        data["target"] = target[0] if isinstance(target, tuple) else target
        if not data["target"] and kind not in self.errors:
            self.add_error(kind, _("Choose what the cadre answers for."))
        return data

    def fields_for_service(self) -> dict[str, Any]:
        """Return what responsibility.assign takes."""
        wanted = ("cadre", "target", "tier", "lead", "since", "reason")
        return {name: self.cleaned_data[name] for name in wanted}


class HandOverForm(forms.Form):
    """Chosen assignments go to another cadre."""

    to = CadreChoice(label=_("to"), queryset=User.objects.none())
    since = forms.DateField(label=_("from"), widget=DateInput(), initial=today)
    reason = forms.CharField(label=_("Reason"), max_length=120, required=False)
    chosen = forms.ModelMultipleChoiceField(
        queryset=Assignment.objects.none(),
        error_messages={"required": _("Tick the assignments to be handed over.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = cadres_for(user)  # type: ignore[attr-defined]
        self.fields["chosen"].queryset = (  # type: ignore[attr-defined]
            Assignment.objects.visible_to(user, Permission.ASSIGN).open()
        )


class EndForm(forms.Form):
    """The first day on which an assignment or post no longer holds."""

    until = forms.DateField(
        label=_("Ends before"),
        widget=DateInput(),
        initial=today,
        help_text=_("The first day that is no longer covered."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=120, required=False)


class LeaveForm(forms.Form):
    """A cadre is away; another one does the work until the return."""

    user = CadreChoice(label=_("Who is away"), queryset=User.objects.none())
    cover = CadreChoice(label=_("Covered by"), queryset=User.objects.none())
    since = forms.DateField(label=_("From"), widget=DateInput(), initial=today)
    until = forms.DateField(label=_("Back at work on"), widget=DateInput())
    reason = forms.CharField(label=_("Reason"), max_length=120, required=False)

    def __init__(self, *args: Any, by: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("user", "cover"):
            self.fields[name].queryset = cadres_for(by)  # type: ignore[attr-defined]


class AssignmentFilter(forms.Form):
    """Which assignments to show."""

    q = forms.CharField(label=_("Cadre, household or person"), required=False)
    cadre = CadreChoice(label=_("Cadre"), queryset=User.objects.none(), required=False)
    tier = forms.TypedChoiceField(
        label=_("Tier"), choices=[("", _("all"))], coerce=int, empty_value=None, required=False
    )
    place = forms.ModelChoiceField(
        label=_("Village"), queryset=Place.objects.none(), required=False, empty_label=_("all")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["cadre"].queryset = User.objects.visible_to(user).order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["cadre"].empty_label = _("all")  # type: ignore[attr-defined]
        self.fields["tier"].choices = [("", _("all")), *Tier.choices]  # type: ignore[attr-defined]
        self.fields["place"].queryset = villages_of(user)  # type: ignore[attr-defined]


VILLAGES = 300  # more than that is no longer a list to choose from


def villages_of(user: User) -> Any:
    """Return the user's townships and villages for a filter; of a county the townships alone."""
    rows = Place.objects.visible_to(user).filter(closed=False)
    levels = (Level.TOWNSHIP, Level.VILLAGE)
    few = rows.filter(level__in=levels).order_by("code")
    if len(few.values_list("pk", flat=True)[: VILLAGES + 1]) > VILLAGES:
        return rows.filter(level=Level.TOWNSHIP).order_by("code")
    return few


def place_choices(user: User, chosen: str) -> list[tuple[str, Any]]:
    """Return the choices of a place filter; a chosen place beyond the list stays among them."""
    choices: list[tuple[str, Any]] = [("", _("all"))]
    listed = [(place.code, place.name) for place in villages_of(user)]
    if chosen and chosen not in dict(listed):
        names = Place.objects.filter(code__in=chosen.split(",")).values_list("name", flat=True)
        choices.append((chosen, "、".join(names) or chosen))
    return choices + listed
