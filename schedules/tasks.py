"""Celery tasks: a name and one call. Ids in, nothing out, tolerant of newer arguments.

`now` and `day` are ISO 8601 texts; without them it is the moment the task runs.
"""

from datetime import date, datetime

from celery import shared_task

from schedules import services


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@shared_task(name="schedules.heartbeat", ignore_result=True)  # type: ignore[untyped-decorator]
def heartbeat(now: str | None = None, **_newer: object) -> None:
    """Note that beat and a worker are alive."""
    services.heartbeat(now=_moment(now))


@shared_task(name="schedules.sweep", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep(now: str | None = None, **_newer: object) -> None:
    """Do what was left undone; every minute."""
    services.sweep(now=_moment(now))


@shared_task(name="schedules.run_day", ignore_result=True)  # type: ignore[untyped-decorator]
def run_day(day: str | None = None, now: str | None = None, **_newer: object) -> None:
    """Bring the day's tasks into being."""
    services.run_day(day=_day(day), now=_moment(now))


@shared_task(name="schedules.close_day", ignore_result=True)  # type: ignore[untyped-decorator]
def close_day(day: str | None = None, now: str | None = None, **_newer: object) -> None:
    """Tell what is past its limit, then mark what was not done by 24:00 as missed."""
    services.end_day(day=_day(day), now=_moment(now))


@shared_task(name="schedules.send_digests", ignore_result=True)  # type: ignore[untyped-decorator]
def send_digests(now: str | None = None, slot: str = "", **_newer: object) -> None:
    """Give each cadre the digest of this part of the day."""
    services.send_digests(now=_moment(now), slot=slot)


@shared_task(name="schedules.reconcile_episodes", ignore_result=True)  # type: ignore[untyped-decorator]
def reconcile_episodes(episode_ids: list[int], now: str | None = None, **_newer: object) -> None:
    """Bring the work of changed episodes up to date."""
    services.reconcile(episode_ids=episode_ids, now=_moment(now))


@shared_task(name="schedules.follow_responsibility", ignore_result=True)  # type: ignore[untyped-decorator]
def follow_responsibility(place_codes: list[str], now: str | None = None, **_newer: object) -> None:
    """Move open work to those who answer for it now."""
    services.follow_responsibility(place_codes=place_codes, now=_moment(now))


@shared_task(name="schedules.tell_screened", ignore_result=True)  # type: ignore[untyped-decorator]
def tell_screened(
    screening_id: int, episode_ids: list[int], now: str | None = None, **_newer: object
) -> None:
    """Tell the cadres whose people a re-screening planned anew."""
    services.tell_screened(screening_id=screening_id, episode_ids=episode_ids, now=_moment(now))


@shared_task(name="schedules.send_reminders", ignore_result=True, time_limit=600)  # type: ignore[untyped-decorator]
def send_reminders(now: str | None = None, **_newer: object) -> None:
    """Send what is due on the channels outside the portal."""
    services.send_all(now=_moment(now))


@shared_task(name="schedules.escalate", ignore_result=True)  # type: ignore[untyped-decorator]
def escalate(now: str | None = None, **_newer: object) -> None:
    """Tell the tiers above what is not done past its limit, and supervisors where it is much."""
    services.escalate_and_inspect(now=_moment(now))
