"""A row whose cells all stand a column or two beside their headings."""

from grid.imports import names
from grid.imports.draft import Layout
from grid.imports.ids import looks_like_id
from grid.imports.phones import is_mobile

_OFFSETS = (1, -1, 2, -2)


class Shift:
    """Finds shifted rows of one layout: ID number and phone stand beside theirs, both as far."""

    def __init__(self, layout: Layout) -> None:
        self.name_at = layout.column_of("name")
        self.id_at = layout.column_of("id_number")
        self.phone_at = layout.column_of("phone")

    def offset(self, texts: list[str]) -> int:
        """Return by how many columns a row, as wide as its layout at least, is shifted, or 0."""
        at, phone_at, width = self.id_at, self.phone_at, len(texts)
        if at < 0 or phone_at < 0 or looks_like_id(texts[at]) or self._is_swapped(texts):
            return 0
        for offset in _OFFSETS:
            number, phone = at + offset, phone_at + offset
            if not (0 <= number < width and 0 <= phone < width):
                continue
            if looks_like_id(texts[number]) and is_mobile(texts[phone]):
                return offset
        return 0

    def _is_swapped(self, texts: list[str]) -> bool:
        """Say whether only ID number and phone changed places: the name stands where it should."""
        if self.name_at < 0 or not looks_like_id(texts[self.phone_at]):
            return False
        return is_mobile(texts[self.id_at]) and names.is_plain(texts[self.name_at])
