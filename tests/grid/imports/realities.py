"""What people make of a person's row, each habit with what has to be understood of it.

A habit changes the cells of a row and what is expected of it, and names the codes to be told.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.grid.imports.world import AS_OF, id_number

WIDE = {ord("0") + n: 0xFF10 + n for n in range(10)}
ORIGINS = {
    "990201": ("海月市城南区", "云溪省海月市城南区", "海月城南区某路5号", "云溪海月市城南区"),
    "990202": ("海月县", "云溪省海月市海月县", "云溪海月县", "990202"),
    "990301": ("青禾市北区", "云溪省青禾市市北区", "青禾市市北区"),
    "310101": ("上海黄浦区", "上海市黄浦区", "上海市市辖区黄浦区", "310101000000"),
}


@dataclass
class Person:
    """A row in the making: cells by field, what is expected of them, codes to be told."""

    pick: random.Random
    cells: dict[str, Any]
    values: dict[str, Any]
    codes: set[str] = field(default_factory=set)
    moved: int = 0  # columns by which the whole row is shifted

    def put(self, key: str, cell: Any, value: Any = None, code: str = "") -> None:
        """Write a cell, and say what it means and what is to be told about it."""
        self.cells[key] = cell
        self.values["origin_code" if key == "origin" else key] = value
        if code:
            self.codes.add(code)
        if key == "id_number" and value is None:
            self.values["birth"] = None

    @property
    def number(self) -> str:
        return str(self.values["id_number"])

    @property
    def day(self) -> date:
        return self.values["return_date"]


Habit = Callable[[Person], None]


def invisible(person: Person) -> None:
    key = person.pick.choice(("id_number", "phone", "name"))
    mark = person.pick.choice(("\u200b", "\u202d", "\ufeff", "\xa0", "\t"))
    person.cells[key] = f"{mark}{person.cells[key]}{mark}"


def full_width(person: Person) -> None:
    key = person.pick.choice(("id_number", "phone"))
    person.cells[key] = str(person.cells[key]).translate(WIDE)


def small_x(person: Person) -> None:
    person.cells["id_number"] = person.number.lower()


def spaced_number(person: Person) -> None:
    number = person.number
    cut = (number[:6], number[6:14], number[14:])
    person.cells["id_number"] = person.pick.choice((" ".join(cut), "-".join(cut), f"'{number}"))


def phone_forms(person: Person) -> None:
    number = str(person.values["phone"])
    spaced = f"{number[:3]} {number[3:7]} {number[7:]}"
    forms = (f"+86{number}", f"86{number}", f"0086 {number}", f"{number}.0", f"+86-{spaced}")
    person.cells["phone"] = person.pick.choice(forms)


def several_phones(person: Person) -> None:
    number = person.values["phone"]
    person.put("phone", f"{number}{person.pick.choice('/、,')}15400009999", number, "phone_several")


def landline(person: Person) -> None:
    person.put("phone", "0990-6123456", "0990-6123456", "phone_landline")


def old_number(person: Person) -> None:
    number = person.number
    if number[6:8] == "19":
        person.put("id_number", number[:6] + number[8:17], number, "id15_legacy")


def lost_digits(person: Person) -> None:
    forms = ("4.10881E+17", f"{person.number[:15]}000", float(person.number[:15] + "000"))
    person.put("id_number", person.pick.choice(forms), None, "id_precision_lost")


def one_digit_wrong(person: Person) -> None:
    number = person.number
    wrong = "X" if number[-1] != "X" else "1"
    person.put("id_number", number[:17] + wrong, None, "id_checksum")


def one_digit_less(person: Person) -> None:
    person.put("id_number", person.number[:-1], None, "id_length")


def no_province(person: Person) -> None:
    born = person.number[6:14]
    person.put("id_number", id_number(born, "991", "770101"), None, "id_region")


def unborn(person: Person) -> None:
    person.put("id_number", id_number("20210231", "991"), None, "id_birthdate")


def child(person: Person) -> None:
    person.put("id_number", person.pick.choice(("", "无", "未办理")), None, "id_missing_child")
    person.cells["remark"] = person.pick.choice(("小孩未办身份证", "2岁，没有身份证", "婴儿"))
    person.values |= {"id_type": None, "birth": None}


def no_number(person: Person) -> None:
    person.put("id_number", "", None, "id_missing")


def passport(person: Person) -> None:
    person.put("id_number", "E12345678", "E12345678")
    person.cells["id_type"] = "护照"
    person.values |= {"id_type": "passport", "birth": None}


def swapped(person: Person) -> None:
    cells = person.cells
    cells["id_number"], cells["phone"] = person.values["phone"], person.number
    person.values |= {"id_number": None, "phone": None, "birth": None}
    person.codes.add("id_phone_swapped")


def shifted(person: Person) -> None:
    person.moved = person.pick.choice((1, 1, -1))
    person.values = dict.fromkeys(person.values)
    person.codes = {"row_shifted"}


def several_people(person: Person) -> None:
    between = person.pick.choice("、/\n")
    numbers = f"{person.number}{between}{id_number('19910101', '993')}"
    person.put("name", f"{person.cells['name']}{between}石磊", None, "multi_person_cell")
    person.put("id_number", numbers)


def note_in_name(person: Person) -> None:
    name = person.cells["name"]
    note = person.pick.choice(("户主", "大学生"))
    person.put("name", f"{name}（{note}）", name, "name_annotated")


def no_name(person: Person) -> None:
    cell, code = person.pick.choice(
        (("", "name_missing"), ("某某", "name_invalid"), ("123", "name_invalid"))
    )
    person.put("name", cell, None, code)


def rare_name(person: Person) -> None:
    name = person.pick.choice(("田䶮", "石𬱖禾", "阿依古丽·白云", "卢㛃"))
    person.put("name", name.replace("·", person.pick.choice("·•.")), name)


def other_sex(person: Person) -> None:
    real = person.values["sex"]
    person.cells["sex"] = "男" if real == "F" else "女"
    person.codes.add("sex_id_mismatch")


def date_forms(person: Person) -> None:
    day = person.day
    person.cells["return_date"] = person.pick.choice(
        (
            f"{day.year}年{day.month}月{day.day}日",
            f"{day.year}.{day.month:02d}.{day.day:02d}",
            f"{day:%Y%m%d}",
            f"{day.year} 年 {day.month} 月 {day.day} 日",
            f"{day.year}/{day.month}/{day.day} 15:45",
            f"{day.year}-{day.month}-{day.day} 08:05:00",
            f"{day:%Y-%m-%d}".translate(WIDE),
            str((day - date(1899, 12, 30)).days),
            f"{(day - date(1899, 12, 30)).days}.6563",
            day,
        )
    )


def no_year(person: Person) -> None:
    day = person.day
    text = person.pick.choice((f"{day.month}月{day.day}日", f"{day.month}月{day.day}号"))
    person.put("return_date", text, day, "date_no_year")


def short_year(person: Person) -> None:
    day = person.day
    person.put("return_date", f"{day:%y}.{day.month}.{day.day}", day, "date_year_2digit")


def bad_date(person: Person) -> None:
    cell, code = person.pick.choice(
        (
            ("", "date_missing"),
            ("节后", "date_unparseable"),
            ("2021.2.30", "date_unparseable"),
            ("1.2", "date_ambiguous"),
            ("01/02/2021", "date_ambiguous"),
            ("2019-02-01", "date_out_of_range"),
        )
    )
    person.put("return_date", cell, None, code)


def village_forms(person: Person) -> None:
    name = person.cells["dest_village"].removesuffix("村民委员会").removesuffix("居民委员会")
    town = person.cells["dest_township"]
    forms = (name, f"{town}{name}", f"{name}村委会", f"{name}3组") if len(name) > 2 else (name,)
    person.cells["dest_village"] = person.pick.choice(forms)


def town_forms(person: Person) -> None:
    town = person.cells["dest_township"]
    forms = (f"白石县{town}", town[:2], "", f"云溪市白石县{town}")
    person.cells["dest_township"] = person.pick.choice(forms)


def which_village(person: Person) -> None:
    person.cells["dest_township"] = ""
    person.values.pop("dest_code")
    person.cells["dest_village"] = "桂园"
    person.codes.add("village_ambiguous")


def bad_village(person: Person) -> None:
    person.values["dest_code"] = None
    town, cell, code = person.pick.choice(
        (
            ("柳湾镇", "没有这个村", "village_not_found"),
            ("柳湾镇", "", "village_missing"),
            ("柳湾镇", "泉西社区", "village_township_mismatch"),
        )
    )
    person.cells |= {"dest_township": town, "dest_village": cell}
    person.codes.add(code)


def origin_forms(person: Person) -> None:
    person.cells["origin"] = person.pick.choice(ORIGINS[person.values["origin_code"]])


def bad_origin(person: Person) -> None:
    cell, value, code = person.pick.choice(
        (
            ("老地方", None, "origin_not_found"),
            ("", None, "origin_missing"),
            ("云溪省", "99", "origin_too_coarse"),
            ("城南区", None, "origin_ambiguous"),
        )
    )
    person.put("origin", cell, value, code)


def formula(person: Person) -> None:
    text = person.pick.choice(("=1+1", "+cmd|' /C calc'!A0", '=HYPERLINK("x","点我")', "@SUM(A1)"))
    person.put("remark", text, text)


def tested_late(person: Person) -> None:
    late = max(person.day, AS_OF) + timedelta(days=3)
    person.put("nat_date", f"{late:%Y-%m-%d}", late, "nat_date_in_future")


HABITS: tuple[Habit, ...] = (
    invisible, full_width, small_x, spaced_number, phone_forms, several_phones, landline,
    old_number, lost_digits, one_digit_wrong, one_digit_less, no_province, unborn, child, no_number,
    passport, swapped, shifted, several_people, note_in_name, no_name, rare_name, other_sex,
    date_forms, no_year, short_year, bad_date, village_forms, town_forms, which_village,
    bad_village, origin_forms, bad_origin, formula, tested_late,
)  # fmt: skip
