"""One pack laid over another: its rows first, the base's for everything else (A-18)."""

from dataclasses import replace

from policies.pack import Pack, Row

OUTBREAK = "outbreak_city"


def lay_over(pack: Pack, base: Pack) -> Pack:
    """Return the pack with the base's rows behind its own.

    Contacts and stays in an outbreak city are judged by the upper pack alone, so the base loses
    its contact rows and sees no such stay. Settings and duties of the upper pack win by name.
    """
    own = {duty.key.partition(".")[2] for duty in pack.duties}
    rows = pack.written + tuple(
        _without_outbreak(row) for row in base.written if not row.when.contact
    )
    return replace(
        pack,
        settings={**base.settings, **pack.settings},
        rows=rows,
        written=rows,
        flags=pack.flags + tuple(flag for flag in base.flags if flag not in pack.flags),
        duties=pack.duties
        + tuple(duty for duty in base.duties if duty.key.partition(".")[2] not in own),
        zone=pack.zone or base.zone,
        leave=pack.leave + base.leave,
    )


def _without_outbreak(row: Row) -> Row:
    if not row.when.looks_at_stays:
        return row
    hidden = row.when.stay_none | {OUTBREAK}
    return replace(row, when=replace(row.when, stay_none=hidden))
