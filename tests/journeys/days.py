"""A cadre who does every day's work through the pages, until nothing is left."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bs4 import Tag
from django.urls import reverse
from django.utils import timezone

from grid.days import today
from grid.models import Household
from returnees.models import Episode, Stage
from schedules.choices import ContactKind as K
from schedules.models import DutySpan, Task
from schedules.services import close_day, run_day
from tests.journeys.browser import Browser, fields_of

DAY = timedelta(days=1)
CONTACTS = {
    K.POLICY_TEXT: ("wechat", "done"),
    K.CALL: ("call", "reached"),
    K.TRAVEL_REMINDER: ("wechat", "done"),
    K.MEASURE: ("visit", "kept"),
    K.VISIT: ("visit", "done"),
    K.NEEDS: ("visit", "no_need"),
    K.WASTE: ("visit", "done"),
    K.FOLLOW_UP: ("call", "reached"),
}
# What is answered in a household round, by the end of a field's name.
ROUND = {
    "temperature": "36.5",
    "symptoms": "none",
    "health_code": "green",
    "measure": "kept",
    "needs": "no_need",
    "waste": "done",
}


class Worker:
    """One cadre, one household, day after day; `go` sets the clock to a day and an hour."""

    def __init__(
        self, browser: Browser, household: Household, go: Callable[[int, int], date]
    ) -> None:
        self.browser, self.household, self.go = browser, household, go
        self.first = today()

    def live(self, *, most: int = 60) -> int:
        """Work each day until every period is over; then each day on which something is due.

        Return the day, from the first, on which the last task was done.
        """
        day = 0
        while Episode.objects.open().exists():
            assert day <= most, list(Episode.objects.open().values("classification", "plan"))
            self.work(day)
            day += 1
        while (due := self._next(day)) is not None:
            day = due
            self.work(day)
            day += 1
        return day

    def _next(self, day: int) -> int | None:
        """Return the next day on which a span comes up, or an open task waits."""
        begin = self.first + day * DAY
        days = list(
            DutySpan.objects.filter(last_day__gte=begin).values_list("first_day", flat=True)
        )
        if Task.objects.pending().exists():
            days.append(begin)
        return min(((max(one, begin) - self.first).days for one in days), default=None)

    def work(self, n: int) -> None:
        """Do one day: the morning run, the round, every task on the page, the stages that end."""
        day = self.go(n, 0)
        close_day(day=day - DAY)
        run_day(day=day)
        self.go(n, 16)
        self.do_the_round()
        self.do_tasks()
        self.close_stages(day)

    def do_the_round(self) -> None:
        """Log everybody of the household on one page, where a round is owed."""
        page = self.browser.open(reverse("round", args=[self.household.pk]))
        if not page.page.find("form", attrs={"data-entry": True}):
            return
        given = answers(page.form())
        page.send(**given)
        assert page.address == reverse("today"), page.text()

    def do_tasks(self) -> None:
        """Press every button of the day's page until none is left."""
        self.browser.open(reverse("today"))
        for _n in range(100):
            links = [str(a["href"]) for a in self.browser.page.select(".task a.btn[href]")]
            if not links:
                return
            self.do(links[0])
        raise AssertionError(f"never done: {links}")

    def do(self, link: str) -> None:
        """Open what a task's button opens, and send what it asks for."""
        page, parts = self.browser.open(link), urlsplit(link)
        if parts.path.endswith("/contact/"):
            channel, outcome = CONTACTS[K(parse_qs(parts.query)["kind"][0])]
            page.send(channel=channel, outcome=outcome)
        elif parts.path.endswith("/health/"):
            code = {"health_code": "green"} if page.page.find(attrs={"name": "health_code"}) else {}
            page.send(temperature="36.5", no_symptoms="1", **code)
        elif parts.path.startswith("/tests/"):
            sampled = timezone.localtime() - timedelta(hours=1)
            page.send(result="negative", sampled_at=f"{sampled:%Y-%m-%dT%H:%M}")
        else:
            page.send(arrived_at=f"{today():%Y-%m-%d}T12:00")
        assert page.address == reverse("today"), (link, page.text())

    def close_stages(self, day: date) -> None:
        """Close the stages that are over and take a release note."""
        over = Stage.objects.open().filter(last_day__lt=day, episode__in=Episode.objects.active())
        for stage in over.order_by("day0"):
            self.browser.open(reverse("stage-close", args=[stage.pk])).send(
                closed_on=stage.last_day.isoformat(), release_note="解字 1 号"
            )


def answers(form: Tag) -> dict[str, Any]:
    """Return what a household round is answered with, field by field."""
    names = {
        str(field["name"]) for field in form.find_all(["input", "select"]) if field.get("name")
    }
    given = {name: ROUND[end] for name in names if (end := name.rpartition("-")[2]) in ROUND}
    return {**fields_of(form), **given, "channel": "visit"}
