"""Forms about notices: a file to keep or to check, a version to propose with its readings."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from grid.choices import CODE_LENGTHS, Level
from grid.days import today
from grid.forms.fields import DateInput, PlaceField
from grid.models import Place, User
from grid.permissions import Permission
from policies.pack import Pack, Setting
from returnees.classes import in_words
from returnees.grounds import option_words

LARGEST = 2**20  # bytes of an uploaded pack file
SETTING = "setting_"


class PackTextForm(forms.Form):
    """A pack file, pasted or uploaded."""

    text = forms.CharField(
        label=_("Text of the file"),
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "class": "code"}),
        required=False,
        strip=False,
    )
    file = forms.FileField(
        label=_("or upload it"), required=False, widget=forms.FileInput(attrs={"accept": ".toml"})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        file = data.get("file")
        if file:
            data["text"] = self._read(file)
        elif not (data.get("text") or "").strip() and not self.errors:
            self.add_error("text", _("Paste the text of a pack file, or choose the file."))
        return data

    def _read(self, file: Any) -> str:
        if file.size > LARGEST:
            self.add_error("file", _("The file is larger than 1 MB; a pack file is shorter."))
            return ""
        try:
            text: str = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", _("The file is not UTF-8 text; save it as UTF-8."))
            return ""
        return text


class PackFileForm(PackTextForm):
    """A pack file to be kept: only uploaded."""

    text = None  # type: ignore[assignment]
    file = forms.FileField(
        label=_("Pack file (TOML)"), widget=forms.FileInput(attrs={"accept": ".toml"})
    )


class ProposalForm(forms.Form):
    """Where a notice is to bind, since when, and under which readings."""

    place = PlaceField(label=_("Binds"))
    since = forms.DateField(label=_("In force since"), widget=DateInput())

    def __init__(self, *args: Any, user: User, pack: Pack, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.pack = user, pack
        self.fields["place"].initial = county_of(user)
        self.fields["since"].initial = today()
        for name, setting in pack.settings.items():
            self.fields[SETTING + name] = setting_field(setting)

    def clean_place(self) -> Place:
        place, _text = self.cleaned_data["place"]
        assert isinstance(place, Place)  # noqa: S101  the field is required and not free
        if place.level > Level.COUNTY:
            raise ValidationError(_("A notice binds a county or what lies above it."))
        if not may_propose_at(self.user, place):
            raise ValidationError(_("Choose your own county, or a place of yours above it."))
        return place

    def settings(self) -> dict[str, str | int]:
        """Return the readings as chosen; call on a valid form."""
        return {
            name: self.cleaned_data[SETTING + name]
            for name in self.pack.settings
            if self.cleaned_data.get(SETTING + name) not in (None, "")
        }

    def readings(self) -> list[forms.BoundField]:
        """Return the fields of the readings."""
        return [self[SETTING + name] for name in self.pack.settings]


def setting_field(setting: Setting) -> forms.Field:
    """Return the form field of a setting: a choice of its words, or a number in its range."""
    label, value = in_words(setting.title), setting.value
    rests_on = " · ".join(dict.fromkeys([setting.ground.rests_on, setting.ground.reading]))
    if setting.options:
        return forms.ChoiceField(
            label=label,
            initial=value,
            choices=[(option, option_words(option)) for option in setting.options],
            help_text=rests_on.strip(" ·"),
        )
    return forms.IntegerField(
        label=label,
        initial=value,
        min_value=setting.low,
        max_value=setting.high,
        help_text=f"{rests_on.strip(' ·')} · {setting.low}–{setting.high}",
    )


def county_of(user: User) -> str:
    """Return the code of the county where the user proposes, empty for one without a post."""
    prefixes = user.scope(Permission.PROPOSE).prefixes
    return min(prefixes, key=len)[: CODE_LENGTHS[Level.COUNTY]] if prefixes else ""


def may_propose_at(user: User, place: Place) -> bool:
    """Say whether a place is the county of one of the user's posts, or lies inside one."""
    length = CODE_LENGTHS[Level.COUNTY]
    return any(
        place.code.startswith(prefix) or prefix[:length] == place.code
        for prefix in user.scope(Permission.PROPOSE).prefixes
    )
