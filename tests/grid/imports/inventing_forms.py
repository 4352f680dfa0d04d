"""Invents forms: whole lists as text or workbook, with headers of one or two rows, any order.

Rows between the persons, merged cells, further sheets and encodings differ with the seed.
"""

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from openpyxl import Workbook

from grid.imports.cells import text_cell
from tests.grid.imports.realities import HABITS, ORIGINS, Person
from tests.grid.imports.world import AS_OF, PLACES, id_number

# By group: the field, its heading alone, its heading under the group.
GROUPS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "基本信息": (
        ("name", "返乡人员姓名", "姓名"),
        ("sex", "性别", "性别"),
        ("id_type", "证件类型", "证件种类"),
        ("id_number", "公民身份号码", "身份证号码（18位）"),
        ("phone", "本人联系电话", "手机号"),
    ),
    "目的地": (
        ("dest_township", "所属乡镇", "乡镇（街道）"),
        ("dest_village", "行政村", "村（社区）"),
    ),
    "返乡信息": (
        ("origin", "从何地返乡", "出发地"),
        ("return_date", "返乡日期", "返乡时间"),
        ("transport", "返乡方式", "交通方式"),
    ),
    "核酸检测": (("nat_date", "最近核酸时间", "检测时间"), ("nat_result", "核酸结果", "结果")),
    "包保责任人": (
        ("responsible", "包联干部", "姓名"),
        ("responsible_phone", "包保人电话", "电话"),
    ),
}
TRANSPORT = {"自驾": "self_drive", "高铁": "train", "大巴车": "coach", "顺风车": "ride_hailing"}
RESULTS = {"阴性": "negative", "（-）": "negative", "未做": "not_done", "已采样": "pending"}
TOWNS = {code: name.removeprefix("白石县") for code, name in PLACES if len(code) == 9}
VILLAGES = {code: name for code, name in PLACES if len(code) == 12 and "桂园" not in name}
Row = list[Any]


@dataclass
class Form:
    """An invented list and, by row number, (kind, codes told, values)."""

    data: bytes = b""
    truth: dict[int, tuple[str, set[str], dict[str, Any]]] = field(default_factory=dict)
    habits: list[str] = field(default_factory=list)


class FormInventor:
    """Writes one list of a dozen persons; every person may bear one habit of `HABITS`."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)
        self.form = Form()
        self.is_book = self.pick.random() < 0.4
        self.rows: list[Row] = []
        self.merges: list[tuple[int, int, int, int]] = []
        self.columns: list[tuple[str, str, str, str]] = []  # field, alone, group, under it
        self.heads: list[Row] = []

    def run(self, persons: int = 12) -> Form:
        """Return the list with so many persons and whatever stands between them."""
        self._lay_out()
        self._above()
        self._header()
        for number in range(persons):
            self._between(number)
            self._person(number)
        self._below()
        self.form.data = self._workbook() if self.is_book else self._text()
        return self.form

    def _lay_out(self) -> None:
        groups = list(GROUPS.items())
        self.pick.shuffle(groups)
        for group, members in groups:
            under = list(members)
            self.pick.shuffle(under)
            self.columns += [(key, alone, group, sub) for key, alone, sub in under]
        self.has_groups = self.pick.random() < 0.6
        if not self.has_groups:
            self.pick.shuffle(self.columns)
        self.columns = [("seq", "序号", "", ""), *self.columns, ("remark", "备注", "", "")]

    def _put(self, row: Row, kind: str, codes: set[str] | None = None, values: Any = None) -> None:
        self.rows.append(row + [""] * (len(self.columns) - len(row)))
        self.form.truth[len(self.rows)] = (kind, codes or set(), values or {})

    def _above(self) -> None:
        if self.pick.random() < 0.7:
            self._put(["白石县外出返乡人员摸排台账（姓名、电话须真实）"], "title")
            self.merges.append((1, 1, 1, len(self.columns)))
            for text in ("填报单位：柳湾镇　填报人：×××", "2021年2月8日"):
                if self.pick.random() < 0.4:
                    self._put([text], "info")

    def _header(self) -> None:
        if not self.has_groups:
            self.heads = [[alone for _key, alone, _group, _sub in self.columns]]
        elif self.pick.random() < 0.3:
            joint = self.pick.choice("-—_")
            self.heads = [
                [
                    f"{group}{joint}{sub}" if group else alone
                    for _, alone, group, sub in self.columns
                ]
            ]
        else:
            self._two_rows()
        for head in self.heads:
            self._put(list(head), "header")

    def _two_rows(self) -> None:
        spread = self.pick.random() < 0.3  # the group's name above each of its columns
        upper: Row = []
        above = len(self.rows) + 1
        for place, (_key, alone, group, _sub) in enumerate(self.columns):
            is_first = place == 0 or self.columns[place - 1][2] != group
            upper.append(alone if not group else group if is_first or spread else "")
            if group and is_first and not spread:
                reach = sum(column[2] == group for column in self.columns)
                self.merges.append((above, place + 1, above, place + reach))
            elif not group:
                self.merges.append((above, place + 1, above + 1, place + 1))
        self.heads = [upper, [sub for _key, _alone, _group, sub in self.columns]]

    def _between(self, number: int) -> None:
        chance = self.pick.random()
        if number == 0 and chance < 0.5:
            example = {"seq": "例", "name": "张三", "id_number": "1101011990XXXXXXXX"}
            self._put([example.get(key, "") for key, *_ in self.columns], "example")
        elif number and chance < 0.06:
            self._put([], "blank")
            self._put([], "blank")
        elif number and chance < 0.12:
            self._put(list(self.heads[-1]), "repeat_header")
        elif number and chance < 0.18:
            self._put([self.pick.choice(("小计", "合计：12人", "本页小计")), "", "12"], "subtotal")

    def _below(self) -> None:
        for text in ("注：1.身份证号以文本格式填写；", "2.每日16时前报送。", "审核人：卢某"):
            if self.pick.random() < 0.5:
                self._put([text], "note")

    def _person(self, number: int) -> None:
        person = self._plain()
        if self.pick.random() < 0.7:
            habit = self.pick.choice(HABITS)
            habit(person)
            self.form.habits.append(habit.__name__)
        row = [person.cells.get(key, "") for key, *_ in self.columns]
        row[0] = str(number + 1)
        if person.moved > 0:
            row = [""] * person.moved + row
        elif person.moved:
            row = row[-person.moved :]
        self._put(row, "data", person.codes, person.values)

    def _plain(self) -> Person:
        pick = self.pick
        born = date(1950, 1, 1) + timedelta(days=pick.randint(0, 20_000))
        number = id_number(f"{born:%Y%m%d}", str(pick.randint(990, 999)))
        sex = "M" if int(number[16]) % 2 else "F"
        day = AS_OF + timedelta(days=pick.randint(-40, 40))
        village, origin = pick.choice(list(VILLAGES)), pick.choice(list(ORIGINS))
        way, result = pick.choice(list(TRANSPORT)), pick.choice(list(RESULTS))
        name = pick.choice("田白石卢曾温苗") + "".join(pick.sample("小禾云磊秋月海青", 2))
        phone = f"154{pick.randint(0, 10**8 - 1):08d}"
        cells = {
            "name": name,
            "sex": "男" if sex == "M" else "女",
            "id_number": number,
            "phone": phone,
            "dest_township": TOWNS[village[:9]],
            "dest_village": VILLAGES[village],
            "origin": ORIGINS[origin][0],
            "return_date": f"{day:%Y-%m-%d}",
            "transport": way,
            "nat_result": result,
            "responsible": "卢某",
            "responsible_phone": "15400000009",
        }
        values = {
            "name": name,
            "sex": sex,
            "id_number": number,
            "birth": born,
            "phone": phone,
            "dest_code": village,
            "origin_code": origin,
            "return_date": day,
            "transport": TRANSPORT[way],
            "nat_result": RESULTS[result],
            "responsible_phone": "15400000009",
        }
        return Person(pick, cells, values)

    def _text(self) -> bytes:
        out = io.StringIO(newline="")
        end = self.pick.choice(("\r\n", "\n", "\r"))
        delimiter = self.pick.choice(",,\t;")
        rows = [[_as_shown(cell) for cell in row] for row in self.rows]
        csv.writer(
            out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_NONNUMERIC
        ).writerows(rows)
        encoding = self.pick.choice(("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"))
        return out.getvalue().encode(encoding)

    def _workbook(self) -> bytes:
        book = Workbook()
        sheet = book.active
        sheet.title = "名单"
        for row in self.rows:
            sheet.append([text_cell(sheet, c) if isinstance(c, str) and c else c for c in row])
        for top, left, bottom, right in self.merges:
            sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
        if self.pick.random() < 0.5:
            notes = book.create_sheet("填写说明", 0)
            notes.append(["姓名、身份证号、联系电话均为必填"])
        if self.pick.random() < 0.5:
            old = book.create_sheet("旧名单")
            for row in self.rows:
                old.append(row)
            old.sheet_state = "hidden"
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()


def _as_shown(cell: Any) -> str:
    """Return a cell as a spreadsheet writes it into a text file."""
    if isinstance(cell, float):
        return f"{cell:.5E}"
    return f"{cell.year}/{cell.month}/{cell.day}" if isinstance(cell, date) else str(cell)
