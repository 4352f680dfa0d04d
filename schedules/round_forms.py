"""The household round: one screen for everybody under management at one address."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from returnees.choices import HealthCode, Symptom
from returnees.models import Episode
from schedules.choices import ContactChannel, ContactOutcome, Evidence
from schedules.forms import EntryForm, TemperatureField
from schedules.services.rounds import RoundEntry

NONE = "none"  # expressly no symptoms
NOT_HOME, REFUSED, LATER = "not_home", "refused", "later"
REASONS = [
    ("", "—"),
    (NOT_HOME, _("Not at home")),
    (REFUSED, _("Refused to be checked")),
    (LATER, _("I come back later")),
]
FINDINGS = ("temperature", "symptoms", "health_code", "measure")
CHECKS = {Evidence.HEALTH_LOG, Evidence.TEMPERATURE, Evidence.CODE}


class SharedForm(forms.Form):
    """What holds for the whole household: how the round was made, needs, waste."""

    channel = forms.ChoiceField(
        label=_("How"),
        choices=[(c.value, c.label) for c in (ContactChannel.VISIT, ContactChannel.VIDEO)],
        initial=ContactChannel.VISIT,
        widget=forms.RadioSelect,
    )
    needs = forms.ChoiceField(
        label=_("Daily needs"),
        choices=[
            (o.value, o.label)
            for o in (ContactOutcome.NO_NEED, ContactOutcome.NEED, ContactOutcome.DELIVERED)
        ],
        widget=forms.RadioSelect,
    )
    waste = forms.ChoiceField(
        label=_("Waste and disinfection"),
        choices=[
            (ContactOutcome.DONE.value, _("Bagged, disinfected, collected")),
            (ContactOutcome.NOT_REACHED.value, _("Not yet")),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Note"), max_length=100, required=False)
    phone_at = forms.DateTimeField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, owed: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in (Evidence.NEEDS, Evidence.WASTE):
            if name not in owed:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("needs") == ContactOutcome.NEED and not data.get("note"):
            self.add_error("note", _("Say in the note what is needed."))
        return data


class PersonForm(EntryForm):
    """What was found for one person, or why nothing was."""

    temperature = TemperatureField(required=False)
    symptoms = forms.MultipleChoiceField(
        label=_("Symptoms"),
        choices=[(NONE, _("No symptoms")), *Symptom.choices],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    health_code = forms.ChoiceField(
        label=_("Health code"), choices=[("", "—"), *HealthCode.choices], required=False
    )
    measure = forms.ChoiceField(
        label=_("Measure"),
        choices=[(o.value, o.label) for o in (ContactOutcome.KEPT, ContactOutcome.BREACH)],
        required=False,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Note"), max_length=100, required=False)
    why_not = forms.ChoiceField(label=_("Not checked because"), choices=REASONS, required=False)

    def __init__(self, *args: Any, episode: Episode, owed: set[str], **kwargs: Any) -> None:
        super().__init__(*args, prefix=f"p{episode.pk}", **kwargs)
        self.episode, self.owed = episode, owed
        if Evidence.MEASURE not in owed:
            del self.fields["measure"]
        if not owed & CHECKS:
            del self.fields["temperature"], self.fields["symptoms"]
        if Evidence.CODE not in owed:
            del self.fields["health_code"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        looked = {name for name in FINDINGS if data.get(name) or name in self.errors}
        if data.get("why_not"):
            if looked:
                self.add_error(
                    "why_not", _("Findings and a reason for none exclude each other; leave one.")
                )
        elif self.asked and not looked:
            said = gettext("Nobody is passed over: fill in %(name)s, or choose why not.")
            self.add_error("why_not", said % {"name": self.episode.person.name})
        else:
            self._complete(data)
        return data

    @property
    def asked(self) -> list[str]:
        """The findings this person owes today."""
        return [name for name in FINDINGS if name in self.fields]

    @property
    def is_later(self) -> bool:
        """Whether the cadre means to come back for this person."""
        return self.cleaned_data.get("why_not") == LATER

    def _complete(self, data: Mapping[str, Any]) -> None:
        for name, sentence in MISSING.items():
            if name in self.fields and name not in self.errors and not data.get(name):
                self.add_error(name, sentence)
        symptoms = data.get("symptoms") or []
        if NONE in symptoms and len(symptoms) > 1:
            self.add_error("symptoms", _("“No symptoms” and a symptom cannot both be true."))
        if data.get("measure") == ContactOutcome.BREACH and not data.get("note"):
            self.add_error("note", _("Say in the note what was not kept."))


MISSING = {
    "temperature": _("Type the temperature, like 36.5."),
    "symptoms": _("Tick “no symptoms”, or what the person feels."),
    "health_code": _("Say which colour the health code has."),
    "measure": _("Say whether the measure is kept."),
}


def entries_of(shared: SharedForm, people: Iterable[PersonForm]) -> list[RoundEntry]:
    """Return what the round found, an entry for everybody who was looked at or not met."""
    entries = (_entry(shared.cleaned_data, form) for form in people)
    return [entry for entry in entries if entry is not None]


def _entry(shared: Mapping[str, Any], form: PersonForm) -> RoundEntry | None:
    data = form.cleaned_data
    why_not = data.get("why_not", "")
    if why_not == LATER:
        return None
    seen = not why_not
    measure = data.get("measure", "") if seen else ABSENT[why_not]
    needs = shared.get("needs", "") if seen and Evidence.NEEDS in form.owed else ""
    waste = shared.get("waste", "") if Evidence.WASTE in form.owed else ""
    notes = [data.get("note"), shared.get("note"), NOTES.get(why_not)]
    return RoundEntry(
        episode=form.episode,
        temperature=data.get("temperature") if seen else None,
        symptoms=[s for s in data.get("symptoms", ()) if s != NONE] if seen else (),
        health_code=data.get("health_code", "") if seen else "",
        measure=measure,
        needs=needs,
        waste=waste,
        channel=shared["channel"],
        note=" ".join(str(note) for note in notes if note)[:200],
        phone_at=shared.get("phone_at"),
        entry_key=data["entry_key"] or uuid.uuid4(),
    )


# An attempt that found nobody is kept as one, and closes nothing.
ABSENT = {NOT_HOME: ContactOutcome.ABSENT, REFUSED: ContactOutcome.NOT_REACHED}
NOTES = {REFUSED: _("Refused to be checked")}
