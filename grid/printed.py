"""Responsibility as text to print or to post in the group: a household's chain, a place's gaps."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from grid.choices import Tier
from grid.coverage import away_holders, inactive_holders, uncovered_households, uncovered_persons
from grid.models import Household, Place
from grid.responsibility import ChainLink, chain

MOST = 20  # names of a gap that are spelled out; the rest is a number


def chain_lines(links: list[ChainLink]) -> list[str]:
    """Return one line for each of the four tiers, with name and phone, or "nobody"."""
    return [
        _("%(tier)s: %(name)s, %(phone)s")
        % {"tier": link.tier.label, "name": link.user.name, "phone": link.user.phone}
        if link.user
        else _("%(tier)s: nobody") % {"tier": Tier(link.tier).label}
        for link in links
    ]


def household_card(household: Household, day: date) -> str:
    """Return what hangs at the door: a household and who answers for it, by tier (JY-16c)."""
    head = _("%(home)s, %(place)s") % {"home": household, "place": household.place}
    return "\n".join([head, *chain_lines(chain(household, day))])


def gaps_text(place: Place, day: date) -> str:
    """Return the gaps below a place as text; no gap is said in so many words (JY-2l)."""
    households = uncovered_households(under=place.code, day=day)
    persons = uncovered_persons(under=place.code, day=day)
    inactive = inactive_holders(under=place.code, day=day)
    away = away_holders(under=place.code, day=day)
    lines = [
        _("%(place)s, %(day)s: who has nobody") % {"place": place, "day": date_format(day)},
        _listed(_("Households without a cadre"), [str(home) for home in households]),
        _listed(_("Persons without a cadre"), [person.name for person in persons]),
        _listed(_("Cadres no longer active"), sorted({row.cadre.name for row in inactive})),
        _listed(_("Cadres on leave"), sorted({row.cadre.name for row in away})),
    ]
    return "\n".join(lines)


def _listed(label: str, names: list[str]) -> str:
    """Return "label: 2 (a, b)"; zero is said too."""
    words = {"label": label, "count": len(names), "names": _(", ").join(names[:MOST])}
    if not names:
        return _("%(label)s: 0") % words
    if len(names) > MOST:
        return _("%(label)s: %(count)s (%(names)s …)") % words
    return _("%(label)s: %(count)s (%(names)s)") % words
