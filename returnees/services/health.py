"""The daily health check (JY-2r): what somebody read and named, never a copy of yesterday's."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.errors import Refused
from grid.models import User
from returnees.choices import AbnormalityKind, HealthCode, Symptom
from returnees.clock import local_day
from returnees.models import Episode, HealthLog
from returnees.services.abnormalities import open_abnormality
from returnees.services.replanning import refuse_closed

FEVER = Decimal("37.3")  # °C; reading A-38
COLDEST, HOTTEST = Decimal(34), Decimal(43)
NOT_GREEN = (HealthCode.YELLOW, HealthCode.ORANGE, HealthCode.RED)


class HealthLogRefusedError(Refused):
    """The entry cannot be: nobody's day to check, or no temperature of a living person."""


@transaction.atomic
def log_health(
    *,
    episode: Episode,
    temperature: Decimal,
    symptoms: Sequence[str],
    by: User | None,
    channel: str,
    day: date | None = None,
    now: datetime | None = None,
    phone_at: datetime | None = None,
    entry_key: UUID | None = None,
    health_code: str = "",
    note: str = "",
) -> HealthLog:
    """Log one check; abnormal values open a finding (A-38).

    `day` may lie in the past: the entry is late, its time is the server's. The same `entry_key`
    again, from a phone that had no signal, returns the first entry and changes nothing.
    """
    now = now or timezone.now()
    day = day or local_day(now)
    if (known := _entered(entry_key, episode)) is not None:
        return known
    temperature = Decimal(temperature).quantize(Decimal("0.1"))
    _check(episode, temperature, symptoms, day, now)
    with acting(by=by, why="health check"):
        entry = HealthLog(
            episode=episode,
            place_id=episode.place_id,
            day=day,
            at=now,
            phone_at=phone_at,
            temperature=temperature,
            symptoms=list(symptoms),
            health_code=health_code,
            channel=channel,
            logged_by=by,
            entry_key=entry_key,
            note=note[:200],
        )
        return _written(entry, by=by, now=now)


def _written(entry: HealthLog, *, by: User | None, now: datetime) -> HealthLog:
    """Write an entry and judge it; return the first one where a phone has sent it twice at once."""
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        if (known := _entered(entry.entry_key, entry.episode)) is None:
            raise
        return known
    _judge(entry, by=by, now=now)
    return entry


def _entered(entry_key: UUID | None, episode: Episode) -> HealthLog | None:
    """Return what was entered under this key before; another person's entry refuses it."""
    known = HealthLog.objects.filter(entry_key=entry_key).first() if entry_key else None
    if known and known.episode_id != episode.pk:
        raise HealthLogRefusedError(_("This entry was sent for somebody else; open the form anew."))
    return known


def _check(
    episode: Episode, temperature: Decimal, symptoms: Sequence[str], day: date, now: datetime
) -> None:
    name = episode.person.name
    if episode.is_expected:
        raise HealthLogRefusedError(
            _("%(name)s has not arrived; confirm the arrival first.") % {"name": name}
        )
    refuse_closed(episode)
    if not COLDEST <= temperature <= HOTTEST:
        raise HealthLogRefusedError(
            _("%(value)s °C is no temperature of a living person; read the thermometer again.")
            % {"value": temperature}
        )
    if unknown := [one for one in symptoms if one not in Symptom.values]:
        raise HealthLogRefusedError(
            _("%(value)s is not one of the symptoms.") % {"value": unknown[0]}
        )
    if not episode.arrives_on <= day <= local_day(now):
        raise HealthLogRefusedError(
            _("%(name)s is checked from %(first)s to today; %(day)s is neither.")
            % {"name": name, "first": episode.arrives_on, "day": day}
        )


def is_abnormal(temperature: Decimal, symptoms: Sequence[str]) -> bool:
    """Say whether a check is abnormal: 37.3 °C and more, or any symptom (A-38)."""
    return temperature >= FEVER or bool(symptoms)


def _judge(entry: HealthLog, *, by: User | None, now: datetime) -> None:
    if is_abnormal(entry.temperature, entry.symptoms):
        words = [str(Symptom(one).label) for one in entry.symptoms]
        open_abnormality(
            episode=entry.episode,
            kind=AbnormalityKind.SYMPTOM,
            what="、".join([f"{entry.temperature} °C", *words]),
            by=by,
            now=now,
        )
    if entry.health_code in NOT_GREEN:
        open_abnormality(
            episode=entry.episode,
            kind=AbnormalityKind.CODE,
            what=str(HealthCode(entry.health_code).label),
            by=by,
            now=now,
        )
