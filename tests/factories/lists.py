"""Lists of returnees for tests, as townships send them: a template's columns, GB18030."""

from datetime import date, timedelta

from grid.days import today
from tests.factories.returnees import id_number

HEADINGS = (
    "序号",
    "姓名",
    "身份证号",
    "联系电话",
    "出发地",
    "目的地街道乡镇",
    "目的地社区村",
    "目的地详细地址",
    "返乡时间",
    "交通方式",
    "健康码",
    "核酸检测时间",
    "核酸检测结果",
    "户籍地址",
    "有无症状",
    "备注",
)
DEFAULTS = {
    "出发地": "海岳省临沧湾市望潮区",
    "目的地街道乡镇": "河口镇",
    "目的地社区村": "东关村",
    "交通方式": "火车",
    "健康码": "绿码",
    "户籍地址": "云溪省澜川市",
}

Line = dict[str, str]


def a_line(n: int, *, days: int = -3, **changes: str) -> Line:
    """Return a line about the n-th person, back in so many days; other columns by heading."""
    return {
        **DEFAULTS,
        "序号": str(n),
        "姓名": f"何{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{'安平宁康'[n // 10 % 4]}",
        "身份证号": id_number(n),
        "联系电话": f"1880000{n:04d}",
        "返乡时间": day(days),
        **changes,
    }


def day(days: int, since: date | None = None) -> str:
    """Return the date so many days from today as lists write it."""
    return ((since or today()) + timedelta(days=days)).isoformat()


def a_list(*lines: Line) -> bytes:
    """Return the bytes of a list with these lines; the first stands in row 2."""
    rows = [HEADINGS, *([line.get(heading, "") for heading in HEADINGS] for line in lines)]
    return "\r\n".join(",".join(row) for row in rows).encode("gb18030")
