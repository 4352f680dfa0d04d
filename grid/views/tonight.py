"""Tonight's lists: which villages have sent theirs, which have nobody, whom to call."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grid.areas import Area, area_of, short_name, switch_for, within
from grid.batches.kinds import ListKind
from grid.batches.registry import all_kinds
from grid.batches.tonight import (
    Sending,
    VillageLine,
    deadline,
    nothing_tonight,
    villages_sent,
)
from grid.days import today
from grid.models import Place
from grid.paging import keyset_page
from grid.web import PortalRequest, answer, back, need, page

STATES: tuple[Sending, ...] = ("missing", "unconfirmed", "zero", "sent")
DEFAULT = "returnees"


def nightly() -> list[ListKind]:
    """Return the lists that every village sends every night."""
    return [kind for kind in all_kinds() if kind.nightly]


def chosen(name: str) -> ListKind:
    """Return the list an address names; the returnees, or the first there is, for none."""
    offered = {kind.name: kind for kind in nightly()}
    return offered.get(name) or offered.get(DEFAULT) or next(iter(offered.values()))


def day_of(text: str) -> date:
    """Return the day an address names, none to come; today for a bad one."""
    try:
        return min(date.fromisoformat(text), today())
    except ValueError:
        return today()


@require_safe
def import_tonight(request: PortalRequest) -> HttpResponse:
    """Show village by village who has sent the day's list, who said "nobody", who is missing."""
    area = area_of(request.user, request.GET.get("place", ""))
    kind, day = chosen(request.GET.get("list", "")), day_of(request.GET.get("day", ""))
    villages = Place.objects.filter(within(area.text, "code"))
    lines = {
        line.village.pk: line
        for line in villages_sent(request.user, kind.name, day, villages=villages)
    }
    show, query = request.GET.get("show", ""), request.GET.get("q", "").strip()
    wanted = [line.village.pk for line in lines.values() if show in ("", line.state)]
    rows = Place.objects.filter(pk__in=wanted, name__contains=query)
    found = keyset_page(rows, order=("code",), query=request.GET)
    can_import = request.user.scope(kind.permission).prefixes
    context = {
        "area": area,
        "switch": switch_for(request.user, area),
        "kind": kind,
        "lists": nightly(),
        "day": day,
        "today": today(),
        "due": deadline(day),
        "tiles": tiles_of(lines.values()),
        "show": show,
        "query": query,
        "page": found,
        "lines": [rights_of(lines[place.pk], can_import) for place in found.rows],
        "message": message_of(area, kind, day, list(lines.values())),
    }
    return page(request, "grid/import_tonight.html", context, fragment="villages")


def rights_of(line: VillageLine, own: tuple[str, ...]) -> tuple[VillageLine, bool, bool]:
    """Return a line, whether the user may give its list, and whether they may open the one given.

    `own` are the codes of the places where the user may import.
    """
    opens = line.batch is not None and line.batch.place_id.startswith(own)
    return line, line.village.pk.startswith(own), opens


def tiles_of(lines: Iterable[VillageLine]) -> list[tuple[str, str, int, str]]:
    """Return (state, label, number of villages, tone) for each state."""
    counts = Counter(line.state for line in lines)
    labels = {
        "missing": _("Not sent"),
        "unconfirmed": _("Uploaded, not confirmed"),
        "zero": _("Nobody to list"),
        "sent": _("List is in"),
    }
    tones = {"missing": "danger", "unconfirmed": "warning"}
    return [
        (state, labels[state], counts[state], tones.get(state, "") if counts[state] else "")
        for state in STATES
    ]


def message_of(area: Area, kind: ListKind, day: date, lines: list[VillageLine]) -> str:
    """Return the text for the village group: what is in, and who is still missing."""
    counts = Counter(line.state for line in lines)
    words = {
        "list": kind.title,
        "place": short_name(area.name),
        "day": date_format(day, "MONTH_DAY_FORMAT"),
        "time": f"{timezone.localtime(deadline(day)):%H:%M}",
        "all": len(lines),
        "sent": counts["sent"],
        "zero": counts["zero"],
        "open": counts["missing"] + counts["unconfirmed"],
    }
    head = _(
        "%(place)s, %(list)s of %(day)s (due %(time)s): %(all)s villages, %(sent)s sent, "
        "%(zero)s with nobody to list, %(open)s missing."
    )
    return "\n".join([head % words, *_named(lines)])


def _named(lines: list[VillageLine]) -> list[str]:
    """Return the missing villages, a line for each township, and what they are asked to do."""
    open_ = [line for line in lines if line.is_open]
    if not open_:
        return [_("All lists are in. Thank you!")]
    towns: dict[str, list[str]] = {}
    for line in open_:
        name = short_name(line.village.name)
        if line.state == "unconfirmed":
            name = _("%(village)s (uploaded, please confirm)") % {"village": name}
        towns.setdefault(line.village.pk[:9], []).append(name)
    names = dict(Place.objects.filter(pk__in=towns).values_list("pk", "name"))
    several = len(towns) > 1
    told = [
        (_("%(town)s: ") % {"town": names.get(code, "")} if several else _("Still missing: "))
        + _(", ").join(villages)
        for code, villages in towns.items()
    ]
    return [*told, _("Villages with nobody to list: please press “nobody to list”.")]


@require_POST
def import_nothing(request: PortalRequest, code: str) -> HttpResponse:
    """Write down that a village has nobody to list on the day."""
    place = get_object_or_404(Place.objects.visible_to(request.user), pk=code)
    kind, day = chosen(request.POST.get("list", "")), day_of(request.POST.get("day", ""))
    need(request.user, kind.permission, place)
    return answer(
        request,
        lambda: nothing_tonight(place=place, day=day, list_name=kind.name, by=request.user),
        done=_("%(village)s: nobody to list.") % {"village": short_name(place.name)},
        to=back(request, reverse("import-tonight")),
    )
