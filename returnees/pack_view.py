"""A pack as people can read it: rows from the strictest, every cell with its clause and quote."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from policies.outside import LeaveWhen
from policies.pack import Conversion, Duty, FlagCell, Ground, Pack, Row, StageCell, When
from returnees.choices import StageKind
from returnees.classes import in_words
from returnees.explained import Reason, reason_of
from returnees.grounds import Choice, choice_of
from returnees.pack_words import case_words, duty_words, mark_words, when_words

Column = tuple[str, list[Reason]]  # heading and cells


@dataclass(frozen=True, slots=True)
class RowView:
    """One row: its title, and its cells by heading."""

    name: str
    title: str
    columns: list[Column]


@dataclass(frozen=True, slots=True)
class SettingView:
    """A reading as a setting, and whether it was chosen other than the pack's own."""

    choice: Choice
    reason: Reason
    changed: bool


@dataclass(frozen=True, slots=True)
class PackView:
    """A whole pack for a page."""

    pack: Pack
    title: str
    issuer: str
    rows: list[RowView]
    settings: list[SettingView]
    duties: list[Reason]
    general: list[Reason]
    leave: list[RowView]
    zone: RowView | None


def pack_view(pack: Pack, own: Pack | None = None) -> PackView:
    """Return a pack in the language of the page; `own` is the same one under its own readings."""
    cells = _Cells(pack)
    general = [cells.cell(_("Report"), pack.report.ground), cells.cell(_("Daily"), pack.checks)]
    return PackView(
        pack=pack,
        title=in_words(pack.title),
        issuer=in_words(pack.notice.issuer),
        rows=[cells.row(row) for row in pack.rows],
        settings=[_setting(pack, name, own or pack) for name in pack.settings],
        duties=[cells.duty(duty) for duty in pack.duties],
        general=[*general, *(cells.flag(flag) for flag in pack.flags)],
        leave=list(cells.leave_rows()),
        zone=cells.zone(),
    )


def _setting(pack: Pack, name: str, own: Pack) -> SettingView:
    setting = pack.settings[name]
    ground = setting.ground
    reason = reason_of(
        pack,
        text=in_words(setting.title),
        rests_on=ground.rests_on,
        quote=ground.quote,
        reading=ground.reading,
    )
    changed = own.settings[name].value != setting.value
    return SettingView(choice_of(setting), reason, changed)


@dataclass(frozen=True, slots=True)
class _Cells:
    """Makes cells of one pack."""

    pack: Pack

    def cell(self, text: str, ground: Ground) -> Reason:
        """Return a cell in the general words, or in its own where it has some."""
        words = in_words(ground.text) if ground.text else text
        return self.said(words, ground)

    def said(self, text: str, ground: Ground) -> Reason:
        """Return a cell in these words, whatever its own are."""
        return reason_of(
            self.pack,
            text=text,
            rests_on=ground.rests_on,
            quote=ground.quote,
            reading=ground.reading,
        )

    def row(self, row: Row) -> RowView:
        """Return a row with the columns that it has."""
        arrival = [
            self.said(
                _("as many as negatives are missing")
                if test.missing_negatives
                else with_case(_("%(number)s on arrival") % {"number": test.number}, test.when),
                test.ground,
            )
            for test in row.arrival_tests
        ]
        columns: list[Column] = [
            (_("When"), [self._when(row.when)]),
            (_("Stages and their tests"), [c for stage in row.stages for c in self._stage(stage)]),
            (_("Tests on arrival"), arrival),
            (_("Marks"), [self.flag(flag) for flag in row.flags]),
            (_("May not"), [self.cell(one.name, one.ground) for one in row.restrictions]),
            (
                _("Follow-ups"),
                [
                    self.said(follow_up_words(owed.what, owed.days, owed.months), owed.ground)
                    for owed in row.follow_ups
                ],
            ),
        ]
        return RowView(row.name, in_words(row.title), [one for one in columns if one[1]])

    def _when(self, when: When) -> Reason:
        return self.said(when_words(when), when.ground)

    def _stage(self, stage: StageCell) -> Iterator[Reason]:
        label = str(StageKind(stage.kind).label)
        if stage.kind == StageKind.HOLD_FOR_TEST:
            yield self.said(label, stage.ground)
        elif stage.balance:
            yield self.said(_("%(kind)s for the days still owed") % {"kind": label}, stage.ground)
        else:
            words = {"kind": label, "days": stage.days}
            yield self.said(_("%(kind)s, %(days)s days") % words, stage.ground)
        if stage.days_ground and _rests_elsewhere(stage.days_ground, stage.ground):
            yield self.said(_("%(days)s days") % {"days": stage.days}, stage.days_ground)
        for test in stage.tests:
            day = _("test on day %(day)s") % {"day": test.day}
            yield self.said(day if test.day else _("test on the last day"), test.ground)
        for other in (stage.unsuitable, stage.unfit):
            if other:
                yield self._conversion(other)

    def _conversion(self, other: Conversion) -> Reason:
        return self.cell(str(StageKind(other.kind).label), other.ground)

    def flag(self, flag: FlagCell) -> Reason:
        """Return a flag with the case it depends on."""
        words = in_words(flag.ground.text) if flag.ground.text else flag.name
        return self.said(with_case(words, flag.when), flag.ground)

    def duty(self, duty: Duty) -> Reason:
        """Return a duty with its timing."""
        words = _("%(duty)s: %(timing)s")
        title = {"duty": in_words(duty.title), "timing": duty_words(duty)}
        return self.said(words % title, duty.ground)

    def leave_rows(self) -> Iterator[RowView]:
        """Yield the rules on leaving the area (JX8-16)."""
        verdicts = {
            "refused": _("refused"),
            "needs": _("allowed when all needs are met"),
            "advised": _("advised against"),
        }
        needs = {"necessity": _("a necessity"), "certificate": _("a negative test certificate")}
        for row in self.pack.leave:
            columns: list[Column] = [
                (_("When"), [self.said(_leaving(row.when), row.when.ground)]),
                (_("Verdict"), [self.said(verdicts[row.verdict], row.ground)]),
                (_("Needs"), [self.cell(needs[name], ground) for name, ground in row.needs]),
            ]
            yield RowView(row.name, in_words(row.title), [one for one in columns if one[1]])

    def zone(self) -> RowView | None:
        """Return the rule for closed zones, where the pack has one (JX8-12)."""
        rule = self.pack.zone
        if rule is None:
            return None
        may = {"allowed": _("allowed"), "refused": _("refused")}
        doors = _("coming in: %(entry)s; going out: %(exit)s")
        columns: list[Column] = [
            (_("Doors"), [self.said(doors % {"entry": may[rule.entry], "exit": may[rule.exit_]},
                                    rule.ground)]),
            (_("Stages and their tests"), [
                self.said(str(StageKind(rule.kind).label), rule.ground),
                self.cell(_("until the zone is opened"), rule.until),
                self.cell(_("tests in rounds"), rule.test),
            ]),
            (_("Marks"), [self.cell(rule.flag.name, rule.flag.ground)]),
            (_("May not"), [self.cell(rule.restriction.name, rule.restriction.ground)]),
        ]  # fmt: skip
        return RowView("zone", in_words(rule.title), columns)


def _rests_elsewhere(ground: Ground, other: Ground) -> bool:
    same = (ground.rests_on, ground.reading) == (other.rests_on, other.reading)
    return not same or ground.quote not in other.quote


def _leaving(when: LeaveWhen) -> str:
    said = [
        _("lives in a closed zone") if when.in_zone else "",
        _("leaves the city") if when.leaves_city else "",
    ]
    for marks, words in (
        (when.lives_any | when.lives_all, _("lives in a place that is %(marks)s")),
        (when.lives_none, _("not in one that is %(marks)s")),
        (when.goes_to, _("goes to a place that is %(marks)s")),
    ):
        said.append(words % {"marks": mark_words(marks)} if marks else "")
    return "; ".join(part for part in said if part)


def with_case(words: str, case: str) -> str:
    """Return words with the case on which they depend."""
    when = case_words(case)
    return _("%(what)s, when %(case)s") % {"what": words, "case": when} if when else words


def follow_up_words(what: str, days: int, months: int) -> str:
    """Return a follow-up with its time after the end."""
    name = _("test") if what == "test" else _("health follow-up")
    if days:
        return _("%(what)s %(days)s days after the end") % {"what": name, "days": days}
    return _("%(what)s %(months)s months after the end") % {"what": name, "months": months}
