"""The words of a pack's conditions, cases and timings, in the language of the page."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from policies.pack import LEVELS, STAY_FLAGS, Duty, When
from returnees.choices import Mark

MARKS = (*LEVELS, *STAY_FLAGS)


def mark_words(marks: Iterable[str]) -> str:
    """Return levels and flags joined by “or”, in the order of the vocabulary."""
    wanted = set(marks)
    return _(" or ").join(str(Mark(mark).label) for mark in MARKS if mark in wanted)


def contact_words(level: str) -> str:
    """Return a degree of contact in words."""
    return {
        "close": _("close contact"),
        "general": _("general contact"),
        "secondary": _("contact of a contact"),
        "trajectory": _("crossed tracks"),
    }.get(level, level)


def role_words(role: str) -> str:
    """Return a role in words."""
    return {
        "student": _("pupil or student"),
        "school_staff": _("staff of a school"),
        "cadre": _("cadre"),
    }.get(role, role)


def when_words(when: When) -> str:
    """Return the condition of a row; all its parts must hold."""
    if when.otherwise:
        return _("everyone else")
    patients = {
        "discharged": _("discharged patient"),
        "asymptomatic_released": _("released asymptomatic case"),
    }
    parts = [
        _(" or ").join(contact_words(level) for level in when.contact),
        {
            "isolate": _("assessed: to be isolated"),
            "open": _("assessed: not to be isolated, or not yet"),
        }.get(when.assessment, when.assessment),
        _(" or ").join(patients.get(one, one) for one in when.patient),
        _overseas(when),
        _stays(when),
        _(" or ").join(role_words(role) for role in when.role),
        _papers(when),
    ]
    return "; ".join(part for part in parts if part)


def _overseas(when: When) -> str:
    came = {
        "any": _("came from abroad"),
        "short": _("came from abroad, days of quarantine still owed"),
        "full": _("came from abroad, quarantine complete"),
    }.get(when.overseas, "")
    negatives = {
        "enough": _("enough documented negatives"),
        "lacking": _("documented negatives lacking"),
    }.get(when.negatives, "")
    return ", ".join(part for part in (came, negatives) if part)


def _stays(when: When) -> str:
    marks = {"marks": mark_words(when.stay_any)}
    parts = [_("stayed in a place that is %(marks)s") % marks if when.stay_any else ""]
    if when.stay_all:
        every = _(" and ").join(mark_words([mark]) for mark in MARKS if mark in when.stay_all)
        parts.append(_("stayed in a place that is %(marks)s") % {"marks": every})
    if when.stay_none:
        parts.append(_("not in one that is %(marks)s") % {"marks": mark_words(when.stay_none)})
    return ", ".join(part for part in parts if part)


def _papers(when: When) -> str:
    papers = {
        "both": _("with green code and valid test certificate"),
        "lacking": _("without green code or without valid test certificate"),
    }.get(when.papers, "")
    certificate = {
        "valid": _("with valid test certificate"),
        "lacking": _("without valid test certificate"),
    }.get(when.certificate, "")
    return ", ".join(part for part in (papers, certificate) if part)


def case_words(case: str) -> str:
    """Return the case a flag or a test on arrival depends on; empty for always."""
    return {
        "always": "",
        "arrives": _("the person arrives"),
        "irregular": _("the entry was irregular"),
        "pupil": _("the person is a pupil"),
        "certificate_lacking": _("there is no valid test certificate"),
        "code_not_green": _("the health code is not green"),
        "papers_lacking": _("the code or the certificate is lacking"),
        "shortfall": _("days of quarantine are still owed"),
        "overseas_window_passed": _("the entry is longer ago than the notice looks back"),
    }.get(case, case)


def duty_words(duty: Duty) -> str:
    """Return when a duty is owed."""
    figures = {"hours": duty.hours, "days": duty.days, "every": duty.every}
    if duty.at == "stages" and duty.every > 1:
        return _("every %(every)s days of a stage") % figures
    words = {
        "report": _("within %(hours)s hours of the report"),
        "journey": _("%(hours)s hours before setting out"),
        "arrival": _("on arrival, within %(days)s days") if duty.days else _("on arrival"),
        "checks": _("every day of the management period"),
        "stages": _("every day of a stage"),
        "tests": _("on the day of each test"),
        "follow_ups": _("on the day of each follow-up"),
        "end": _("after the end of a stage"),
        "call": _("after the end, where no follow-up is planned"),
        "event": _("when it happens"),
        "derived": _("follows from other duties"),
    }
    return words.get(duty.at, duty.at) % figures
