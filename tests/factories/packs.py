"""Pack files of notices that do not exist, made from shipped ones."""

from policies.schema import PACKS


def pack_text(key: str = "QH", *, like: str = "JY") -> str:
    """Return the file of a notice like a shipped one under another key."""
    text = (PACKS / f"{like}.toml").read_text(encoding="utf-8")
    return text.replace(f'key = "{like}"', f'key = "{key}"', 1)


def changed(text: str, old: str, new: str) -> str:
    """Return the text with its first `old` replaced, which must be there."""
    assert old in text, old
    return text.replace(old, new, 1)
