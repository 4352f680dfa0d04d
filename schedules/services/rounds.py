"""The household round: health, measure, needs and waste of several persons in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from grid.models import User
from returnees.choices import Channel
from returnees.models import Episode, HealthLog
from returnees.services import health
from schedules.choices import ContactChannel, ContactKind
from schedules.services.contacts import keep_contact
from schedules.services.reconcile import reconcile


@dataclass(frozen=True, slots=True)
class RoundEntry:
    """What one round found for one person; what was not looked at stays empty.

    `temperature` in °C; `measure`, `needs` and `waste` are contact outcomes; `entry_key` is the
    phone's id of this person's entry, so that sending it twice writes it once.
    """

    episode: Episode
    temperature: Decimal | None = None
    symptoms: Sequence[str] = ()
    health_code: str = ""
    measure: str = ""
    needs: str = ""
    waste: str = ""
    channel: str = ContactChannel.VISIT
    note: str = ""
    phone_at: datetime | None = None
    entry_key: UUID | None = None


@transaction.atomic
def log_health(
    *,
    episode: Episode,
    temperature: Decimal,
    symptoms: Sequence[str],
    by: User | None,
    channel: str = Channel.CADRE,
    day: date | None = None,
    now: datetime | None = None,
    **more: Any,
) -> HealthLog:
    """Log a health check and close the day's task with it (JY-2r); arguments as in returnees."""
    now = now or timezone.now()
    log = health.log_health(
        episode=episode, temperature=temperature, symptoms=symptoms, by=by, channel=channel,
        day=day, now=now, **more,
    )  # fmt: skip
    reconcile(episode_ids=[episode.pk], now=now, by=by)
    return log


@transaction.atomic
def record_round(
    *, entries: Sequence[RoundEntry], by: User | None, now: datetime | None = None
) -> int:
    """Write every finding as a row of its own and close the tasks; return how many rows.

    All or nothing: one refused finding leaves no trace of the others.
    """
    now = now or timezone.now()
    written = sum(_write(entry, by=by, now=now) for entry in entries)
    reconcile(episode_ids=[entry.episode.pk for entry in entries], now=now, by=by)
    return written


def _write(entry: RoundEntry, *, by: User | None, now: datetime) -> int:
    written = 0
    if entry.temperature is not None:
        health.log_health(
            episode=entry.episode, temperature=entry.temperature, symptoms=entry.symptoms, by=by,
            channel=Channel.CADRE, now=now, phone_at=entry.phone_at, entry_key=entry.entry_key,
            health_code=entry.health_code, note=entry.note,
        )  # fmt: skip
        written += 1
    for kind in (ContactKind.MEASURE, ContactKind.NEEDS, ContactKind.WASTE):
        outcome = getattr(entry, kind)
        if outcome:
            keep_contact(
                episode=entry.episode, kind=kind, channel=entry.channel, outcome=outcome, by=by,
                now=now, phone_at=entry.phone_at, entry_key=entry.entry_key, note=entry.note,
            )  # fmt: skip
            written += 1
    return written
