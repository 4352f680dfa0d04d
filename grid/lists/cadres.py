"""Cadres with their posts and what they answer for: begun, handed over and ended by the services.

Nothing is written that the importer could not do by hand: posts need MANAGE_POSTS at their place,
assignments ASSIGN at their target, and nobody gives a post to themselves. Lists of cadres have
hundreds of rows: what is known of them is loaded at once, each change then goes its own way through
the services, whose checks and announcements it needs.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from grid.batches.hands import touched
from grid.batches.kinds import Frame, Judged, ListKind, Merged, Touched, Values
from grid.batches.records import plain
from grid.batches.sentences import problem
from grid.choices import Level, RowAction
from grid.imports.results import Problem
from grid.lists.cadres_known import Duty, Known
from grid.lists.cadres_list import CADRES
from grid.lists.cadres_writing import take_back, who_acted, write
from grid.models import Block, ImportBatch, ImportRow, Place, User
from grid.permissions import Permission

FIELDS = ("unit", "title")  # of a known cadre, corrected where the list says otherwise
LONGEST = {"name": 30, "unit": 60, "title": 40}


@dataclass(slots=True)
class Plan:
    """What a row comes to: the cadre if known, a post to be given, duties to be begun."""

    user: User | None
    role: str = ""
    post_at: Place | Block | None = None
    duties: list[Duty] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)


class CadreKind(ListKind):
    """The ledger of cadres (包保干部台账), JY-2j, JY-16c."""

    name = "cadres"
    title = _("Cadres with posts and assignments")
    spec = CADRES
    model = User
    permission = Permission.MANAGE_POSTS
    levels = (Level.COUNTY, Level.TOWNSHIP)
    shows = ("name", "phone", "unit", "role", "dest_code", "answers", "tier", "since")
    decides = ("dest_code",)
    asks_day = False
    template_fields = (
        "name", "phone", "unit", "title", "role", "town", "village", "block", "grid", "answers",
        "tier", "lead", "since", "remark",
    )  # fmt: skip
    read_as: ClassVar = {"dest_code": "village"}
    follows = _("New cadres cannot sign in yet: hand out a password on the page of each.")
    messages: ClassVar = {
        "cadre_other_name": (
            "question",
            gettext_noop(
                "This phone belongs to %(known)s: is it the same person, called otherwise?"
            ),
        ),
        "cadre_protected": ("error", gettext_noop("This account is not changed by a list.")),
        "cadre_role_missing": (
            "error",
            gettext_noop("A new cadre needs a post: name the role."),
        ),
        "cadre_place_missing": (
            "error",
            gettext_noop("It is not said at which village, township or block the post is."),
        ),
        "cadre_beyond": (
            "error",
            gettext_noop("%(place)s lies outside the place this list was given for."),
        ),
        "cadre_target_unknown": (
            "question",
            gettext_noop(
                "Nobody knows “%(targets)s” as a village, block, grid, building or household here; "
                "import without it?"
            ),
        ),
        "cadre_hand_over": (
            "note",
            gettext_noop("%(target)s is handed over by %(who)s."),
        ),
    }

    def values(self, row: Any, context: Any) -> Values:
        """Return the row with texts cut to what accounts hold."""
        said = super().values(row, context)
        for key, length in LONGEST.items():
            said[key] = said[key][:length] if said.get(key) else None
        return said

    def same(self, values: Mapping[str, Any]) -> Hashable | None:
        """A cadre with several posts or duties has as many rows; the same duty twice is one."""
        targets = tuple(one["text"] for one in values.get("targets") or ())
        keys = ("phone", "role", "dest_code", "town_code", "block", "grid", "tier")
        return (*(values.get(key) for key in keys), targets) if values.get("phone") else None

    def book(self, values: Sequence[Values], frame: Frame, *, lock: bool = False) -> "CadreBook":
        """Load cadres, posts, assignments and places; a constant number of queries."""
        return CadreBook(Known.of(values, frame.home, lock=lock))

    def before(self, values: Mapping[str, Any], judged: Judged) -> Values:
        """Return the fields a row replaces; what it made is added when it is written."""
        put = {key: judged.changes[key] for key in (*FIELDS, "name") if key in judged.changes}
        return {"replaced": {key: judged.known.get(key) for key in put}, "put": put}

    def create(
        self, rows: Sequence[tuple[ImportRow, Judged]], frame: Frame, *, by: User | None
    ) -> None:
        """Make the cadres of some rows, with post and duties."""
        for row, judged in rows:
            row.target_key = write([row], judged.subject, plain(row), frame, by=by)

    def update(self, merged: Sequence[Merged], frame: Frame, *, by: User | None) -> None:
        """Give known cadres the posts and duties of their rows."""
        for one in merged:
            book = self.book([plain(row) for row in one.rows], frame)
            for row in one.rows:
                judged = book.judge(plain(row), home=frame.home, decided=row.decided or "update")
                write([row], judged.subject, plain(row), frame, by=by)

    def touched(self, batch: ImportBatch, rows: Sequence[ImportRow]) -> Touched:
        """Tell who has changed posts and duties since, and which cadres have been at work."""
        keys = {row.target_key for row in rows if row.target_key}
        made = {row.target_key for row in rows if _made(row).get("user") and row.target_key}
        return {**touched(batch, User, keys), **who_acted(batch, keys, made)}

    def take_back(
        self, batch: ImportBatch, rows: Sequence[ImportRow], frame: Frame, *, by: User | None
    ) -> None:
        """Remove what rows made, give back what they ended or replaced."""
        take_back(sorted(rows, key=lambda row: -row.number), by=by)

    def answered(
        self, values: Mapping[str, Any], answers: Mapping[str, Any], batch: ImportBatch
    ) -> Values:
        """A village may be chosen where the post's was not clear."""
        given = super().answered(values, answers, batch)
        if code := given.get("dest_code"):
            given["town_code"] = str(code)[:9]
        return given


@dataclass(frozen=True, slots=True)
class CadreBook:
    """The cadres, posts, assignments and places that some rows name."""

    known: Known

    def judge(self, values: Mapping[str, Any], *, home: str, decided: str = "") -> Judged:
        """Say what a row comes to."""
        user = self.known.users.get(values.get("phone") or "")
        plan = Plan(user)
        wrong = self._wrong(values, plan, home)
        if wrong is not None:
            return Judged(RowAction.REFUSE, user.pk if user else None, problems=[wrong])
        duties, unknown = self.known.duties(values)
        asked = self._asked(values, user, unknown) if not decided else []
        told = {"name": user.name, "unit": user.unit, "title": user.title} if user else {}
        plan.duties = [duty for duty in duties if not self._holds(user, duty)]
        judged = Judged(RowAction.CREATE, user.pk if user else None, known=told, subject=plan)
        judged.changes = self._changes(values, plan)
        if asked:
            judged.action, judged.problems = RowAction.ASK, asked
        elif user is not None:
            judged.action = RowAction.UPDATE if judged.changes else RowAction.UNCHANGED
            judged.problems = self._hand_overs(plan)
        else:
            judged.problems = self._hand_overs(plan)
        return judged

    def _wrong(self, values: Mapping[str, Any], plan: Plan, home: str) -> Problem | None:
        """Return why a row cannot be; note the post it gives."""
        if plan.user is not None and plan.user.is_superuser:
            return problem("cadre_protected")
        role = values.get("role")
        if not role:
            return (
                problem("cadre_role_missing") if plan.user is None else self._beyond(values, home)
            )
        plan.post_at = at = self.known.post_at(values)
        if at is None:
            return problem("cadre_place_missing")
        if self._has(plan.user, role, at):
            return self._beyond(values, home)
        plan.role = role
        return self._beyond(values, home, at)

    def _beyond(self, values: Mapping[str, Any], home: str, *more: Place | Block) -> Problem | None:
        """Return what there is to say about a place that the list was not given for."""
        for one in (*more, *(duty.target for duty in self.known.duties(values)[0])):
            if not one.scope_keys()[0].startswith(home):
                return problem("cadre_beyond", place=str(one))
        return None

    def _asked(
        self, values: Mapping[str, Any], user: User | None, unknown: Sequence[str]
    ) -> list[Problem]:
        asked = []
        if user is not None and values.get("name") != user.name:
            asked.append(problem("cadre_other_name", known=user.name))
        if unknown:
            asked.append(problem("cadre_target_unknown", targets="、".join(unknown)))
        return asked

    def _has(self, user: User | None, role: str, at: Place | Block) -> bool:
        if user is None:
            return False
        posts = [post for post in self.known.posts.get(user.pk, ()) if post.role == role]
        return any(
            post.place_id == at.pk if isinstance(at, Place) else post.block_id == at.pk
            for post in posts
        )

    def _holds(self, user: User | None, duty: Duty) -> bool:
        held = self.known.held.get(duty.key, ())
        return any(user and one.cadre_id == user.pk and one.lead == duty.lead for one in held)

    def _changes(self, values: Mapping[str, Any], plan: Plan) -> Values:
        changes: Values = {}
        if plan.user is not None:
            for key in ("name", *FIELDS):
                text = values.get(key)
                if text and text != getattr(plan.user, key):
                    changes[key] = plan.fields[key] = text
        if plan.role:
            changes["role"] = plan.role
        if plan.duties:
            changes["answers"] = "、".join(str(duty.target) for duty in plan.duties)
        return changes

    def _hand_overs(self, plan: Plan) -> list[Problem]:
        return [
            problem("cadre_hand_over", target=str(duty.target), who=one.cadre.name)
            for duty in plan.duties
            for one in self.known.held.get(duty.key, ())
            if duty.lead and one.lead and one.cadre_id != (plan.user.pk if plan.user else None)
        ]


def _made(row: ImportRow) -> dict[str, Any]:
    made: dict[str, Any] = (row.before or {}).get("made", {})
    return made
