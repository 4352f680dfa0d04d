"""A list of returnees as it arrives at night: a title, odd headings, damage, one person twice."""

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from config.seeding.names import id_number, person_name, phone
from tests.cast import World

TITLE = "河口镇返乡人员信息台账（晚报）"
HEADINGS = [
    "序 号", "姓名", "身份证号码", "手机号", "何处返乡", "返乡日期",
    "乡镇(街道)", "村(社区)", "交通方式", "车次/航班/车牌", "健康码", "核酸时间", "核酸结果",
    "备注",
]  # fmt: skip
ORIGIN = "海岳省临沧湾市望潮区"
FIRST = 4  # title, a blank line, the headings: the first person stands in the fourth line
OK, BAD, DOUBTFUL, AGAIN, SECOND = range(FIRST, FIRST + 5)  # the lines of the messy list


def person_row(
    n: int, *, arrives: date, name: str = "", number: str = "", **more: str
) -> list[str]:
    """Return a whole row about the n-th invented person."""
    sex = "MF"[n % 2]
    born = date(1960, 1, 1) + timedelta(days=37 * n)
    values = {
        "name": name or person_name(Random(n), sex),
        "number": number or id_number(birth=born, sex=sex, n=n),
        "phone": phone(90_000_000 + n),
        "village": "东关村",
        "remark": "",
        **more,
    }
    return [
        str(n), values["name"], values["number"], values["phone"], ORIGIN, f"{arrives:%Y-%m-%d}",
        "河口镇", values["village"], "高铁", "G1234", "绿码",
        f"{arrives - timedelta(days=1):%Y.%m.%d}", "阴性", values["remark"],
    ]  # fmt: skip


def spoilt(number: str) -> str:
    """Return an ID number with one digit mistyped: its check digit no longer fits."""
    return number[:12] + str((int(number[12]) + 1) % 10) + number[13:]


def messy_rows(world: World, today: date) -> list[list[str]]:
    """Return five lines: known person, bad check digit, two phones, the first one again, expected.

    The known person lives in the worker's household and came home yesterday.
    """
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    known = {"name": world.person.name, "number": world.person.id_number}
    first = person_row(1, arrives=yesterday, **known, phone=world.person.phone)
    bad = person_row(2, arrives=yesterday)
    bad[2] = spoilt(bad[2])
    doubtful = person_row(3, arrives=yesterday)
    doubtful[3] = f"{doubtful[3]}/{phone(80_000_000)}"
    again = [*first]
    again[0], again[1] = "4", f" {world.person.name[0]}　{world.person.name[1:]} "
    return [first, bad, doubtful, again, person_row(5, arrives=tomorrow, village="西关村")]


def as_csv(rows: Sequence[Sequence[str]], *, encoding: str = "gb18030") -> bytes:
    """Return the rows as a file, below a title, a blank line and the headings."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([TITLE, *[""] * (len(HEADINGS) - 1)])
    writer.writerow([""] * len(HEADINGS))
    writer.writerow(HEADINGS)
    writer.writerows(rows)
    return out.getvalue().encode(encoding)
