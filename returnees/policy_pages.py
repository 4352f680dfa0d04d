"""What the pages about notices show: which binds where, files known, papers that are missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grid.models import User
from policies.pack import Pack
from policies.schema import keys, load
from returnees.classes import in_words
from returnees.grounds import choice_of
from returnees.models import PolicyPack, PolicyVersion, Screening, ScreeningItem
from returnees.policies import digest_of, pack_of, pack_of_file

# Papers that the notices lean on and that nobody has seen here; docs/policies.md.
MISSING = (
    ("赣新冠指明电〔2020〕49号", ("JX57",), gettext_lazy("named by notice 57, text not at hand")),
    ("赣新冠指明电〔2020〕54号", ("JX57",), gettext_lazy("named by notice 57, text not at hand")),
    (
        "吉林省关于隔离和核酸检测的通知",
        ("JL",),
        gettext_lazy("states the days and tests that notice 305 leaves out"),
    ),
    ("国发明电〔2020〕14号", ("JX57",), gettext_lazy("named by the notices, text not at hand")),
)


@dataclass(frozen=True, slots=True)
class Bound:
    """A version with its pack: what binds a place, or is proposed for it."""

    version: PolicyVersion
    pack: Pack
    state: str
    tone: str

    @property
    def title(self) -> str:
        """The pack's title in the language of the page."""
        return in_words(self.pack.title)


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A pack file that can be put in force: shipped, or stored here."""

    pack: Pack
    stored: PolicyPack | None

    @property
    def title(self) -> str:
        """The pack's title in the language of the page."""
        return in_words(self.pack.title)

    @property
    def value(self) -> str:
        """What the address of a proposal names it by."""
        return f"file={self.stored.pk}" if self.stored else f"pack={self.pack.key}"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a proposal changes against what is in force."""

    what: str
    was: str
    becomes: str


def bound_versions(day: date) -> list[Bound]:
    """Return every version, what binds now first, then what will, was, and is proposed."""
    rows = PolicyVersion.objects.select_related("place", "made_by").order_by("place", "-since")
    return [bound(version, day) for version in rows]


def bound(version: PolicyVersion, day: date) -> Bound:
    """Return a version with its pack and its state on a day."""
    state, tone = _("in force"), "good"
    if version.proposed:
        state, tone = _("proposed"), "warning"
    elif version.since > day:
        state, tone = _("from that day on"), "info"
    elif version.until is not None and version.until <= day:
        state, tone = _("ended"), "neutral"
    return Bound(version, pack_of(version), state, tone)


def known_files() -> list[KnownFile]:
    """Return the files that can be put in force, by key, the latest first.

    A shipped file that is stored as well stands once.
    """
    stored = list(PolicyPack.objects.select_related("base").order_by("key", "-pk"))
    digests = {file.digest for file in stored}
    found = [KnownFile(pack_of_file(file), file) for file in stored]
    found += [KnownFile(load(key), None) for key in keys() if digest_of(key) not in digests]
    return sorted(found, key=lambda one: one.pack.key)


def undated(packs: Iterable[Pack]) -> list[Pack]:
    """Return the packs whose notice bears no date (A-50)."""
    found = {pack.key: pack for pack in packs if pack.notice.issued is None}
    return [found[key] for key in sorted(found)]


def differences(version: PolicyVersion, former: PolicyVersion | None) -> list[Difference]:
    """Return what a proposal changes against the version in force at its place."""
    new = pack_of(version)
    if former is None:
        return []
    old = pack_of(former)
    found = []
    if former.digest != version.digest:
        was, becomes = (f"{in_words(p.title)} · {p.key} {p.version}" for p in (old, new))
        found.append(Difference(_("Notice"), was, becomes))
    for name, setting in new.settings.items():
        now, before = choice_of(setting), old.settings.get(name)
        if before is None or before.value != setting.value:
            was = choice_of(before).value if before else "—"
            found.append(Difference(now.title, was, now.value))
    return found


@dataclass(frozen=True, slots=True)
class Move:
    """So many persons who would go from one class to another."""

    before: str
    after: str
    persons: int


def moves_of(screening: Screening, user: User) -> list[Move]:
    """Return the class matrix of a re-screening, the most persons first; only the user's own."""
    rows = ScreeningItem.objects.filter(screening=screening, changes=True).visible_to(user)
    counted = rows.order_by().values_list("before__class", "after__class")
    found = [
        Move(before or "—", after or "—", persons)
        for before, after, persons in counted.annotate(persons=Count("pk"))
    ]
    return sorted(found, key=lambda move: (-move.persons, move.before, move.after))


def in_force_instead(version: PolicyVersion) -> PolicyVersion | None:
    """Return the version that a proposal would end, if any."""
    rows = PolicyVersion.objects.binding().filter(place=version.place_id, until=None)
    former: PolicyVersion | None = rows.exclude(pk=version.pk).first()
    return former
