"""Compiles .po catalogues to .mo without GNU gettext, so that a bare machine speaks Chinese."""

import ast
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from config.runtime.fault import StartError
from config.runtime.server import say

MAGIC = 0x950412DE
HEADER_WORDS = 7
CONTEXT_SEPARATOR = "\x04"


@dataclass
class Entry:
    """One message as it is being read: the strings by keyword, and whether it is unsure."""

    strings: dict[str, str] = field(default_factory=dict)
    fuzzy: bool = False

    @property
    def key(self) -> str:
        """The msgid as gettext looks it up: context first, plural behind."""
        key = self.strings.get("msgid", "")
        if "msgctxt" in self.strings:
            key = self.strings["msgctxt"] + CONTEXT_SEPARATOR + key
        if "msgid_plural" in self.strings:
            key += "\0" + self.strings["msgid_plural"]
        return key

    @property
    def value(self) -> str:
        """The translation; plural forms in order, parted by NUL."""
        forms = [name for name in self.strings if name.startswith("msgstr")]
        return "\0".join(self.strings[name] for name in sorted(forms, key=len_then_name))

    @property
    def counts(self) -> bool:
        """Say whether the message goes into the catalogue; the header always does."""
        is_header = "msgid" in self.strings and not self.key
        return (
            "msgid" in self.strings
            and bool(self.value.strip("\0"))
            and (is_header or not self.fuzzy)
        )


def len_then_name(name: str) -> tuple[int, str]:
    """Order msgstr[2] before msgstr[10]."""
    return len(name), name


def compile_stale(locale: Path) -> list[Path]:
    """Compile every catalogue below `locale` that is newer than its .mo; return those made."""
    made = []
    for source in sorted(locale.rglob("LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns:
            half = target.with_suffix(".mo.new")
            half.write_bytes(compiled(source))
            half.replace(target)
            made.append(target)
    return made


def compiled(source: Path) -> bytes:
    """Return the .mo of one .po file."""
    catalogue = {entry.key: entry.value for entry in entries(source) if entry.counts}
    pairs = sorted((key.encode(), value.encode()) for key, value in catalogue.items())
    keys_at = HEADER_WORDS * 4
    values_at = keys_at + 8 * len(pairs)
    offset = values_at + 8 * len(pairs)
    tables: list[bytes] = []
    texts: list[bytes] = []
    for column in zip(*pairs, strict=True):
        for text in column:
            tables.append(struct.pack("<II", len(text), offset))
            texts.append(text + b"\0")
            offset += len(text) + 1
    head = struct.pack("<7I", MAGIC, 0, len(pairs), keys_at, values_at, 0, keys_at)
    return head + b"".join(tables) + b"".join(texts)


def entries(source: Path) -> Iterator[Entry]:
    """Read the messages of a .po file in order; obsolete ones (#~) are comments."""
    entry, keyword = Entry(), ""
    for number, raw in enumerate(source.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.strip()
        begins = line.startswith(("#", "msgctxt", "msgid ")) and keyword.startswith("msgstr")
        if begins:
            yield entry
            entry, keyword = Entry(), ""
        if line.startswith("#,"):
            entry.fuzzy = "fuzzy" in line
        if not line or line.startswith("#"):
            continue
        if not line.startswith('"'):
            keyword, _space, line = line.partition(" ")
        entry.strings[keyword] = entry.strings.get(keyword, "") + unquoted(line, source, number)
    if keyword:
        yield entry


def unquoted(text: str, source: Path, number: int) -> str:
    """Return the string between the quotes of a .po line."""
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError):
        value = None
    if not isinstance(value, str):
        raise StartError(f"{source}, line {number}: this is no quoted string: {text[:60]}")
    return value


def main() -> None:
    """Compile what is stale, for `make messages`."""
    for path in compile_stale(Path("locale")):
        say(f"Compiled {path}.")
