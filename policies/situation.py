"""What the rows ask about a person, computed once from the facts and the pack's settings."""

from collections.abc import Callable
from dataclasses import dataclass

from policies.facts import Facts
from policies.pack import Pack, Row, When

PUPILS = ("student", "school_staff")


@dataclass(frozen=True, slots=True)
class Situation:
    """The answers the rows' conditions need; `stays` are the tags of the stays that count."""

    arrives: bool
    contacts: frozenset[str]
    isolate: bool
    patient: str
    overseas: str
    shortfall: int
    irregular: bool
    negatives_missing: int
    overseas_window_passed: bool
    stays: tuple[frozenset[str], ...]
    role: str
    certificate: bool
    green: bool
    home_suitable: bool
    fit: bool

    @property
    def papers(self) -> bool:
        """Both papers: a valid certificate and a green code (A-15)."""
        return self.certificate and self.green


def situation_of(pack: Pack, facts: Facts) -> Situation:
    """Return the situation at arrival; without an arrival stays and overseas facts do not count."""
    arrival = facts.arrival
    overseas, shortfall, irregular, passed = _overseas(pack, facts)
    return Situation(
        arrives=arrival is not None,
        contacts=frozenset((facts.contact,)) if facts.contact else frozenset(),
        isolate=facts.risk_assessment == "isolate",
        patient=facts.patient,
        overseas=overseas,
        shortfall=shortfall,
        irregular=irregular,
        negatives_missing=_negatives_missing(pack, facts),
        overseas_window_passed=passed,
        stays=counting_stays(pack, facts),
        role=facts.role,
        certificate=_certificate_valid(pack, facts),
        green=facts.health_code == "green",
        home_suitable=facts.home_single_room,
        fit=facts.fit_for_centralised,
    )


def counting_stays(pack: Pack, facts: Facts) -> tuple[frozenset[str], ...]:
    """Return the tags of the stays that ended within the look-back (C-5, A-03, A-04)."""
    if facts.arrival is None:
        return ()
    window = pack.number("look_back_days")
    return tuple(
        stay.tags for stay in facts.history if (facts.arrival - stay.last_day).days <= window
    )


def _overseas(pack: Pack, facts: Facts) -> tuple[str, int, bool, bool]:
    entry = facts.overseas
    if entry is None or facts.arrival is None:
        return "", 0, False, False
    since = (facts.arrival - entry.entered_on).days
    if since > pack.number("overseas_window_days"):
        return "", 0, False, True
    asked = pack.number("entry_quarantine_days")
    served = 0
    if entry.quarantine_proof and not entry.irregular:
        served = min(asked, entry.quarantine_days, since)
    shortfall = asked - served
    return ("short" if shortfall else "full"), shortfall, entry.irregular, False


def _certificate_valid(pack: Pack, facts: Facts) -> bool:
    paper = facts.certificate
    if paper is None or not paper.negative or paper.sampled_on is None or facts.arrival is None:
        return False
    return 0 <= (facts.arrival - paper.sampled_on).days <= pack.number("certificate_days")


def _negatives_missing(pack: Pack, facts: Facts) -> int:
    """Return how many documented negatives are missing where a pack asks for some (JL-3i)."""
    if facts.overseas is None or "negatives_needed" not in pack.settings:
        return 0
    return max(0, pack.number("negatives_needed") - facts.overseas.negative_tests)


def holds(when: When, at: Situation) -> bool:
    """Tell whether a row's condition holds."""
    if when.otherwise:
        return False
    if when.contact and not _contact_holds(when, at):
        return False
    if when.patient and at.patient not in when.patient:
        return False
    if when.overseas and not _overseas_holds(when, at):
        return False
    if when.looks_at_stays and not any(stay_holds(when, tags) for tags in at.stays):
        return False
    return _person_holds(when, at)


def _contact_holds(when: When, at: Situation) -> bool:
    if not any(level in at.contacts for level in when.contact):
        return False
    return not when.assessment or (when.assessment == "isolate") == at.isolate


def _overseas_holds(when: When, at: Situation) -> bool:
    if not at.overseas or when.overseas not in ("any", at.overseas):
        return False
    return not when.negatives or (when.negatives == "enough") == (at.negatives_missing == 0)


def stay_holds(when: When, tags: frozenset[str]) -> bool:
    """Tell whether one stay with these tags is what a condition asks for."""
    if when.stay_any and tags.isdisjoint(when.stay_any):
        return False
    return when.stay_all <= tags and tags.isdisjoint(when.stay_none)


def _person_holds(when: When, at: Situation) -> bool:
    if when.role and at.role not in when.role:
        return False
    if when.papers and (when.papers == "both") != at.papers:
        return False
    return not when.certificate or (when.certificate == "valid") == at.certificate


def matching(pack: Pack, at: Situation) -> list[Row]:
    """Return every row whose condition holds, in row order; the catch-all only when alone."""
    found = [row for row in pack.rows if holds(row.when, at)]
    if not found and at.arrives:
        found = [row for row in pack.rows if row.when.otherwise]
    return found


# The cases a flag or an on-arrival test may depend on (`if` in the pack).
CASES: dict[str, Callable[[Situation], bool]] = {
    "always": lambda at: True,
    "arrives": lambda at: at.arrives,
    "irregular": lambda at: at.irregular,
    "pupil": lambda at: at.role in PUPILS,
    "certificate_lacking": lambda at: not at.certificate,
    "code_not_green": lambda at: not at.green,
    "papers_lacking": lambda at: not at.papers,
    "shortfall": lambda at: at.shortfall > 0,
    "overseas_window_passed": lambda at: at.overseas_window_passed,
}
