"""What a cadre sends to a returnee: the policy text that fits this person, the travel reminder.

The words follow the language of the page. They are proposals to copy and send; what was sent is
logged by the cadre (JY-2n, JY-2p).
"""

from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from grid.models import User
from policies.pack import Pack, RestrictionCell, Words
from returnees.choices import StageKind
from returnees.models import Episode
from returnees.policies import pack_of

DISSUADE = "dissuade_before_coming"


def policy_text(*, episode: Episode, cadre: User) -> str:
    """Return the text that tells this person what awaits them and under which notice."""
    pack = pack_of(episode.policy)
    lines = [
        _("Hello %(name)s. Under “%(notice)s” (%(number)s) you belong to: %(klass)s.")
        % {
            "name": episode.person.name,
            "notice": in_language(pack.title),
            "number": pack.notice.number or pack.key,
            "klass": class_title(pack, episode.classification),
        },
        *_before_coming(episode, pack),
        *_stages(episode.plan),
        *_rules(pack, episode.classification),
        *_afterwards(episode.plan),
        _("With fever, cough or any other complaint call me at once and wait at home."),
        _("%(cadre)s, %(phone)s") % {"cadre": cadre.name, "phone": cadre.phone},
    ]
    return "\n".join(lines)


def travel_text(*, episode: Episode, cadre: User) -> str:
    """Return the reminder of protection on the way (JY-2p)."""
    lines = [
        _("Hello %(name)s, have a safe journey.") % {"name": episode.person.name},
        _("On the way: wear a mask, keep your distance, wash your hands, keep your tickets."),
        _("Come straight to where you will stay, and call me when you arrive."),
        _("%(cadre)s, %(phone)s") % {"cadre": cadre.name, "phone": cadre.phone},
    ]
    return "\n".join(lines)


def advised_against(episode: Episode) -> bool:
    """Say whether the notice has people of this class advised not to come (JY-2c)."""
    pack = pack_of(episode.policy)
    return any(rule.name == DISSUADE for rule in _restrictions(pack, episode.classification))


def _restrictions(pack: Pack, classification: str) -> tuple[RestrictionCell, ...]:
    try:
        return pack.row(classification).restrictions
    except KeyError:
        return ()


def class_title(pack: Pack, classification: str) -> str:
    """Return the words of a class; its key where the pack no longer has the row."""
    try:
        return in_language(pack.row(classification).title)
    except KeyError:
        return classification


def in_language(words: Words) -> str:
    """Return the words in the language of the page."""
    return words.zh if (get_language() or "zh").startswith("zh") else words.en


def _before_coming(episode: Episode, pack: Pack) -> list[str]:
    if not episode.is_expected:
        return []
    lines = []
    if advised_against(episode):
        lines.append(_("Unless you must, please do not come for now."))
    lines.append(
        _("Report at least %(hours)s hours before you set out, and tell me when plans change.")
        % {"hours": pack.report.hours}
    )
    return lines


def _stages(plan: dict[str, Any]) -> list[str]:
    lines = []
    for n, stage in enumerate(plan.get("stages") or (), 1):
        if not stage.get("last_day"):
            line = _("%(n)s. %(kind)s.")
        elif stage.get("tests"):
            line = _("%(n)s. %(kind)s, %(days)s days, %(first)s to %(last)s, %(tests)s tests.")
        else:
            line = _("%(n)s. %(kind)s, %(days)s days, %(first)s to %(last)s.")
        lines.append(
            line
            % {
                "n": n,
                "kind": StageKind(stage["kind"]).label,
                "days": stage.get("days"),
                "first": _day(stage["first_day"]),
                "last": _day(stage.get("last_day")),
                "tests": len(stage.get("tests") or ()),
            }
        )
    if plan.get("daily_checks"):
        lines.append(_("Take your temperature every day and tell me before 20:00."))
    return lines


def _rules(pack: Pack, classification: str) -> list[str]:
    """Return what the person may not do; the advice against coming is said by itself."""
    return [
        in_language(rule.ground.text)
        for rule in _restrictions(pack, classification)
        if rule.ground.text and rule.name != DISSUADE
    ]


def _afterwards(plan: dict[str, Any]) -> list[str]:
    dates = [_day(item["date"]) for item in plan.get("follow_ups") or () if item["what"] == "test"]
    if not dates:
        return []
    return [_("Afterwards a test on: %(dates)s.") % {"dates": _(", ").join(dates)}]


def _day(text: str | None) -> str:
    return formats.date_format(date.fromisoformat(text), "MONTH_DAY_FORMAT") if text else ""
