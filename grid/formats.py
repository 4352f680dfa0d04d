"""File formats of the back office: what Chinese Excel writes can be read, what we write it opens."""

from io import BytesIO
from typing import Any

import tablib
from import_export.formats.base_formats import CSV, XLSX
from python_calamine import CalamineWorkbook


class ChineseCSV(CSV):  # type: ignore[misc]  # import_export has no types
    """CSV read as UTF-8 or GB18030, written as UTF-8 with a mark that Excel understands."""

    def is_binary(self) -> bool:
        return True

    def get_read_mode(self) -> str:
        return "rb"

    def create_dataset(self, in_stream: bytes, **kwargs: Any) -> Any:
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return super().create_dataset(in_stream.decode(encoding), **kwargs)
            except UnicodeDecodeError:
                continue
        raise ValueError(
            "This file is neither UTF-8 nor GB18030: save it as “CSV UTF-8” in Excel and try again."
        )

    def export_data(self, dataset: Any, **kwargs: Any) -> bytes:
        text: str = super().export_data(dataset, **kwargs)
        return text.encode("utf-8-sig")


class QuickXLSX(XLSX):  # type: ignore[misc]  # import_export has no types
    """XLSX read through calamine."""

    def create_dataset(self, in_stream: Any, **_: Any) -> Any:
        stream = BytesIO(in_stream) if isinstance(in_stream, bytes) else in_stream
        rows = CalamineWorkbook.from_filelike(stream).get_sheet_by_index(0).to_python()
        dataset = tablib.Dataset(headers=[str(cell) for cell in rows[0]] if rows else None)
        for row in rows[1:]:
            dataset.append(row)
        return dataset


FORMATS = [ChineseCSV, QuickXLSX]
