"""The outbox: channels, each cadre's ladder of them, and every message owed to a cadre, once."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked_without
from grid.fields import SealedTextField
from grid.models import Place, User
from schedules.choices import BY_HAND, ChannelKind, ReminderState

PORTAL = "portal"
_TWICE = _("This ladder has a step on the channel already: choose another channel.")


@tracked_without("url", "tried", "tried_at")
class Channel(models.Model):
    """A way by which reminders leave the portal; its address holds secrets and is sealed.

    `{address}` in the address stands for the cadre's own address on it, `{phone}` for their phone.
    """

    name = models.CharField(_("name"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=ChannelKind)
    url = SealedTextField(
        _("address"),
        blank=True,
        default="",
        help_text=_("An Apprise address (wecombot://…, mailtos://…) or the URL of a webhook."),
    )
    honours_keys = models.BooleanField(
        _("shows a repeated message once"),
        default=False,
        help_text=_("The service knows a message by the Idempotency-Key that it is given."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    tried_at = models.DateTimeField(_("last tried"), null=True, blank=True, editable=False)
    tried = models.CharField(_("answer"), max_length=300, blank=True, editable=False)

    objects = models.Manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_by_hand(self) -> bool:
        """Whether a colleague does the telling."""
        return self.kind in BY_HAND


class Rung(models.Model):
    """One step of a ladder: tried when those below it have failed.

    The ladder is a cadre's own, or that of a place for all with a post there who have none.
    """

    user = models.ForeignKey(
        User,
        models.CASCADE,
        verbose_name=_("cadre"),
        null=True,
        blank=True,
        related_name="rungs",
    )
    place = models.ForeignKey(
        Place,
        models.CASCADE,
        verbose_name=_("for all of"),
        null=True,
        blank=True,
        related_name="+",
    )
    position = models.PositiveSmallIntegerField(_("step"), default=1)
    channel = models.ForeignKey(
        Channel, models.PROTECT, verbose_name=_("channel"), related_name="rungs"
    )
    address = SealedTextField(_("own address"), blank=True, default="")

    objects = models.Manager()

    class Meta:
        verbose_name = _("step of a ladder")
        verbose_name_plural = _("ladders of channels")
        ordering: ClassVar = ["place", "user", "position"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="rung_of_one",
                condition=Q(user=None, place__isnull=False) | Q(user__isnull=False, place=None),
                violation_error_message=_("A ladder belongs to a cadre or to a place."),
            ),
            models.CheckConstraint(name="rung_from_one", condition=Q(position__gte=1)),
            models.UniqueConstraint(name="rung_of_user", fields=["user", "position"]),
            models.UniqueConstraint(name="rung_of_place", fields=["place", "position"]),
            # A message is said once on each channel: a second step on it would never be taken.
            models.UniqueConstraint(
                name="channel_once_for_user",
                fields=["user", "channel"],
                violation_error_message=_TWICE,
            ),
            models.UniqueConstraint(
                name="channel_once_for_place",
                fields=["place", "channel"],
                violation_error_message=_TWICE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.place} {self.position}"


class DigestTime(models.Model):
    """A time of day at which the cadres of a place get their digest."""

    place = models.ForeignKey(Place, models.CASCADE, verbose_name=_("for all of"), related_name="+")
    at = models.TimeField(_("time"))

    objects = models.Manager()

    class Meta:
        verbose_name = _("time of digests")
        verbose_name_plural = _("times of digests")
        ordering: ClassVar = ["place", "at"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="digest_time_once", fields=["place", "at"])
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.at:%H:%M}"


class ReminderQuerySet(models.QuerySet["Reminder"]):
    """Messages by state and by whom they are for."""

    def in_portal(self) -> Self:
        """Return the messages a cadre reads in the portal itself."""
        return self.filter(channel=PORTAL)

    def by_hand(self) -> Self:
        """Return those that a colleague has to tell."""
        return self.filter(state=ReminderState.BY_HAND)

    def visible_to(self, user: User) -> Self:
        """Return messages to cadres in the user's scope."""
        return self.filter(user__in=User.objects.visible_to(user))


class Reminder(models.Model):
    """A message owed to a cadre, once on each channel: the outbox.

    The unique columns are the key that is handed to the channel. `attempts` is the token of the
    lease: whoever claimed the row last may settle it, nobody else.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=16)
    day = models.DateField()
    slot = models.CharField(max_length=8)  # "08:00"
    channel = models.CharField(max_length=12, default=PORTAL)  # "portal", or "c" and a channel's id
    via = models.ForeignKey(
        Channel, models.PROTECT, verbose_name=_("channel"), null=True, related_name="reminders"
    )
    rung = models.PositiveSmallIntegerField(default=0)  # of the ladder; 0 is the portal
    body = models.JSONField(default=dict)  # figures the text is made from, no personal data
    state = models.CharField(
        _("state"), max_length=9, choices=ReminderState, default=ReminderState.SENT
    )
    not_before = models.DateTimeField(null=True)  # quiet hours, waits between attempts
    attempts = models.PositiveSmallIntegerField(default=0)
    unknowns = models.PositiveSmallIntegerField(default=0)  # attempts that nobody answered
    lease_until = models.DateTimeField(null=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    told_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="reminder_once", fields=["user", "kind", "day", "slot", "channel"]
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["not_before"], condition=Q(state="waiting"), name="reminder_waiting"
            ),
            # The newest are the ones that may still climb a ladder.
            models.Index(fields=["created_at"], name="reminder_created"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The name of this message for the channel: the same for every attempt."""
        return f"{self.kind}:{self.user_id}:{self.day.isoformat()}:{self.slot}:{self.channel}"
