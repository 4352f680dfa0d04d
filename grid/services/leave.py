"""Leave and who covers for it."""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from grid.announce import responsibility_changed
from grid.audit import acting
from grid.days import today
from grid.errors import Refused
from grid.models import Assignment, Leave, User
from grid.services.cadres import DatesError, need_active


class CoverError(Refused):
    """The leave cannot be covered like this."""


@transaction.atomic
def register_leave(
    *, user: User, cover: User, since: date, until: date, by: User | None, reason: str = ""
) -> Leave:
    """Note that a cadre is away from `since` up to, not including, `until`; `cover` does the work.

    Cover is one step: who covers must be at work, and who is covering cannot be away.
    """
    if until <= since:
        raise DatesError(
            _("The leave begins on %(since)s: the first day back at work must be later.")
            % {"since": since}
        )
    if cover == user:
        raise CoverError(_("Nobody covers for themselves: choose another cadre."))
    need_active(cover)
    pair = User.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=[user.pk, cover.pk]
    )
    list(pair.order_by("pk"))
    _need_coverable(user=user, cover=cover, since=since, until=until)
    leave = Leave(user=user, cover=cover, since=since, until=until, reason=reason)
    with acting(by=by, why=reason):
        leave.save()
    responsibility_changed(_places_of(user))
    return leave


def _need_coverable(*, user: User, cover: User, since: date, until: date) -> None:
    meanwhile = Leave.objects.filter(since__lt=until, until__gt=since).select_related("user")
    clashes = meanwhile.filter(Q(user__in=[user, cover]) | Q(cover=user))
    for other in clashes:
        words = {"name": other.user, "since": other.since, "until": other.until, "cover": user}
        if other.user == user:
            sentence = _("%(name)s is on leave already, from %(since)s until %(until)s.")
        elif other.user == cover:
            sentence = _(
                "%(name)s is on leave from %(since)s until %(until)s: choose another cover."
            )
        else:
            sentence = _(
                "%(cover)s covers for %(name)s from %(since)s until %(until)s: "
                "end that leave first and name another cover."
            )
        raise CoverError(sentence % words)


@transaction.atomic
def end_leave(
    *, leave: Leave, by: User | None, until: date | None = None, reason: str = ""
) -> Leave | None:
    """Bring a cadre back on `until` (default: today); a leave that had not begun is taken back."""
    until = until or today()
    row = Leave.objects.select_for_update(of=("self",)).get(pk=leave.pk)
    if row.until <= until:
        raise DatesError(_("This leave has ended already, on %(day)s.") % {"day": row.until})
    responsibility_changed(_places_of(row.user))
    with acting(by=by, why=reason):
        if until <= row.since:
            row.delete()
            return None
        row.until = until
        row.save(update_fields=["until"])
    return row


def _places_of(user: User) -> list[str]:
    """Return where the cadre's open assignments lie."""
    return list(
        Assignment.objects.open().filter(cadre=user).values_list("at", flat=True).distinct()
    )
