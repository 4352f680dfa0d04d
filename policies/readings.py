"""Faults of a pack's settings: those missing, those nobody asks for, cells under no setting."""

from collections.abc import Iterator
from difflib import get_close_matches

from policies.pack import Pack, RestrictionCell, StageCell

NEEDED_SETTINGS = (
    "day_count",
    "look_back_days",
    "certificate_days",
    "overseas_window_days",
    "entry_quarantine_days",
    "arrival_test_days",
    "sample_interval_hours",
    "reclass_days",
    "reclass_anchor",
)
ZONE_SETTINGS = ("zone_rounds", "zone_round_days")
# Asked for where they are given.
OPTIONAL_SETTINGS = ("negatives_needed", "contact_anchor")


def settings_faults(pack: Pack) -> Iterator[str]:
    """Yield one sentence for each fault of the settings, those of the pack beneath included."""
    needed = NEEDED_SETTINGS + (ZONE_SETTINGS if pack.zone else ())
    missing = [name for name in needed if name not in pack.settings]
    cells = list(_cells_under(pack))
    asked = {*NEEDED_SETTINGS, *ZONE_SETTINGS, *OPTIONAL_SETTINGS}
    asked |= {name for _row, name, _value in cells}
    for name in [name for name in pack.settings if name not in asked]:
        near = get_close_matches(name, missing or asked, 1)
        hint = f'did you mean "{near[0]}"?' if near else "remove it."
        yield f"setting {name}: is not known; {hint}"
        missing = [one for one in missing if one not in near]
    for name in missing:
        yield f"setting {name}: is missing; add it."
    for row, name, value in cells:
        yield from _cell_faults(pack, row, name, value)


def _cells_under(pack: Pack) -> Iterator[tuple[str, str, str]]:
    """Yield row, setting and value of each cell that stands under a setting."""
    for row in pack.written:
        cells: list[StageCell | RestrictionCell] = [*row.stages, *row.restrictions]
        for cell in cells:
            for name, value in cell.under:
                yield row.name, name, value


def _cell_faults(pack: Pack, row: str, name: str, value: str) -> Iterator[str]:
    setting = pack.settings.get(name)
    if setting is None:
        yield f"row {row}, field under: names {name}, which is no setting."
    elif value not in setting.options:
        known = ", ".join(setting.options) or "no words, it is a number"
        yield f'row {row}, field under.{name}: is "{value}"; use {known}.'
