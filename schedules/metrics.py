"""Figures for monitoring, in the text form that Prometheus reads."""

from collections.abc import Iterable

from django.db.models import Max, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry
from redis import RedisError

from schedules.choices import ReminderState
from schedules.models import JobRun, Reminder
from schedules.queues import QUEUES, lengths


class Portal(Collector):
    """Collected anew for each scrape; what cannot be read is left out, never zero."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        yield from self._queues()
        yield from self._reminders()
        yield from self._jobs()

    def _queues(self) -> Iterable[GaugeMetricFamily]:
        found = GaugeMetricFamily(
            "grid_queue_messages", "Messages waiting in a queue", labels=["queue"]
        )
        try:
            waiting = lengths(*QUEUES)
        except (RedisError, OSError):
            return
        for queue, many in waiting.items():
            found.add_metric([queue], many)
        yield found

    def _reminders(self) -> Iterable[GaugeMetricFamily]:
        now = timezone.now()
        due = Reminder.objects.filter(state=ReminderState.WAITING, not_before__lte=now)
        oldest = due.aggregate(oldest=Min("not_before"))["oldest"]
        age = (now - oldest).total_seconds() if oldest else 0.0
        yield GaugeMetricFamily(
            "grid_reminder_oldest_due_seconds", "Age of the oldest due reminder", value=age
        )
        yield GaugeMetricFamily("grid_reminders_due", "Reminders due", value=due.count())

    def _jobs(self) -> Iterable[GaugeMetricFamily]:
        found = GaugeMetricFamily(
            "grid_job_last_success_timestamp_seconds", "Last successful run", labels=["job"]
        )
        good = JobRun.objects.filter(error="", finished_at__isnull=False).order_by()
        for name, at in good.values_list("name").annotate(at=Max("finished_at")):
            found.add_metric([name], at.timestamp())
        yield found


def registry() -> CollectorRegistry:
    """Return a registry of the portal's figures alone."""
    made = CollectorRegistry(auto_describe=False)
    made.register(Portal())
    return made
