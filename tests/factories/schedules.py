"""Work for tests: returnees of every class, their tasks, and what closes them."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from grid.days import at, today
from grid.models import User
from returnees.choices import Channel, Mark
from returnees.models import Episode, HealthLog, RiskArea
from returnees.services.inputs import CertificateInput
from schedules.choices import ContactChannel, ContactKind, ContactOutcome
from schedules.models import Contact, Task
from schedules.services import reconcile, record_contact
from tests.factories.returnees import ELSEWHERE, an_episode, at_risk, in_force

RISKS = {
    "JY.MIDHIGH": (Mark.HIGH,),
    "JY.KEYCONCERN": (Mark.KEY_CONCERN,),
    "JY.OTHER": (),
}


def returnee(klass: str = "JY.KEYCONCERN", *, days: int = 0, **changes: Any) -> Episode:
    """Return an episode of a class whose arrival is so many days from today, tasks made."""
    in_force()
    if RISKS[klass] and not RiskArea.objects.exists():
        at_risk(ELSEWHERE, *RISKS[klass], days=100)
    if days <= 0:
        changes.setdefault("arrives_at", clock(9, days))
        changes.setdefault("arrived", True)
    paper = CertificateInput(sampled_on=today() + timedelta(days=days - 1))
    changes.setdefault("certificates", (paper,))
    episode = an_episode(days=days, home_single_room=True, **changes)
    assert episode.classification == klass
    reconcile(episode_ids=[episode.pk])
    return episode


def clock(hour: int, days: int = 0, minute: int = 0) -> datetime:
    """Return a local clock time of the day so many days from today."""
    return at(today() + timedelta(days=days), time(hour, minute))


def task(episode: Episode, evidence: str, **more: Any) -> Task:
    """Return the episode's one task that this evidence closes, of today unless told otherwise."""
    more.setdefault("due_day", today())
    return Task.objects.get(episode=episode, duty__evidence=evidence, **more)


def health_log(episode: Episode, *, at: datetime, day: date | None = None) -> HealthLog:
    """Write an ordinary health log, as another writer would: nothing is closed by it yet."""
    log = a_log(episode, at=at, day=day or at.date())
    log.save()
    return log


def a_log(episode: Episode, *, at: datetime, day: date) -> HealthLog:
    """Return an ordinary health log that is not written yet."""
    return HealthLog(
        episode=episode, place_id=episode.place_id, day=day, at=at,
        temperature=Decimal("36.5"), channel=Channel.CADRE,
    )  # fmt: skip


def contact(episode: Episode, kind: str, *, by: User | None = None, **more: Any) -> Contact:
    """Record a contact that went well."""
    good = {
        ContactKind.MEASURE: ContactOutcome.KEPT,
        ContactKind.NEEDS: ContactOutcome.NO_NEED,
        ContactKind.CALL: ContactOutcome.REACHED,
    }
    values = {
        "channel": ContactChannel.VISIT,
        "outcome": good.get(kind, ContactOutcome.DONE),
        "by": by,
        **more,
    }
    return record_contact(episode=episode, kind=kind, **values)
