"""An invented county of province 99 and people who do not exist, for the tests of the import."""

from datetime import date
from functools import lru_cache

from stdnum.iso7064 import mod_11_2

from grid.imports.lists import Context
from grid.imports.places import PlaceIndex
from grid.imports.results import Row, Understood
from grid.imports.understanding import understand
from returnees.imports.list import RETURNEES

AS_OF = date(2021, 2, 8)
HOME = "990101"
PLACES = (
    ("99", "云溪省"),
    ("9901", "云溪市"),
    ("990101", "白石县"),
    ("990101001", "白石县松岭街道"),
    ("990101001001", "泉西社区居民委员会"),
    ("990101001002", "康村村民委员会"),
    ("990101001003", "桂园社区居民委会会"),
    ("990101100", "白石县柳湾镇"),
    ("990101100201", "上河村民委员会"),
    ("990101100202", "东岭新村村民委员会"),
    ("990101100203", "桂园村民委员会"),
    ("990101100204", "柳湾村民委员会"),
    ("9902", "海月市"),
    ("990201", "城南区"),
    ("990202", "海月县"),
    ("9903", "青禾市"),
    ("990301", "市北区"),
    ("990302", "城南区"),
    ("990303", "石桥土家族自治县"),
    ("31", "上海市"),
    ("3101", "市辖区"),
    ("310101", "黄浦区"),
)
HEADINGS = "序号,姓名,性别,证件号码,联系电话,出发地,目的地街道乡镇,目的地社区村,返乡时间,备注"


@lru_cache
def places(home: str = HOME) -> PlaceIndex:
    return PlaceIndex(PLACES, home)


def context(home: str = HOME) -> Context:
    return Context(as_of=AS_OF, places=places(home), home=home)


def id_number(birth: str = "19850312", order: str = "991", region: str = "110101") -> str:
    """Return a valid number with an order code nobody is given."""
    body = region + birth + order
    return body + mod_11_2.calc_check_digit(body)


def line(**cells: str) -> str:
    """Return a row under `HEADINGS`, faultless but for the cells given."""
    row = {
        "seq": "1",
        "name": "田小禾",
        "sex": "男",
        "id": id_number(),
        "phone": "15400000001",
        "origin": "云溪省海月市城南区",
        "town": "柳湾镇",
        "village": "上河村",
        "date": "2021-01-20",
        "remark": "",
    }
    return ",".join((row | cells).values())


def csv(*lines: str, head: str = HEADINGS, encoding: str = "utf-8") -> bytes:
    return "\r\n".join((head, *lines, "")).encode(encoding)


def read(data: bytes, home: str = HOME, **options: str) -> tuple[Understood, list[Row]]:
    understood = understand(data, RETURNEES, context(home), **options)
    return understood, list(understood.rows)


def only(**cells: str) -> Row:
    """Return the one data row of a list with a single person."""
    _understood, rows = read(csv(line(**cells)))
    return next(row for row in rows if row.kind == "data")


def codes(row: Row) -> list[str]:
    return [found.code for found in row.problems]
