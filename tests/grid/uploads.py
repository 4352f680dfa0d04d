"""Lists as tests upload them: rows of invented people, as text and as workbooks."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from grid.days import today
from grid.models import ImportBatch
from tests.cast import TOWN
from tests.factories.returnees import id_number

NAMES = ["", "郝一一", "郝双双", "郝三三", "郝思思", "郝五五", "郝留留", "郝期期", "郝巴巴"]
HEADINGS = [
    "序号", "姓名", "证件号码", "联系电话", "出发地", "目的地街道乡镇", "目的地社区村", "返乡时间",
    "健康码状态",
]  # fmt: skip
# 目的地 may be the village or the address: the list asks.
ODD = [*HEADINGS[:6], "目的地", *HEADINGS[7:]]


def a_row(n: int, **more: str) -> list[str]:
    """Return the row of the n-th invented person, who came home today."""
    cells = {
        "number": id_number(700 + n),
        "name": NAMES[n],
        "phone": f"1390000{n:04d}",
        "town": "河口镇",
        "village": "东关村民委员会",
        "day": f"{today():%Y-%m-%d}",
        "code": "绿码",
        **more,
    }
    return [
        str(n), cells["name"], cells["number"], cells["phone"], "海岳省临沧湾市望潮区",
        cells["town"], cells["village"], cells["day"], cells["code"],
    ]  # fmt: skip


def spoilt(number: str) -> str:
    """Return an ID number whose check digit is wrong."""
    return number[:-1] + ("0" if number[-1] != "0" else "1")


def yesterday() -> str:
    """Return the day before, as lists write it."""
    return f"{today() - timedelta(days=1):%Y-%m-%d}"


def as_text(*rows: Sequence[str], headings: Sequence[str] = HEADINGS) -> bytes:
    """Return rows as CSV in the encoding of old spreadsheets."""
    return "\r\n".join(",".join(row) for row in [headings, *rows]).encode("gb18030")


def as_workbook(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """Return a workbook of these sheets, all cells text."""
    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def a_file(content: bytes, name: str = "名单.csv") -> SimpleUploadedFile:
    """Return what a browser sends of a file."""
    return SimpleUploadedFile(name, content)


def upload(client: Client, content: bytes, name: str = "名单.csv", **more: Any) -> ImportBatch:
    """Upload a list through the page and return its batch."""
    fields = {"list_name": "returnees", "place": TOWN, "as_of": today(), **more}
    response = client.post(reverse("import-new"), {"file": a_file(content, name), **fields})
    assert response.status_code == 302, response.content.decode()
    return ImportBatch.objects.latest("uploaded_at")
