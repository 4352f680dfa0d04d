"""A county roll-up as it circulates, of any length, with its places: all invented, all seeded.

The columns, the spread of the days and the share of each kind of mess are those of a clean
template filled in by many hands: nine rows in ten are faultless, the others spoilt in some way.
"""

import csv
import io
import random
from collections.abc import Iterator
from datetime import date, timedelta

from stdnum.iso7064 import mod_11_2

AS_OF = date(2021, 2, 8)
COUNTY = "990101"
HEADINGS = (
    "序号",
    "姓名",
    "性别",
    "证件类型",
    "证件号码",
    "联系电话",
    "户籍地址",
    "出发地",
    "目的地街道乡镇",
    "目的地社区村",
    "目的地详细地址",
    "返乡时间",
    "交通方式",
    "车次/航班/车牌号",
    "14天内旅居史",
    "健康码状态",
    "核酸检测时间",
    "核酸检测结果",
    "管控方式",
    "包保责任人",
    "包保责任人电话",
    "网格员",
    "备注",
)
TOWNS, VILLAGES, PROVINCES, CITIES, COUNTIES = 16, 35, 30, 11, 9
SURNAMES = "田白石卢曾温苗何邵段琚原酒成孔"
GIVEN = "小禾云磊秋月海青山岭安平宁康建军强丽娜"
SYLLABLES = "柳松桂泉康桥岭湾庄沟坪塘梅荷杨槐"
Places = list[tuple[str, str]]


def places() -> Places:
    """Return the country to county level, and a county with its towns and villages."""
    found: Places = [("99", "云溪省"), ("9901", "临溪市"), (COUNTY, "溪口县")]
    for p in range(PROVINCES):
        province = f"{60 + p}"
        found.append((province, f"{_word(p)}海省"))
        for c in range(1, CITIES + 1):
            city = f"{province}{c:02d}"
            found.append((city, f"{_word(p)}{_word(c + 40)}市"))
            found += [
                (f"{city}{k:02d}", f"{_word(p + c)}{_word(k + 100)}区")
                for k in range(1, COUNTIES + 1)
            ]
    for t in range(TOWNS):
        town = f"{COUNTY}{100 + t}"
        found.append((town, f"溪口县{_word(t + 17)}镇"))
        found += [
            (f"{town}{201 + v}", f"{_word(t * VILLAGES + v + 50)}村民委员会")
            for v in range(VILLAGES)
        ]
    return found


def _word(n: int) -> str:
    """Return the n-th of the invented names, two or three syllables each."""
    n, text = n + len(SYLLABLES), ""
    while n:
        n, place = divmod(n, len(SYLLABLES))
        text += SYLLABLES[place]
    return text


def a_list(rows: int, seed: int = 20210208) -> bytes:
    """Return the file: so many rows about people, in GB18030."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows(_Writer(seed).rows(rows))
    return out.getvalue().encode("gb18030")


class _Writer:
    """Invents the rows of one list."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)
        known = places()
        names = dict(known)
        self.villages = [(names[code[:9]], name, code) for code, name in known if len(code) == 12]
        self.origins = [
            names[code[:2]] + names[code[:4]] + name
            for code, name in known
            if len(code) == 6 and not code.startswith("99")
        ]
        self.kept: list[list[str]] = []

    def rows(self, number: int) -> Iterator[list[str]]:
        """Yield the rows, some of them about somebody of an earlier row."""
        for n in range(number):
            chance = self.pick.random()
            if chance < 0.065 and len(self.kept) > 50:
                yield self._again(n, chance)
                continue
            row = self._person(n)
            if len(self.kept) < 2000:
                self.kept.append(row)
            if chance > 0.9:
                self._spoil(row)
            elif chance > 0.82:
                self._dress(row)
            yield row

    def _again(self, n: int, chance: float) -> list[str]:
        """Repeat an earlier row: as it stands, written otherwise, or with something new."""
        row = [str(n + 1), *self.pick.choice(self.kept)[1:]]
        if chance < 0.02:
            row[4] = f" {row[4]}"
        elif chance < 0.035:
            row[10] = f"{self.pick.randint(1, 200)}号"
        elif chance < 0.044:
            row[8], row[9], _code = self.pick.choice(self.villages)
        return row

    def _person(self, n: int) -> list[str]:
        day = AS_OF - timedelta(days=round(min(30, max(-4, self.pick.gauss(10, 7)))))
        town, village, _code = self.pick.choice(self.villages)
        origin = self.pick.choice(self.origins)
        tested = day - timedelta(days=self.pick.randint(1, 6))
        number = self._number(n)
        return [
            str(n + 1),
            self.pick.choice(SURNAMES) + "".join(self.pick.choices(GIVEN, k=2)),
            "男" if int(number[16]) % 2 else "女",
            "居民身份证",
            number,
            f"154{n % 10**8:08d}",
            f"云溪省临溪市{town}",
            origin,
            town,
            village,
            self.pick.choice(["", f"{n % 12 + 1}组", f"{n % 9 + 1}号楼3单元{n % 400}"]),
            day.isoformat(),
            self.pick.choice(["自驾", "火车", "客车", "飞机", "其他"]),
            self.pick.choice(["", f"K{n % 3000}", f"云A{n % 9000:04d}"]),
            self.pick.choice(["", "无", "无", origin, "途经临溪"]),
            self.pick.choices(["绿码", "黄码", "正常", ""], [90, 4, 4, 2])[0],
            tested.isoformat(),
            self.pick.choices(["阴性", "未检出", "待出", "未做"], [80, 6, 6, 8])[0],
            self.pick.choices(["居家健康监测", "居家隔离", "集中隔离", "无", ""], [70, 8, 6, 8, 8])[
                0
            ],
            "成海",
            f"155{n % 600:08d}",
            "段新",
            self.pick.choices(["", "孕妇", "与父母同住"], [94, 3, 3])[0],
        ]

    def _number(self, n: int) -> str:
        """Return a valid number of its own for each person, with an order code nobody is given."""
        order, n = 990 + n % 10, n // 10
        born = date(1945, 1, 1) + timedelta(days=n % 24_000)
        body = f"4101{n // 24_000 % 90 + 10}{born:%Y%m%d}{order}"
        return body + mod_11_2.calc_check_digit(body)

    def _dress(self, row: list[str]) -> None:
        """Write a good value in another way."""
        day = date.fromisoformat(row[11])
        place, text = self.pick.choice(
            [
                (1, f" {row[1][0]} {row[1][1:]}"),
                (4, f"{row[4][:6]} {row[4][6:14]} {row[4][14:]}"),
                (5, f"{row[5]}.0"),
                (8, row[8].removeprefix("溪口县")),
                (9, row[9].removesuffix("民委员会")),
                (11, f"{day.year}/{day.month}/{day.day}"),
                (11, f"{day.month}月{day.day}日"),
                (11, str((day - date(1899, 12, 30)).days)),
                (7, f"{row[7]}科技园宿舍"),
            ]
        )
        row[place] = text

    def _spoil(self, row: list[str]) -> None:
        """Write a value that cannot be used."""
        number = row[4]
        place, text = self.pick.choice(
            [
                (4, f"{number[:-1]}{'0X'[number[-1] == '0']}"),
                (4, "4.1E+17"),
                (4, number[:-2]),
                (5, "154000"),
                (5, ""),
                (7, "老地方"),
                (9, "没有这个村"),
                (9, ""),
                (11, "节后"),
                (11, "2019-01-01"),
            ]
        )
        row[place] = text
