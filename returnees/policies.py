"""Which notice binds a place on a day, and the pack a version stands for."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Self

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.errors import Refused
from grid.models import Place, User, ancestor_codes
from policies.errors import PackError
from policies.pack import Pack
from policies.schema import PACKS, keys, load, load_text
from returnees.models import PolicyPack, PolicyVersion
from returnees.models.health import REPORT_WITHIN

__all__ = [
    "NoPolicyInForceError",
    "PolicyBook",
    "PolicyNotActivatedError",
    "activate_policy",
    "fill_gap",
    "pack_in_force",
    "pack_of",
    "pack_of_file",
    "report_within",
    "store_pack",
    "stored_shipped",
]


class NoPolicyInForceError(Refused):
    """No notice binds the place on the day, so nothing can be planned."""


class PolicyNotActivatedError(Refused):
    """The notice cannot be put in force like this."""


def pack_in_force(place_code: str, day: date) -> tuple[Pack, PolicyVersion]:
    """Return the pack that binds a place on a day; NoPolicyInForceError when there is none."""
    return PolicyBook.of([place_code]).at(place_code, day)


def pack_of(version: PolicyVersion) -> Pack:
    """Return the pack of a version under the readings chosen for it.

    The file that was put in force counts, not what is shipped today (A-50). One query on the first
    asking in a process.
    """
    readings = tuple(sorted(version.settings.items()))
    return _pack(version.digest, version.file_id, version.pack, readings)


def report_within(version: PolicyVersion) -> timedelta:
    """Return within what time a notice wants a finding reported upward (JY-2s, A-38).

    Most notices have no duty that says so: theirs is the portal's own reading.
    """
    duties = pack_of(version).duties
    hours = max((d.hours for d in duties if d.evidence == "abnormality_closed"), default=0)
    return timedelta(hours=hours) if hours else REPORT_WITHIN


def pack_of_file(file: PolicyPack) -> Pack:
    """Return the pack of a stored file under its own readings."""
    return _pack(file.digest, file.pk, file.key, ())


@cache
def _pack(digest: str, file: int | None, key: str, readings: tuple[tuple[str, Any], ...]) -> Pack:
    if file is None or (key in keys() and digest == digest_of(key)):
        pack = load(key)
    else:
        pack = _read(PolicyPack.objects.select_related("base").get(pk=file))
    return pack.with_settings(**dict(readings)) if readings else pack


def _read(file: PolicyPack) -> Pack:
    base = _pack(file.base.digest, file.base.pk, file.base.key, ()) if file.base else None
    return load_text(file.text, where=f"{file.key}.toml", base=base)


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """The policy versions that may bind some places, loaded with one query."""

    versions: tuple[PolicyVersion, ...]  # the nearest place first, there the latest first

    @classmethod
    def of(cls, places: Iterable[str]) -> Self:
        """Load the versions of the places and of everything above them."""
        codes = {code for place in set(places) for code in ancestor_codes(place)}
        versions = PolicyVersion.objects.binding().filter(place__in=codes)
        return cls(tuple(versions.order_by("-place", "-since", "-pk")))

    def at(self, place: str, day: date) -> tuple[Pack, PolicyVersion]:
        """Return the pack and version that bind the place on the day."""
        for version in self.versions:
            begun = version.since <= day and (version.until is None or day < version.until)
            if begun and place.startswith(version.place_id):
                return pack_of(version), version
        raise NoPolicyInForceError(
            _("No notice is in force for place %(place)s on %(day)s; put one in force first.")
            % {"place": place, "day": day}
        )


@cache
def digest_of(key: str) -> str:
    """Return the digest of a shipped pack: its file and that of the pack it lies over."""
    return _digest(*_texts(key))


def _digest(text: str, base: str) -> str:
    return hashlib.sha256((text + base).encode()).hexdigest()


def _texts(key: str) -> tuple[str, str]:
    over = load(key).over
    return _text(key), _text(over) if over else ""


def _text(key: str) -> str:
    return (PACKS / f"{key}.toml").read_text(encoding="utf-8")


def stored_shipped(key: str, *, by: User | None) -> PolicyPack:
    """Return the stored file of a shipped pack; PolicyNotActivatedError for an unknown key."""
    try:
        pack = load(key)
    except PackError as error:
        raise PolicyNotActivatedError(str(error)) from error
    base = stored_shipped(pack.over, by=by) if pack.over else None
    return store_pack(pack=pack, text=_text(key), base=base, by=by)


def store_pack(*, pack: Pack, text: str, base: PolicyPack | None, by: User | None) -> PolicyPack:
    """Keep a checked pack file; the same file is kept once."""
    digest = _digest(text, base.text if base else "")
    kept: PolicyPack | None = PolicyPack.objects.filter(digest=digest).first()
    if kept is None:
        kept = PolicyPack(
            key=pack.key,
            version=pack.version,
            title_zh=pack.title.zh,
            title_en=pack.title.en,
            digest=digest,
            text=text,
            base=base,
            added_by=by,
        )
        with acting(by=by, why="keep notice file"):
            kept.save()
    return kept


@transaction.atomic
def activate_policy(
    *,
    pack: str,
    place: Place,
    since: date,
    by: User | None,
    why: str = "",
    file: PolicyPack | None = None,
    settings: Mapping[str, Any] | None = None,
) -> PolicyVersion:
    """Put a pack in force at a place from a day on; the one in force there until then ends.

    The same pack with the same content stays as it is. Plans made before keep their version (A-50).
    `file` is a stored pack file, the shipped one of that key otherwise; `settings` are readings
    other than the pack's own.
    """
    version = version_of(
        file=file or stored_shipped(pack, by=by), place=place, since=since, settings=settings, by=by
    )
    with acting(by=by, why=why or "activate policy"):
        return put_in_force(version)


def version_of(
    *,
    file: PolicyPack,
    place: Place,
    since: date,
    by: User | None,
    settings: Mapping[str, Any] | None = None,
) -> PolicyVersion:
    """Return a version, not yet written; PolicyNotActivatedError for readings that are none."""
    version = PolicyVersion(
        pack=file.key,
        version=file.version,
        digest=file.digest,
        file=file,
        settings=dict(settings or {}),
        place=place,
        since=since,
        made_by=by,
    )
    try:
        pack_of(version)
    except PackError as error:
        raise PolicyNotActivatedError(str(error)) from error
    return version


def put_in_force(version: PolicyVersion) -> PolicyVersion:
    """Write a version as the one in force from its first day on, inside a transaction.

    Return the one in force when it is the same in content and not later.
    """
    # Lock the place: there may be no version yet that could be locked.
    Place.objects.select_for_update(of=("self",)).get(pk=version.place_id)
    binding = PolicyVersion.objects.binding().exclude(pk=version.pk)
    former: PolicyVersion | None = binding.filter(place=version.place_id, until=None).first()
    if former:
        same = (former.pack, former.digest, former.settings)
        if same == (version.pack, version.digest, version.settings) and (
            former.since <= version.since
        ):
            return former
        _end(former, version.since)
    version.proposed = False
    version.save()
    return version


@transaction.atomic
def fill_gap(*, pack: str, place: Place, since: date, by: User | None) -> PolicyVersion:
    """Put a pack in force from a day on which nothing binds the place, until something does.

    For lists about days before the first notice was put in force here.
    """
    versions = PolicyVersion.objects.binding().filter(place=place, since__gt=since)
    later = versions.order_by("since").first()
    if later is None:
        return activate_policy(pack=pack, place=place, since=since, by=by, why="first notice")
    bound = version_of(file=stored_shipped(pack, by=by), place=place, since=since, by=by)
    bound.until = later.since
    with acting(by=by, why="first notice"):
        bound.save()
    return bound


def _end(former: PolicyVersion, since: date) -> None:
    if former.since > since:
        raise PolicyNotActivatedError(
            _("%(pack)s is in force from %(since)s on; choose that day or a later one.")
            % {"pack": former.pack, "since": former.since}
        )
    former.until = since
    former.save(update_fields=["until"])


def title_of(file: PolicyPack) -> str:
    """Return a pack's title in the language of the page."""
    chinese = (get_language() or "zh").startswith("zh")
    return file.title_zh if chinese else file.title_en
