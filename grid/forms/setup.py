"""Form of the first admin."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from grid.identity import MOBILE


class SetupForm(forms.Form):
    """Name, log-in and password of the first admin."""

    name = forms.CharField(label=_("Name"), max_length=30)
    phone = forms.RegexField(
        MOBILE,
        label=_("Phone"),
        help_text=_("The log-in."),
        error_messages={"invalid": _("A mobile number has eleven digits: 1xxxxxxxxxx.")},
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        validators=[validate_password],
    )
    again = forms.CharField(
        label=_("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", _("The two passwords differ: type the same one twice."))
        return data
