"""Notices: a file checked and kept, a version proposed, put in force or withdrawn (A-50)."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.choices import Level
from grid.errors import Refused
from grid.models import Place, User
from policies.errors import PackError
from policies.pack import Pack
from policies.schema import PACKS, keys, load, load_text
from returnees.classes import forget_stored_titles
from returnees.models import PolicyPack, PolicyVersion
from returnees.policies import (
    PolicyNotActivatedError,
    digest_of,
    pack_of_file,
    put_in_force,
    store_pack,
    stored_shipped,
    version_of,
)
from returnees.services.screening import start_screening

LONGEST = 400_000  # characters of a pack file: ten times the longest notice
KEY = re.compile(r"[A-Z][A-Z0-9]{1,7}")
FILE = "pack.toml"


class PackRefusedError(Refused):
    """A pack file cannot be kept; `faults` holds one sentence per fault (file, row, field)."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(" ".join(faults))
        self.faults = tuple(faults)


def check_text(text: str, *, where: str = FILE) -> Pack:
    """Return the pack of a file's text; PackRefusedError with every fault. Stores nothing."""
    if len(text) > LONGEST:
        raise PackRefusedError(
            [
                _("%(file)s: is longer than %(most)s characters; a notice is shorter.")
                % {"file": where, "most": LONGEST}
            ]
        )
    try:
        pack = load_text(text, where=where, base=_base_for(text, where))
    except PackError as error:
        raise PackRefusedError(list(error.faults)) from error
    except RecursionError as error:
        fault = _("%(file)s: is nested too deeply; write it as docs/policies.md shows.")
        raise PackRefusedError([fault % {"file": where}]) from error
    if faults := [*_name_faults(pack, where), *_clashes(pack, text, where)]:
        raise PackRefusedError(faults)
    return pack


def _base_for(text: str, where: str) -> Pack | None:
    """Return the pack that a file lies over: the latest stored or shipped one of that key."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None  # reading it again names the fault
    over = data.get("over")
    if not isinstance(over, str) or over == data.get("key"):
        return None
    file = latest_file(over)
    base = pack_of_file(file) if file else load(over) if over in keys() else None
    if base is not None and base.over:
        fault = _("%(file)s, field over: %(over)s lies over %(base)s itself; name that one.")
        raise PackRefusedError([fault % {"file": where, "over": over, "base": base.over}])
    return base


def latest_file(key: str) -> PolicyPack | None:
    """Return the stored file of a key that was kept last.

    None where nothing is stored, or where what is shipped is newer than all that is.
    """
    stored = PolicyPack.objects.filter(key=key).select_related("base")
    if key in keys() and not stored.filter(digest=digest_of(key)).exists():
        return None
    return stored.order_by("-pk").first()


def _name_faults(pack: Pack, where: str) -> list[str]:
    faults = []
    if not KEY.fullmatch(pack.key):
        faults.append(
            _(
                "%(file)s, field key: is %(key)s; give two to eight capital letters and digits, "
                "a letter first."
            )
            % {"file": where, "key": pack.key}
        )
    limits = {"version": (pack.version, 20), "title.zh": (pack.title.zh, 120)}
    limits["title.en"] = (pack.title.en, 160)
    for field, (value, most) in limits.items():
        if len(value) > most:
            sentence = _("%(file)s, field %(field)s: is longer than %(most)s characters.")
            faults.append(sentence % {"file": where, "field": field, "most": most})
    return faults


def _clashes(pack: Pack, text: str, where: str) -> list[str]:
    """Return the fault of another content under the same key and version, if there is one."""
    known = set(
        PolicyPack.objects.filter(key=pack.key, version=pack.version).values_list("text", flat=True)
    )
    if pack.key in keys() and load(pack.key).version == pack.version:
        known.add((PACKS / f"{pack.key}.toml").read_text(encoding="utf-8"))
    if not known - {text}:
        return []
    sentence = _(
        "%(file)s, field version: %(key)s %(version)s is known with other content; give this file "
        "another version."
    )
    return [sentence % {"file": where, "key": pack.key, "version": pack.version}]


@transaction.atomic
def keep_file(*, text: str, by: User | None) -> PolicyPack:
    """Check a pack file and keep it; the same file is kept once.

    PackRefusedError carries all faults. What it lies over is kept with it.
    """
    pack = check_text(text)
    base = None
    if pack.over:
        base = latest_file(pack.over) or stored_shipped(pack.over, by=by)
    kept = store_pack(pack=pack, text=text, base=base, by=by)
    forget_stored_titles()
    return kept


@transaction.atomic
def propose_policy(
    *,
    file: PolicyPack,
    place: Place,
    since: date,
    settings: Mapping[str, Any] | None = None,
    by: User | None,
) -> PolicyVersion:
    """Write a version that is looked at and not in force, with the preview of whom it touches.

    Refuses places below the county, days before the one in force there, readings that are none.
    """
    if place.level > Level.COUNTY:
        raise PolicyNotActivatedError(
            _("A notice binds a county or what lies above it, not %(place)s.")
            % {"place": place.name}
        )
    own = pack_of_file(file).settings
    chosen = {
        name: value
        for name, value in (settings or {}).items()
        if name not in own or own[name].value != value
    }
    version = version_of(file=file, place=place, since=since, settings=chosen, by=by)
    _refuse_known(version)
    version.proposed = True
    with acting(by=by, why="propose policy"):
        version.save()
    start_screening(policy=version, by=by)
    return version


def _refuse_known(version: PolicyVersion) -> None:
    """Refuse a version that begins before the one in force, or that says nothing new."""
    same = PolicyVersion.objects.filter(
        place=version.place_id, digest=version.digest, settings=version.settings
    )
    former = PolicyVersion.objects.binding().filter(place=version.place_id, until=None).first()
    if former and former.since > version.since:
        raise PolicyNotActivatedError(
            _("%(pack)s is in force from %(since)s on; choose that day or a later one.")
            % {"pack": former.pack, "since": former.since}
        )
    if former and same.filter(pk=former.pk).exists():
        raise PolicyNotActivatedError(
            _("%(pack)s with these readings is in force there already, since %(since)s.")
            % {"pack": former.pack, "since": former.since}
        )
    if same.filter(proposed=True, since=version.since).exists():
        raise PolicyNotActivatedError(_("The same is proposed there already for that day."))


@transaction.atomic
def activate_proposal(*, version: PolicyVersion, by: User | None) -> PolicyVersion:
    """Put a proposal in force from its day on; its re-screening opens to be confirmed.

    Whoever is planned keeps the plan until then; new registrations take the new one at once.

    The day may lie in the past, down to the one on which the version in force began.
    """
    found = _proposal(version)
    with acting(by=by, why="activate policy", policy=found.pk):
        bound = put_in_force(found)
    if bound.pk != found.pk:
        raise PolicyNotActivatedError(
            _("%(pack)s with these readings is in force there already, since %(since)s.")
            % {"pack": bound.pack, "since": bound.since}
        )
    start_screening(policy=bound, by=by)
    return bound


@transaction.atomic
def withdraw_proposal(*, version: PolicyVersion, by: User | None) -> None:
    """Delete a proposal with its preview; the audit trail keeps what it was."""
    found = _proposal(version)
    with acting(by=by, why="withdraw policy", policy=found.pk):
        found.delete()


def _proposal(version: PolicyVersion) -> PolicyVersion:
    """Return the proposal locked; refuse one that is in force or gone."""
    rows = PolicyVersion.objects.select_for_update(of=("self",)).filter(pk=version.pk)
    found: PolicyVersion | None = rows.first()
    if found is None or not found.proposed:
        raise PolicyNotActivatedError(
            _("%(pack)s is no proposal any more; look at what is in force now.")
            % {"pack": version.pack}
        )
    return found
