"""Forms of the user's own account."""

import unicodedata
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class PhoneField(forms.CharField):
    """A mobile number however it was typed or pasted: spaces, dashes, +86, full-width digits."""

    widget = forms.TextInput(
        attrs={
            "type": "tel",
            "inputmode": "tel",
            "autocomplete": "username",
            "autocapitalize": "none",
            "autofocus": True,
        }
    )

    def to_python(self, value: Any) -> str:
        text = unicodedata.normalize("NFKC", super().to_python(value) or "")
        text = "".join(text.split()).replace("-", "")
        return text.removeprefix("+86")


class SignInForm(AuthenticationForm):
    """Sign-in by phone number; one sentence for every failure, so that no number is given away."""

    username = PhoneField(label=_("Phone number"), max_length=20)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    error_messages = {
        "invalid_login": _(
            "Phone number and password do not fit. Check both; your township admin can set a new "
            "password."
        ),
        "inactive": _("This account is closed. Ask your township admin."),
    }
