"""What was done: contacts as evidence, runs of the jobs."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked
from grid.models import Place, User
from grid.scope import ScopedQuerySet
from returnees.models import Episode
from schedules.choices import ContactChannel, ContactKind, ContactOutcome


class ContactQuerySet(ScopedQuerySet):
    """Contacts by place and day."""

    household_lookup = "episode__person__household"
    person_lookup = "episode__person"


@tracked
class Contact(models.Model):
    """One act of a cadre toward a returnee, or an attempt at it: the evidence of most duties."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="contacts")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    kind = models.CharField(_("what"), max_length=16, choices=ContactKind)
    channel = models.CharField(_("how"), max_length=8, choices=ContactChannel)
    outcome = models.CharField(_("outcome"), max_length=12, choices=ContactOutcome)
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("at"))
    phone_at = models.DateTimeField(_("time on the phone"), null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, verbose_name=_("by"), null=True, related_name="+")
    # What was told: classification and policy version of the moment (six in place, item 1).
    classification = models.CharField(max_length=32, blank=True)
    policy_digest = models.CharField(max_length=64, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    entry_key = models.UUIDField(null=True, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering: ClassVar = ["-at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="contact_entry_once", fields=["entry_key", "kind"])
        ]
        indexes: ClassVar = [models.Index(fields=["episode", "day"], name="contact_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day}"

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.episode.scope_keys()


class JobRun(models.Model):
    """What ran when, for how long, on how many rows, and what failed."""

    name = models.CharField(_("job"), max_length=40)
    day = models.DateField(_("day"), null=True)  # the day the job was about
    slot = models.CharField(max_length=8, blank=True)  # of a digest
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    figures = models.JSONField(_("figures"), default=dict)
    error = models.TextField(_("error"), blank=True)

    objects = models.Manager()

    class Meta:
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")
        ordering: ClassVar = ["-started_at"]
        indexes: ClassVar = [models.Index(fields=["name", "-started_at"], name="job_latest")]

    def __str__(self) -> str:
        return f"{self.name} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs."""
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else None
