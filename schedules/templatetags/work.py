"""The frame of every page: where the user is, what they may open, what is new."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grid.models import Place, User
from schedules.models import Reminder

register = template.Library()


@dataclass(frozen=True, slots=True)
class Entry:
    """A page the menu offers; `right` is a key of the context's `may`, empty for everybody."""

    name: str
    label: Promise | str
    icon: str
    right: str = ""
    further: bool = False  # on a desk below "More", where the header has no room


TODAY = Entry("today", gettext_lazy("Today"), "today", "log")
OVERVIEW = Entry("dashboard", gettext_lazy("Overview"), "dashboard")
RETURNEES = Entry("returnee-list", gettext_lazy("Returnees"), "people")
REGISTER = Entry("report-new", gettext_lazy("Register"), "add", "register")
REPORT = Entry("daily-report", gettext_lazy("Daily report"), "report")
# The pages a role works with, in the order of its day.
MENU = (
    TODAY,
    OVERVIEW,
    RETURNEES,
    REGISTER,
    Entry("household-list", gettext_lazy("Households"), "home"),
    REPORT,
    Entry("import-list", gettext_lazy("Import"), "import", "import"),
    Entry("assignment-list", gettext_lazy("Assignments"), "assign", "assign"),
    Entry("risk-list", gettext_lazy("Risk areas"), "warning", further=True),
    Entry("screening-list", gettext_lazy("Re-screening"), "search", further=True),
    Entry("away-list", gettext_lazy("Residents away"), "people", further=True),
    Entry("verification-list", gettext_lazy("Contacts to verify"), "search", further=True),
    Entry("zone-list", gettext_lazy("Closed zones"), "home", further=True),
    Entry("permit-list", gettext_lazy("Permits to leave"), "exit", "register", further=True),
    Entry("override-list", gettext_lazy("Classes set by people"), "check", further=True),
    Entry("policy-list", gettext_lazy("Notices in force"), "info", further=True),
    Entry("forecast", gettext_lazy("Work to come"), "today", "assign", further=True),
    Entry("escalations", gettext_lazy("Not done in time"), "warning", further=True),
    Entry("inspection-list", gettext_lazy("Inspections"), "check", "export_masked", further=True),
    Entry("timetable", gettext_lazy("Timetable of jobs"), "settings", "configure", further=True),
    Entry("by-hand", gettext_lazy("To tell by hand"), "bell", "assign", further=True),
    Entry("cadre-list", gettext_lazy("Cadres"), "user", "manage_posts", further=True),
)
ACCOUNT = (
    Entry("notices", gettext_lazy("Notices"), "bell"),
    Entry("password-change", gettext_lazy("Change password"), "key"),
)
BACK_OFFICE = Entry("admin:index", gettext_lazy("Back office"), "settings")


@register.simple_tag(takes_context=True)
def menu(context: Context) -> dict[str, list[dict[str, Any]]]:
    """Return the links of the menus: `main`, `further` of the header, `bar`, `more` of phones.

    The bar of a phone holds the three pages used most: by those who do the daily work themselves,
    and by those who look after others who do.
    """
    may: dict[str, bool] = context.get("may") or {}
    user = context["user"]
    match = context["request"].resolver_match
    current = match.url_name if match else ""
    offered = [entry for entry in MENU if not entry.right or may.get(entry.right)]
    by_hand = may.get("log") and not may.get("assign")
    bar = [TODAY if by_hand else OVERVIEW, RETURNEES, REGISTER if may.get("register") else REPORT]
    account = [*ACCOUNT, BACK_OFFICE] if user.is_staff else ACCOUNT
    return {
        "main": [_link(entry, current) for entry in offered if not entry.further],
        "further": [_link(entry, current) for entry in offered if entry.further],
        "bar": [_link(entry, current) for entry in bar],
        "more": [_link(entry, current) for entry in offered if entry not in bar],
        "account": [_link(entry, current) for entry in account],
    }


def _link(entry: Entry, current: str | None) -> dict[str, Any]:
    return {
        "href": reverse(entry.name),
        "label": entry.label,
        "icon": entry.icon,
        "here": entry.name == current,
    }


@register.simple_tag
def home_place_name(user: User) -> str:
    """Return the name of the place where the user's widest post is; the unit without a post."""
    if user.is_superuser:
        return _("All places")
    name = Place.objects.filter(pk=user.home_place).values_list("name", flat=True).first()
    return name or user.unit or user.name


@register.simple_tag
def unread_notices(user: User) -> int:
    """Return the number of digests the user has not marked as read."""
    return Reminder.objects.filter(user=user, channel="portal", read_at=None).count()
