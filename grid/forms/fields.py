"""Fields of our own: a place that is searched for, a day, a check that is asked three ways."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import BaseRenderer
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from grid.choices import Level
from grid.models import Place, User
from grid.permissions import Permission
from grid.place_search import Found, find_anywhere, find_own, labelled


class DateInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class DateTimeInput(forms.DateTimeInput):
    """The browser's own date and time picker, in local time."""

    input_type = "datetime-local"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", **kwargs)


class PlaceSearch(forms.Widget):
    """A search box and what it found as radio buttons; works without scripts too.

    Without scripts the typed text itself is sent, and the field asks which of several is meant.
    """

    template_name = "grid/place_search.html"
    own: tuple[User, Permission] | None = None
    deepest = Level.BUILDING

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        code, text = value if isinstance(value, tuple) else (value or "", "")
        context = super().get_context(name, code, attrs)
        return context | {
            "name": name,
            "text": text,
            "code": code,
            "found": self.found(code, text),
            "within": self.own[1] if self.own else "",
            "deepest": int(self.deepest),
        }

    def found(self, code: str, text: str) -> list[Found]:
        """Return what to offer: the chosen place, or what the text or the small scope yields."""
        if code:
            since = Level.TOWNSHIP if self.own else Level.PROVINCE
            return labelled(list(Place.objects.filter(code=code)), since)
        if self.own:
            return find_own(*self.own, text, self.deepest)
        return find_anywhere(text)

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        # The form renderer sees Django's own templates only; ours lie with the pages.
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[str, str]:
        # No name holds NUL, and the database takes none.
        code, text = (data.get(key, "").replace("\0", "") for key in (name, f"{name}_text"))
        return code, text.strip()

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}_text" not in data

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class PlaceField(forms.Field):
    """A place of the country, or (with `own`) one where the user holds a permission.

    Cleans to (place or None, typed text).
    """

    widget = PlaceSearch
    default_error_messages = {
        "required": _("Search for the place and choose it."),
        "unknown": _("Choose one of the places found."),
        "several": _("Several places fit; choose one of them."),
        "none": _("No place of this name was found; try a shorter part of it."),
    }

    def __init__(self, *, free: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.free = free  # text that fits no place is kept as text

    @property
    def search(self) -> PlaceSearch:
        """This field's own copy of the widget."""
        widget: PlaceSearch = self.widget  # type: ignore[assignment]
        return widget

    def of(self, user: User, permission: Permission, *, deepest: Level = Level.BUILDING) -> None:
        """Offer only places where the user holds the permission, from the village down."""
        self.search.own, self.search.deepest = (user, permission), deepest

    def clean(self, value: Any) -> tuple[Place | None, str]:
        code, text = value or ("", "")
        if code:
            place = self._chosen(code)
            return place, text or place.name
        if not text:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None, ""
        return self._typed(text)

    def _chosen(self, code: str) -> Place:
        places = Place.objects.all()
        if self.search.own:
            places = places.visible_to(*self.search.own).filter(
                level__gte=Level.VILLAGE, level__lte=self.search.deepest
            )
        place: Place | None = places.filter(code=code).first()
        if place is None:
            raise ValidationError(self.error_messages["unknown"], code="unknown")
        return place

    def _typed(self, text: str) -> tuple[Place | None, str]:
        found = self.search.found("", text)
        if len(found) == 1:
            return Place.objects.get(code=found[0].code), text
        if self.free:
            return None, text
        problem = "several" if found else "none"
        raise ValidationError(self.error_messages[problem], code=problem)

    def has_changed(self, initial: Any, data: Any) -> bool:
        code, text = data or ("", "")
        return bool(text) or (code or "") != (initial or "")


class OwnVillageField(PlaceField):
    """A village (or a grid or building in it) of the user's own; cleans to the place."""

    def clean(self, value: Any) -> Place:  # type: ignore[override]
        place, _text = super().clean(value)
        if place is None:
            raise ValidationError(self.error_messages["required"], code="required")
        return place


YES_NO_UNKNOWN = [("", _("not known yet")), ("yes", _("yes")), ("no", _("no"))]


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or not known yet; cleans to True, False, None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=YES_NO_UNKNOWN,
            coerce=lambda value: value == "yes",
            empty_value=None,
            required=False,
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no", None: ""}.get(value, value)
