"""Forms of the daily round. They clean what was typed outdoors; services write.

Every form carries an entry key: the same entry sent twice stays one.
"""

import unicodedata
import uuid
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.forms.fields import DateTimeInput
from returnees.choices import HealthCode, Symptom, TestResult
from schedules.choices import ContactChannel, ContactKind, ContactOutcome

COLDEST, HOTTEST = Decimal(34), Decimal(43)  # °C, as the database holds it
# What Chinese keyboards put where a decimal point is meant.
POINTS = str.maketrans("。，,·", "....")


class TemperatureField(forms.DecimalField):
    """A temperature in °C, typed; never prefilled, never guessed from other digits."""

    widget = forms.TextInput(
        attrs={
            "inputmode": "decimal",
            "autocomplete": "off",
            "maxlength": "5",
            "enterkeyhint": "done",
        }
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Temperature (°C)"), **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        text = unicodedata.normalize("NFKC", str(value or "")).translate(POINTS)
        text = text.strip().rstrip("度℃C°").strip()
        if not text:
            return None
        try:
            degrees = Decimal(text)
        except InvalidOperation as error:
            raise ValidationError(_("Type the temperature as a number, like 36.5.")) from error
        return self.plausible(degrees)

    def plausible(self, degrees: Decimal) -> Decimal:
        """Return a reading with one decimal between 34 and 43 °C; refuse any other."""
        if not degrees.is_finite() or not COLDEST <= degrees <= HOTTEST:
            raise ValidationError(
                _("A temperature lies between 34 and 43 °C, like 36.5. Read it again.")
            )
        if degrees != degrees.quantize(Decimal("0.1")):
            raise ValidationError(_("One decimal is enough: like 36.5."))
        return degrees.quantize(Decimal("0.1"))


class EntryForm(forms.Form):
    """An entry made once, however often it is sent; the phone's own time is kept beside it."""

    entry_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    phone_at = forms.DateTimeField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entry_key"].initial = uuid.uuid4

    def clean_entry_key(self) -> uuid.UUID:
        """Return the key of the entry; a form without one is an entry of its own."""
        return self.cleaned_data["entry_key"] or uuid.uuid4()


class HealthForm(EntryForm):
    """One health check: the temperature read, and symptoms named or expressly none."""

    temperature = TemperatureField()
    symptoms = forms.MultipleChoiceField(
        label=_("Symptoms"),
        choices=Symptom,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    health_code = forms.ChoiceField(
        label=_("Health code"), choices=[("", _("Not asked")), *HealthCode.choices], required=False
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, code_owed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.code_owed = code_owed
        if code_owed:
            code: Any = self.fields["health_code"]
            code.required = True
            code.choices = [("", "—"), *HealthCode.choices]
            code.error_messages["required"] = _("Say which colour the health code has.")
            code.help_text = _("Look at the code itself, on the phone of the person.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        none = "no_symptoms" in self.data
        if none and data.get("symptoms"):
            self.add_error(
                "symptoms",
                _("You ticked symptoms and pressed “no symptoms”. Send the one that is true."),
            )
        elif not none and not data.get("symptoms") and "symptoms" not in self.errors:
            self.add_error("symptoms", _("Press “no symptoms”, or tick what the person feels."))
        return data


BY, END, K = ContactChannel, ContactOutcome, ContactKind
# By kind: the ways it can be done, the first one is offered; and what can come of it.
CHANNELS: dict[str, tuple[ContactChannel, ...]] = {
    K.POLICY_TEXT: (BY.WECHAT, BY.SMS, BY.CALL, BY.VISIT),
    K.CALL: (BY.CALL, BY.WECHAT, BY.VISIT),
    K.TRAVEL_REMINDER: (BY.WECHAT, BY.SMS, BY.CALL),
    K.MEASURE: (BY.VISIT, BY.VIDEO, BY.SITE),  # seen, not told
    K.VISIT: (BY.VISIT,),
    K.NEEDS: (BY.VISIT, BY.CALL, BY.WECHAT),
    K.WASTE: (BY.VISIT, BY.VIDEO, BY.SITE),
    K.FOLLOW_UP: (BY.CALL, BY.WECHAT, BY.VISIT),
}
OUTCOMES: dict[str, tuple[ContactOutcome, ...]] = {
    K.POLICY_TEXT: (END.DONE, END.NOT_REACHED),
    K.CALL: (END.REACHED, END.NOT_REACHED),
    K.TRAVEL_REMINDER: (END.DONE, END.NOT_REACHED),
    K.MEASURE: (END.KEPT, END.BREACH, END.ABSENT, END.NOT_REACHED),
    K.VISIT: (END.DONE, END.ABSENT),
    K.NEEDS: (END.NO_NEED, END.NEED, END.DELIVERED, END.NOT_REACHED),
    K.WASTE: (END.DONE, END.ABSENT, END.NOT_REACHED),
    K.FOLLOW_UP: (END.REACHED, END.NOT_REACHED),
}
# The button of an outcome where its own name says too little.
WORDS = {
    (K.POLICY_TEXT, END.DONE): _("Sent"),
    (K.POLICY_TEXT, END.NOT_REACHED): _("Could not be sent"),
    (K.TRAVEL_REMINDER, END.DONE): _("Reminded"),
    (K.VISIT, END.DONE): _("Visited"),
    (K.WASTE, END.DONE): _("Bagged, disinfected, collected"),
    (K.WASTE, END.ABSENT): _("Not at home"),
}
TO_BE_EXPLAINED = {
    END.BREACH: _("Say in the note what was not kept."),
    END.NEED: _("Say in the note what is needed."),
}
NOTE_HELP = {
    K.NEEDS: _("What is needed, for example food, medicine, daily goods."),
    K.WASTE: _("Who collected it, if not you."),
    K.MEASURE: _("At home or in the room, visitors, outings."),
}


class ContactForm(EntryForm):
    """One act toward a returnee, or the attempt; the outcome is the button that was pressed."""

    channel = forms.ChoiceField(label=_("How"), widget=forms.RadioSelect)
    outcome = forms.CharField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(
        self, *args: Any, kind: str, also: Iterable[ContactOutcome] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = ContactKind(kind)
        self.outcomes = (*OUTCOMES[kind], *also)
        channels: Any = self.fields["channel"]
        channels.choices = [(c.value, c.label) for c in CHANNELS[kind]]
        channels.initial = CHANNELS[kind][0].value
        self.fields["note"].help_text = NOTE_HELP.get(self.kind, "")

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """The outcomes as value and text, the ordinary one first."""
        return [(o.value, str(WORDS.get((self.kind, o), o.label))) for o in self.outcomes]

    def clean_outcome(self) -> ContactOutcome:
        """Return the outcome whose button was pressed."""
        pressed = self.cleaned_data["outcome"]
        if pressed not in {o.value for o in self.outcomes}:
            raise ValidationError(_("Press what came of it."))
        return ContactOutcome(pressed)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        wanted = TO_BE_EXPLAINED.get(data.get("outcome", ""))
        if wanted and not data.get("note"):
            self.add_error("note", wanted)
        for error in self.errors.pop("outcome", []):
            self.add_error(None, error)
        return data


class ArrivalForm(forms.Form):
    """When somebody arrived; without a time it is now."""

    arrived_at = forms.DateTimeField(
        label=_("Arrived at"),
        required=False,
        widget=DateTimeInput,
        help_text=_("Leave it empty when the person has just arrived."),
    )


RESULTS = (TestResult.NEGATIVE, TestResult.POSITIVE, TestResult.INVALID, TestResult.REFUSED)


class TestResultForm(forms.Form):
    """The result of a test, with the time of sampling from which its validity counts (C-6)."""

    __test__ = False  # not a test case, whatever its name

    result = forms.ChoiceField(
        label=_("Result"), choices=[(r.value, r.label) for r in RESULTS], widget=forms.RadioSelect
    )
    sampled_at = forms.DateTimeField(
        label=_("Sampled at"),
        required=False,
        widget=DateTimeInput,
        help_text=_("Empty only where the test was refused."),
    )
    laboratory = forms.CharField(label=_("Laboratory"), max_length=80, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        refused = data.get("result") == TestResult.REFUSED
        sampled = data.get("sampled_at")
        if not sampled and not refused and "sampled_at" not in self.errors:
            self.add_error("sampled_at", _("A result needs the time of sampling."))
        if sampled and sampled > timezone.now() + timedelta(minutes=5):
            self.add_error("sampled_at", _("The sampling lies in the future."))
        return data
