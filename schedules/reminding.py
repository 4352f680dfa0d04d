"""What a reminder says outside the portal, made anew at the moment it is handed over.

A message holds figures and no personal data: channels belong to others.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q
from django.utils import timezone, translation
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grid.models import User
from returnees.models import Episode
from schedules.choices import Matter, TaskState
from schedules.models import Escalation, Inspection, Reminder, Rung
from schedules.services.digests import figures_now
from schedules.services.escalation import KIND as ESCALATION
from schedules.services.handover import CAME, WENT
from schedules.services.handover import KIND as HANDOVER
from schedules.services.inspections import KIND as INSPECTION
from schedules.services.telling import KIND as SCREENING

DIGEST = "digest"
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
WHY: dict[str, Callable[[int], str]] = {
    "risk_list": lambda n: ngettext(
        "%(n)s of your people was planned anew because of the risk list of %(origin)s.",
        "%(n)s of your people were planned anew because of the risk list of %(origin)s.",
        n,
    ),
    "policy": lambda n: ngettext(
        "%(n)s of your people was planned anew under the new notice %(origin)s.",
        "%(n)s of your people were planned anew under the new notice %(origin)s.",
        n,
    ),
    "zone": lambda n: ngettext(
        "%(n)s of your people was planned anew because %(origin)s is closed.",
        "%(n)s of your people were planned anew because %(origin)s is closed.",
        n,
    ),
}
# By the way work went, and whether somebody stands at its other end.
HANDED: dict[tuple[str, bool], Callable[[int], str]] = {
    (CAME, True): lambda n: ngettext(
        "%(n)s person with %(work)s came to you from %(other)s.",
        "%(n)s persons with %(work)s came to you from %(other)s.",
        n,
    ),
    (CAME, False): lambda n: ngettext(
        "%(n)s person with %(work)s came to you; nobody answered for them before.",
        "%(n)s persons with %(work)s came to you; nobody answered for them before.",
        n,
    ),
    (WENT, True): lambda n: ngettext(
        "%(n)s person with %(work)s went from you to %(other)s.",
        "%(n)s persons with %(work)s went from you to %(other)s.",
        n,
    ),
    (WENT, False): lambda n: ngettext(
        "%(n)s person with %(work)s went from you; nobody answers for them now.",
        "%(n)s persons with %(work)s went from you; nobody answers for them now.",
        n,
    ),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A message as it is handed to a channel, and the cadre's own address there."""

    title: str
    text: str
    address: str = ""


def told_now(rows: Iterable[Reminder], *, now: datetime) -> dict[int, Told]:
    """Return what each message says now; one with nothing left to say is not in it.

    Nothing is said to who may no longer sign in, of what was read in the portal meanwhile, of work
    that is done, of a part of the day gone by. A constant number of queries for all rows.
    """
    rows = [row for row in rows if row.user.is_active]
    read = _read_in_portal(rows)
    rows = [row for row in rows if _which(row) not in read]
    digests = _current([row for row in rows if row.kind == DIGEST], now)
    figures = figures_now(users=(row.user_id for row in digests), now=now) if digests else {}
    addresses = _addresses(rows)
    with translation.override(settings.LANGUAGE_CODE):
        texts = {
            row.pk: digest_text(figures[row.user_id]) for row in digests if row.user_id in figures
        }
        texts |= {row.pk: screening_sentence(row.body) for row in rows if row.kind == SCREENING}
        climbed = [row for row in rows if row.kind == ESCALATION]
        open_now = unanswered(climbed)
        texts |= {
            row.pk: escalation_sentence(row.body["matter"], open_now[row.pk])
            for row in climbed
            if row.pk in open_now
        }
        texts |= handover_texts([row for row in rows if row.kind == HANDOVER])
        texts |= inspection_texts([row for row in rows if row.kind == INSPECTION])
        return {
            row.pk: Told(_("Grid portal"), _with_site(texts[row.pk]), addresses.get(_step(row), ""))
            for row in rows
            if row.pk in texts
        }


def digest_text(figures: Mapping[str, int]) -> str:
    """Return the digest of a cadre in a line."""
    parts = [_("To do: %(n)s") % {"n": figures["to_do"]}]
    parts += [
        label % {"n": figures[key]}
        for key, label in (
            ("overdue", _("overdue: %(n)s")),
            ("arriving", _("arriving within two days: %(n)s")),
            ("abnormal", _("abnormal: %(n)s")),
        )
        if figures[key]
    ]
    return _(", ").join(parts)


def screening_sentence(body: Mapping[str, Any]) -> str:
    """Return how many people were planned anew, and why."""
    many = body["changed"]
    origin = _day_or_name(body["origin"]["text"])
    return WHY[body["origin"]["kind"]](many) % {"n": many, "origin": origin}


def escalation_sentence(matter: str, count: int) -> str:
    """Return what climbed to a cadre and what is wanted of them."""
    return ngettext(
        "%(matter)s: %(n)s person of your area. See to it and answer in the portal.",
        "%(matter)s: %(n)s persons of your area. See to it and answer in the portal.",
        count,
    ) % {"matter": Matter(matter).label, "n": count}


def handover_sentence(way: str, persons: int, tasks: int, other: str) -> str:
    """Return how many persons came or went with how much open work, and from or to whom."""
    work = ngettext("%(n)s open task", "%(n)s open tasks", tasks) % {"n": tasks}
    text = HANDED[way, bool(other)](persons)
    return text % {"n": persons, "work": work, "other": other}


def others_of(rows: Iterable[Reminder]) -> dict[int, str]:
    """Return the names of those whom notices of a hand-over speak of, by their keys."""
    keys = {row.body["other"] for row in rows if row.body.get("other")}
    return dict(User.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}


def handover_texts(rows: Sequence[Reminder]) -> dict[int, str]:
    """Return, by notice, what of a hand-over is still true; one taken back is not in it.

    Counted are the persons who are with, or no longer with, the cadre now, and their open tasks.
    """
    if not rows:
        return {}
    told = {pk for row in rows for pk in row.body["told"]}
    open_tasks = Count("tasks", filter=Q(tasks__state=TaskState.PENDING))
    found = Episode.objects.filter(pk__in=told).order_by().annotate(open_tasks=open_tasks)
    now = {pk: rest for pk, *rest in found.values_list("pk", "responsible", "open_tasks")}
    names, texts = others_of(rows), {}
    for row in rows:
        way, other = row.body["way"], row.body["other"]
        with_them = [now[pk] for pk in row.body["told"] if pk in now]
        true = [tasks for cadre, tasks in with_them if (cadre == row.user_id) == (way == CAME)]
        if true:
            texts[row.pk] = handover_sentence(way, len(true), sum(true), names.get(other, ""))
    return texts


def inspection_sentence(many: int) -> str:
    """Return how many places are to be looked into."""
    return ngettext(
        "%(n)s place is to be inspected by you. Close it in the portal with what you found.",
        "%(n)s places are to be inspected by you. Close them in the portal with what you found.",
        many,
    ) % {"n": many}


def inspection_texts(rows: Sequence[Reminder]) -> dict[int, str]:
    """Return, by notice, how many inspections its supervisor has open; none: it is not in it."""
    if not rows:
        return {}
    held = Inspection.objects.open().filter(holder__in={row.user_id for row in rows})
    counts = dict(held.order_by().values_list("holder").annotate(Count("pk")))
    return {
        row.pk: inspection_sentence(counts[row.user_id]) for row in rows if row.user_id in counts
    }


def unanswered(rows: Sequence[Reminder]) -> dict[int, int]:
    """Return, by notice, how many persons its cadre has not answered for in its matter by now."""
    found = (
        Escalation.objects.unanswered()
        .filter(user__in={row.user_id for row in rows})
        .order_by()
        .values("user", "matter")
        .annotate(persons=Count("episode", distinct=True))
        .values_list("user", "matter", "persons")
    )
    counts = {(user, matter): persons for user, matter, persons in found}
    keys = {row.pk: (row.user_id, row.body["matter"]) for row in rows}
    return {pk: counts[key] for pk, key in keys.items() if key in counts}


def _with_site(text: str) -> str:
    site = settings.GRID["site_url"]
    return f"{text}\n{site}" if site else text


def _current(rows: Sequence[Reminder], now: datetime) -> list[Reminder]:
    """Return today's digests that no later one of the day has overtaken."""
    day = timezone.localdate(now)
    latest = dict(
        Reminder.objects.in_portal()
        .filter(user__in={row.user_id for row in rows}, kind=DIGEST, day=day)
        .order_by()
        .values_list("user")
        .annotate(slot=Max("slot"))
    )
    return [row for row in rows if row.day == day and row.slot >= latest.get(row.user_id, "")]


def _which(row: Reminder) -> tuple[int, str, Any, str]:
    return row.user_id, row.kind, row.day, row.slot


def _step(row: Reminder) -> tuple[int, int]:
    return row.user_id, row.rung


def _read_in_portal(rows: Iterable[Reminder]) -> set[tuple[int, str, Any, str]]:
    """Return which of these messages have been read in the portal."""
    users = {row.user_id for row in rows}
    days = {row.day for row in rows}
    found = Reminder.objects.in_portal().filter(user__in=users, day__in=days, read_at__isnull=False)
    return set(found.values_list("user", "kind", "day", "slot"))


def _addresses(rows: Iterable[Reminder]) -> dict[tuple[int, int], str]:
    """Return each cadre's own address on the rung of a message."""
    own = Rung.objects.filter(user__in={row.user_id for row in rows})
    return {(rung.user_id or 0, rung.position): rung.address for rung in own}


def _day_or_name(text: str) -> str:
    """Return a day as the page writes days, anything else as it is."""
    day = parse_date(text) if ISO_DAY.fullmatch(text) else None
    return date_format(day, "MONTH_DAY_FORMAT") if day else text
