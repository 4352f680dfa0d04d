"""Rows about cadres, through the services of accounts and assignments; each keeps what it made."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from pghistory.models import Context

from grid.announce import responsibility_changed
from grid.batches.kinds import Frame, Values
from grid.days import today
from grid.errors import Refused
from grid.lists.cadres_known import Duty
from grid.models import Assignment, Block, Event, ImportBatch, ImportRow, Place, Post, User
from grid.permissions import Permission
from grid.services.accounts import (
    correct_cadre,
    create_cadre_without_password,
)
from grid.services.posts import NotYoursError, give_post
from grid.services.responsibility import assign, end_assignment, hand_over

if TYPE_CHECKING:
    from grid.lists.cadres import Plan


class OwnPostError(Refused):
    """Nobody gives a post to themselves."""


class TwoLeadsError(Refused):
    """Two rows of one list name a lead for the same target."""


def write(
    rows: Sequence[ImportRow], plan: "Plan", values: Values, frame: Frame, *, by: User | None
) -> int:
    """Write what a row comes to and note it in its `before`; return the cadre's key."""
    made: dict[str, Any] = {"assignments": [], "ended": []}
    since = date.fromisoformat(values["since"]) if values.get("since") else None
    # An earlier row of the same list may have made the cadre meanwhile.
    user = plan.user or User.objects.filter(phone=values["phone"]).first()
    at = _at(plan.post_at)
    if user is None:
        user, post = create_cadre_without_password(
            phone=values["phone"],
            name=values["name"],
            unit=values.get("unit") or "",
            title=values.get("title") or "",
            role=plan.role,
            since=since,
            by=by,
            **at,
        )
        made |= {"user": True, "post": post.pk}
    else:
        _change(user, plan, at, since, made, by=by)
    for duty in plan.duties:
        _answer_for(user, duty, since or today(), f"import {frame.batch}", made, by=by)
    for row in rows:
        row.before = {**(row.before or {}), "made": made}
    return user.pk


def _at(place: Place | Block | None) -> dict[str, Any]:
    return {"block": place} if isinstance(place, Block) else {"place": place}


def _change(
    user: User,
    plan: "Plan",
    at: dict[str, Any],
    since: date | None,
    made: dict[str, Any],
    *,
    by: User | None,
) -> None:
    """Correct a known cadre and give the post of the row, unless it is held by now."""
    if by is not None and user.pk == by.pk and (plan.role or plan.duties):
        raise OwnPostError(_("Nobody gives posts or assignments to themselves: ask another admin."))
    if plan.fields:
        correct_cadre(user=user, by=by, **plan.fields)
    held = Post.objects.filter(user=user, role=plan.role, until=None, **at)
    if plan.role and not held.exists():
        post = give_post(user=user, role=plan.role, since=since, by=by, **at)
        made["post"] = post.pk


def _answer_for(
    user: User, duty: Duty, since: date, reason: str, made: dict[str, Any], *, by: User | None
) -> None:
    """Make the cadre answer for a target from a day on: begun, or handed over by who did."""
    if by is not None and not by.can(Permission.ASSIGN, duty.target):
        raise NotYoursError(
            _("You may not assign %(target)s: ask the admin of that place.")
            % {"target": duty.target}
        )
    name, key, tier = duty.key
    standing = Assignment.objects.open().filter(tier=tier, **{f"{name}_id": key})
    mine = standing.filter(cadre=user).first()
    lead = standing.filter(lead=True).exclude(cadre=user).select_related("cadre").first()
    if mine is not None and mine.lead == duty.lead:
        return
    if duty.lead and lead is not None:
        if lead.reason == reason:
            raise TwoLeadsError(
                _("Another row of this list names %(name)s as the lead for %(target)s.")
                % {"name": lead.cadre, "target": duty.target}
            )
        hand_over(
            assignments=standing.filter(pk=lead.pk), to=user, by=by, since=since, reason=reason
        )
        ended = [lead.pk, *([mine.pk] if mine else [])]
    else:
        ended = []
        if mine is not None:
            end_assignment(assignment=mine, by=by, until=since, reason=reason)
            ended.append(mine.pk)
        assign(
            cadre=user, target=duty.target, tier=duty.tier, lead=duty.lead, since=since,
            reason=reason, by=by,
        )  # fmt: skip
    begun = standing.filter(cadre=user, lead=duty.lead).values_list("pk", flat=True)
    made["assignments"] += list(begun)
    made["ended"] += [
        [pk, until.isoformat()]
        for pk, until in Assignment.objects.filter(pk__in=ended).values_list("pk", "until")
    ]


def take_back(rows: Iterable[ImportRow], *, by: User | None) -> None:
    """Remove posts, assignments and cadres that rows made; open again what they ended."""
    places: set[str] = set()
    for row in rows:
        before = row.before or {}
        made = before.get("made", {})
        begun = Assignment.objects.filter(pk__in=made.get("assignments", ()))
        places |= set(begun.values_list("at", flat=True))
        begun.delete()
        for pk, until in made.get("ended", ()):
            Assignment.objects.filter(pk=pk, until=until).update(until=None)
        Post.objects.filter(pk=made.get("post")).delete()
        if made.get("user"):
            left = Q(posts__isnull=False) | Q(assignments__isnull=False)
            keep = User.objects.filter(left, pk=row.target_key)
            User.objects.filter(pk=row.target_key).exclude(pk__in=keep.values("pk")).delete()
        elif replaced := before.get("replaced"):
            back = {key: value or "" for key, value in replaced.items()}
            User.objects.filter(pk=row.target_key).update(**back)
    responsibility_changed(places)


def who_acted(
    batch: ImportBatch, keys: set[int], made: set[int]
) -> dict[int, tuple[str, datetime]]:
    """Return the cadres who have been at work since the batch, and when last.

    Whoever was made by it, by having signed in at all; others by what they have written.
    """
    found: dict[int, tuple[str, datetime]] = {}
    signed = User.objects.filter(pk__in=made, last_login__isnull=False)
    for key, name, at in signed.values_list("pk", "name", "last_login"):
        found[key] = (name, at)
    since = batch.uploaded_at
    names = dict(User.objects.filter(pk__in=keys).values_list("pk", "name"))
    acts = Event.objects.filter(actor_id__in=keys, at__gte=since)
    seen = list(acts.exclude(kind=Event.Kind.SIGN_IN).values_list("actor_id", "at"))
    wrote = Context.objects.filter(metadata__user__in=list(keys), created_at__gte=since)
    seen += wrote.values_list("metadata__user", "created_at")
    for key, at in seen:
        # Who took part in the import itself is no reason to keep it.
        if key != batch.uploaded_by_id and (key not in found or at > found[key][1]):
            found[key] = (names[key], at)
    return found
