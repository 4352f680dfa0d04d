"""Invents lists as they circulate: other headings, orders, habits and places for every seed.

What is invented is known: each row with its kind, whether it may be imported, and its values.
"""

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from returnees.imports.list import RETURNEES
from tests.grid.imports.world import AS_OF, PLACES, id_number

FIELDS = RETURNEES.by_key()
OPTIONAL = (
    "seq",
    "sex",
    "hukou",
    "transport",
    "transport_no",
    "health_code",
    "nat_result",
    "remark",
)
GROUPS = ("基本情况", "人员信息", "返乡情况", "登记内容")
UNKNOWN = ("登记编码", "微信昵称", "是否党员", "房间朝向", "家庭人口数")
SURNAMES, GIVEN = "田白石卢曾温苗", "小禾云磊秋月海青山岭"
TOWNS = {code: name.removeprefix("白石县") for code, name in PLACES if len(code) == 9}
VILLAGES = {code: name for code, name in PLACES if len(code) == 12}
ORIGINS = {
    "990201": ("海月市城南区", "云溪省海月市城南区", "海月城南区某路5号", "云溪海月市城南区"),
    "990202": ("海月县", "云溪省海月市海月县", "云溪海月县"),
    "990301": ("青禾市北区", "云溪省青禾市市北区", "青禾市市北区"),
    "310101": ("上海黄浦区", "上海市黄浦区", "上海市市辖区黄浦区"),
}


@dataclass
class Invented:
    """A list: its bytes and, by row number, (kind, importable, values)."""

    data: bytes = b""
    truth: dict[int, tuple[str, bool, dict[str, Any]]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


class Inventor:
    """Writes one list from a seed."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)
        self.result = Invented()
        self.rows: list[list[str]] = []
        self.keys: list[str] = []
        self.serial = 0

    def run(self, persons: int = 40) -> Invented:
        """Return the list with so many persons and whatever stands between them."""
        required = [key for key, one in FIELDS.items() if one.required and key != "dest_village"]
        extra = [key for key in OPTIONAL if self.pick.random() < 0.7]
        self.keys = [*required, "dest_township", "dest_village", *extra]
        self.pick.shuffle(self.keys)
        self.result.unknown = self.pick.sample(UNKNOWN, self.pick.randint(0, 2))
        for heading in self.result.unknown:
            self.keys.insert(self.pick.randint(0, len(self.keys)), heading)
        self._above()
        head = self._header()
        for number in range(persons):
            self._between(head, number)
            self._person()
        self._below()
        self.result.data = self._encoded()
        return self.result

    def _add(self, cells: list[str], kind: str, values: dict[str, Any], *, good: bool) -> None:
        self.rows.append(cells + [""] * (len(self.keys) - len(cells)))
        self.result.truth[len(self.rows)] = (kind, good, values)

    def _plain(self, cells: list[str], kind: str) -> None:
        self._add(cells, kind, {}, good=False)

    def _above(self) -> None:
        if self.pick.random() < 0.6:
            self._plain(["白石县外出返乡人员摸排登记表"], "title")
            for line in ("填报单位：柳湾镇", "填表日期：2021年2月8日　单位：人"):
                if self.pick.random() < 0.5:
                    self._plain([line], "info")
        if self.pick.random() < 0.3:
            self._plain([], "blank")

    def _header(self) -> list[str]:
        head = [self._heading(key) for key in self.keys]
        if self.pick.random() < 0.4:
            self._plain(self._groups(head), "header")
        self._plain(head, "header")
        if self.pick.random() < 0.5:
            example = {"name": "张三", "id_number": "1101011990XXXXXXXX", "phone": "138XXXXXXXX"}
            shown = [example.get(key, "例" if key == "seq" else "") for key in self.keys]
            self._plain(shown, "example")
        return head

    def _groups(self, head: list[str]) -> list[str]:
        """Move single headings up, the name's among them, and put groups over runs of others."""
        name = self.keys.index("name")
        upper = [""] * len(head)
        place = 0
        while place < len(head):
            reach = self.pick.randint(1, 3)
            if place <= name < place + reach:
                reach = max(name - place, 1)
            if reach == 1:
                upper[place], head[place] = head[place], ""
            else:
                upper[place] = self.pick.choice(GROUPS)
            place += reach
        return upper

    def _heading(self, key: str) -> str:
        if key not in FIELDS:
            return key
        plain = [text for text in FIELDS[key].headings if ">" not in text]
        if FIELDS[key].joins:  # the headings of its parts say less than the whole
            plain = plain[:1]
        text = self.pick.choice(plain)
        dressed: list[Callable[[str], str]] = [
            lambda text: text,
            lambda text: f"*{text}",
            lambda text: f" {text[0]} {text[1:]}",
            lambda text: f"{text}（必填）",
            lambda text: f"{text[:2]}\n{text[2:]}",
            lambda text: f"{text}：",
        ]
        return self.pick.choice(dressed)(text)

    def _between(self, head: list[str], number: int) -> None:
        if self.pick.random() < 0.06:
            self._plain([], "blank")
        if self.pick.random() < 0.04:
            self._plain(list(head), "repeat_header")
        if number and self.pick.random() < 0.05:
            word = self.pick.choice(("小计", "合计", "本页小计：12人", "共计"))
            self._plain([word, "", "12"], "subtotal")

    def _below(self) -> None:
        for _n in range(self.pick.randint(0, 4)):
            self._plain([], "blank")
        if self.pick.random() < 0.5:
            self._plain(["注：1.本表每日16时前报送；2.身份证号请填18位。"], "note")
        if self.pick.random() < 0.5:
            self._plain(["填表人：卢某　　审核人：曾某"], "note")

    def _person(self) -> None:
        self.serial += 1
        cells: dict[str, str] = {"seq": str(self.serial), "sex": "", "hukou": "云溪省云溪市"}
        values: dict[str, Any] = {}
        for key in ("name", "id_number", "phone", "origin", "return_date"):
            cells[key], values[key] = getattr(self, f"_{key}")()
        values["origin_code"] = values.pop("origin")
        cells["dest_township"], cells["dest_village"], values["dest_code"] = self._village()
        for key in ("transport", "health_code", "nat_result"):
            choice = self.pick.choice(list(FIELDS[key].choices))
            cells[key] = self.pick.choice(FIELDS[key].choices[choice])
            if key in self.keys:
                values[key] = choice
        cells["remark"] = self.pick.choice(("", "与父母同住", "=1+1", "无"))
        good = self.pick.random() > 0.15 or not self._spoil(cells)
        row = [cells.get(key, "甲" if key in UNKNOWN else "") for key in self.keys]
        self._add(row, "data", values if good else {}, good=good)

    def _spoil(self, cells: dict[str, str]) -> bool:
        """Spoil one cell beyond repair."""
        key, text = self.pick.choice(
            (
                ("id_number", "4.1E+17"),
                ("id_number", cells["id_number"].strip()[:-2]),
                ("phone", "1540000"),
                ("name", "某某"),
                ("return_date", "节后"),
                ("return_date", "2019-01-01"),
                ("dest_village", "没有这个村"),
                ("origin", "老地方"),
            )
        )
        cells[key] = text
        return True

    def _name(self) -> tuple[str, str]:
        name = self.pick.choice(SURNAMES) + "".join(
            self.pick.sample(GIVEN, self.pick.randint(1, 2))
        )
        return self.pick.choice((name, f"{name[0]} {name[1:]}", f" {name}\u200b")), name

    def _id_number(self) -> tuple[str, str]:
        born = date(1950, 1, 1) + timedelta(days=self.pick.randint(0, 20_000))
        number = id_number(f"{born:%Y%m%d}", str(self.pick.randint(990, 999)))
        wide = number.translate({ord("0") + n: 0xFF10 + n for n in range(10)})
        forms = (
            number,
            number.lower(),
            f"'{number}",
            f"{number[:6]} {number[6:14]} {number[14:]}",
            wide,
        )
        return self.pick.choice(forms), number

    def _phone(self) -> tuple[str, str]:
        number = f"154{self.pick.randint(0, 10**8 - 1):08d}"
        spaced = f"{number[:3]}-{number[3:7]}-{number[7:]}"
        return self.pick.choice((number, spaced, f"+86 {number}", f"{number}.0")), number

    def _origin(self) -> tuple[str, str]:
        code = self.pick.choice(list(ORIGINS))
        return self.pick.choice(ORIGINS[code]), code

    def _return_date(self) -> tuple[str, date]:
        day = AS_OF + timedelta(days=self.pick.randint(-40, 40))
        forms = (
            f"{day:%Y-%m-%d}",
            f"{day.year}/{day.month}/{day.day}",
            f"{day.year}.{day.month}.{day.day}",
            f"{day.year}年{day.month}月{day.day}日",
            f"{day:%Y%m%d}",
            f"{day.month}月{day.day}日",
            f"{day.year}/{day.month}/{day.day} 15:45",
            str((day - date(1899, 12, 30)).days),
        )
        return self.pick.choice(forms), day

    def _village(self) -> tuple[str, str, str]:
        code = self.pick.choice(list(VILLAGES))
        town, name = TOWNS[code[:9]], VILLAGES[code]
        bare = name.replace("村民委员会", "").replace("居民委员会", "").replace("居民委会会", "")
        forms = (name, bare, f"{town}{bare}", f"白石县{town}{name}")
        return self.pick.choice((town, f"白石县{town}")), self.pick.choice(forms), code

    def _encoded(self) -> bytes:
        out = io.StringIO(newline="")
        delimiter = self.pick.choice(",,\t;")
        end = self.pick.choice(("\r\n", "\n"))
        csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(self.rows)
        encoding = self.pick.choice(("utf-8", "utf-8-sig", "gb18030", "utf-16"))
        if "\u200b" in out.getvalue() and encoding == "gb18030":
            encoding = "utf-8"
        return out.getvalue().encode(encoding)
