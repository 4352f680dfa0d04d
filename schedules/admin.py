"""Back office of work: duties, tasks and job runs to look at."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grid.back_office import PortalAdmin, ReadOnlyAdmin
from grid.models import User
from grid.permissions import Permission
from schedules.channels import address_fault
from schedules.models import (
    Channel,
    DigestTime,
    Duty,
    JobRun,
    Reminder,
    Rung,
    Task,
    Threshold,
)
from schedules.services.trying import try_channel


@admin.register(Duty)
class DutyAdmin(ReadOnlyAdmin):
    """Duties as the packs state them."""

    list_display = ["key", "title_zh", "clause", "evidence", "missable"]
    list_filter = ["pack", "evidence"]


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    """Tasks."""

    list_display = ["episode", "duty", "due_day", "due_at", "holder", "state"]
    list_select_related = ["episode__person", "duty", "holder"]
    list_filter = ["state", "due_day"]


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    """What ran when and what failed, for those who run the portal."""

    view_right = Permission.CONFIGURE
    list_display = ["name", "started_at", "finished_at", "figures", "error"]
    list_filter = ["name"]


class ChannelForm(forms.ModelForm):
    """A channel; its address is never shown again, and kept where nothing is typed."""

    new_url = forms.CharField(
        label=_("address"),
        required=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
        help_text=_(
            "wecombot://…, dingtalk://…, feishu://…, mailtos://…, the https:// address of a "
            "webhook, or tencent://SECRET_ID:SECRET_KEY@APP_ID/TEMPLATE_ID?sign=SIGN for SMS; "
            "{phone} and {address} stand for the cadre's. Leave empty to keep it."
        ),
    )

    class Meta:
        model = Channel
        fields = ("name", "kind", "honours_keys", "is_active")

    def clean(self) -> dict[str, Any]:
        """Refuse an address that cannot work for this kind of channel."""
        cleaned: dict[str, Any] = super().clean() or {}
        self.instance.url = cleaned.get("new_url") or self.instance.url
        if fault := address_fault(cleaned.get("kind", ""), self.instance.url):
            self.add_error("new_url", fault)
        return cleaned


@admin.register(Channel)
class ChannelAdmin(PortalAdmin):
    """Ways out of the portal, which can be tried."""

    form = ChannelForm
    view_right = Permission.CONFIGURE
    list_display = ["name", "kind", "honours_keys", "is_active", "tried_at", "tried"]
    actions = ["send_test"]

    @admin.action(description=_("Send me a test message"), permissions=["change"])
    def send_test(self, request: HttpRequest, queryset: QuerySet[Channel]) -> None:
        """Hand a test message to each chosen channel and say what it answered."""
        for channel in queryset:
            answer = try_channel(channel=channel, by=cast(User, request.user))
            text = f"{channel}: {answer.outcome.label} {answer.text}".strip()
            self.message_user(request, text, messages.SUCCESS if answer.went else messages.ERROR)


class RungForm(forms.ModelForm):
    """A step of a ladder; the cadre's own address is kept where nothing is typed."""

    new_address = forms.CharField(
        label=_("own address"),
        required=False,
        help_text=_("Of this cadre on the channel, e.g. a mailbox. Leave empty to keep it."),
    )

    class Meta:
        model = Rung
        fields = ("user", "place", "position", "channel")

    def clean(self) -> dict[str, Any]:
        """Take the address that was typed."""
        cleaned: dict[str, Any] = super().clean() or {}
        self.instance.address = cleaned.get("new_address") or self.instance.address
        return cleaned


@admin.register(Rung)
class RungAdmin(PortalAdmin):
    """Ladders: which channel is tried first, which next."""

    form = RungForm
    view_right = Permission.CONFIGURE
    list_display = ["user", "place", "position", "channel"]
    list_select_related = ["user", "place", "channel"]
    autocomplete_fields = ["place"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    """The outbox: what is owed to whom on which channel, and what came of it."""

    view_right = Permission.CONFIGURE
    list_display = ["user", "kind", "day", "slot", "via", "state", "attempts", "sent_at", "answer"]
    list_select_related = ["user", "via"]
    list_filter = ["state", "kind", "via"]


@admin.register(DigestTime)
class DigestTimeAdmin(PortalAdmin):
    """When the cadres of a place get their digest; without any, at 08:00 and 16:00."""

    view_right = Permission.CONFIGURE
    list_display = ["place", "at"]
    list_select_related = ["place"]
    autocomplete_fields = ["place"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


@admin.register(Threshold)
class ThresholdAdmin(PortalAdmin):
    """What calls a supervisor to a place; a township without a row has the portal's own."""

    view_right = Permission.CONFIGURE
    list_display = ["place", "kind", "bound", "at"]
    list_select_related = ["place"]
    autocomplete_fields = ["place"]
