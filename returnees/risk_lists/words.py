"""The words of risk lists: headings of tables, levels, flags, and how a text is tidied. Pure."""

import re
from dataclasses import dataclass

from grid.imports.lists import Field, ListSpec
from grid.imports.text import compact, words
from returnees.choices import AreaFlag, Risk

TABLE = ListSpec(
    "risk",
    (
        Field("day", "text", words("日期 名单日期 发布日期 统计日期 更新日期 date day")),
        Field("first", "text", words("开始日期 起始日期 生效日期 first_seen since from")),
        Field("last", "text", words("结束日期 截止日期 最后日期 last_seen")),
        Field(
            "level",
            "text",
            words(
                "风险等级 等级 级别 风险级别 风险 疫情风险等级 地区等级 risk level grade type 类型"
            ),
        ),
        Field("flag", "text", words("标记 标识 类别 地区类别 关注类别 flag flags")),
        Field("province", "text", words("省份 省 省市 省(区、市) 所属省份 省级 province")),
        Field(
            "city", "text", words("城市 市 地市 地级市 市(州) 市(州、盟) 所属城市 市级 州市 city")
        ),
        Field(
            "county",
            "text",
            words(
                "区县 县区 县(市、区) 区(县) 区 县 县市区 区县名称 所属区县 县级 county district"
            ),
        ),
        Field(
            "area",
            "text",
            words(
                "街道 社区 具体地区 具体区域 区域 地区 地区名称 风险地区 风险区域 小区 街道社区 "
                "街道/社区 乡镇街道 范围 具体范围 风险区 风险点位 详细地址 地址 名称 "
                "community area street place"
            ),
        ),
        Field("remark", "text", words("备注 说明 remark note")),
    ),
)

_LEVELS = {
    Risk.HIGH.value: words("高 高风险 高风险地区 高风险区 高风险区域 高等级 high h 红色"),
    Risk.MID.value: words(
        "中 中风险 中风险地区 中风险区 中风险区域 中等级 mid medium middle m 黄色"
    ),
    Risk.LOW.value: words("低 低风险 低风险地区 低风险区 低风险区域 低等级 low l 绿色"),
}
_FLAGS = {
    AreaFlag.KEY_CONCERN.value: words(
        "重点关注地区 重点地区 重点关注区域 重点区域 重点关注 key_concern"
    ),
    AreaFlag.LOCAL_CASES.value: words(
        "有本地病例 本地病例 有本地病例地区 有本地病例发生地区 本土病例地区 有本土病例 local_cases"
    ),
    AreaFlag.LAND_BORDER.value: words(
        "陆路边境 陆路边境口岸 陆路边境口岸城市 边境口岸 陆路边境地区 land_border"
    ),
    AreaFlag.OUTBREAK_CITY.value: words("疫情城市 有疫情城市 疫情发生城市 outbreak_city"),
    AreaFlag.HUBEI.value: words("湖北 湖北省 hubei"),
    AreaFlag.WUHAN.value: words("武汉 武汉市 wuhan"),
}
MARKS = {word: mark for table in (_LEVELS, _FLAGS) for mark, many in table.items() for word in many}
# 湖北 and 武汉 name places as well: as a heading over a text they are no flag.
FLAG_HEADINGS = {
    word: mark for word, mark in MARKS.items() if mark in _FLAGS and mark not in ("hubei", "wuhan")
}

_WHOLE = re.compile(
    r"(?:辖区|区域|区内|县域|市域)?"
    r"(?:全域|全部|全境|全区|全县|全市|全镇|全乡|全街道|整个(?:区|县|市|街道|镇|乡)?|所有(?:区域|地区)?)"
    r"(?:范围|区域|地区)?(?:内)?"
)
_EDGES = " \n、,;:。.·-—|"
_SHOWN = str.maketrans("(),;:!?", "（），；：！？")


@dataclass(frozen=True, slots=True)
class RiskLine:
    """One line of a list as read.

    `path` are its texts from the coarse to the fine, to be read below `context` (a region's code,
    "" for the country). `doubt` says why a person must look at it whatever place it names.
    """

    row: int
    mark: str  # "" where the list does not say
    text: str
    path: tuple[str, ...]
    context: str = ""
    doubt: bool = False


def mark_of(text: str) -> str:
    """Return the level or flag a cell states, "" for none that is known."""
    word = compact(text).lower().strip("：:()")
    return MARKS.get(word) or MARKS.get(word.removesuffix("级"), "")


def is_whole(text: str) -> bool:
    """Say whether a text means the whole of the place above it: 全域, 全部, 整个区."""
    bare = compact(text).strip(_EDGES + "()")
    return not bare or _WHOLE.fullmatch(bare) is not None


def tidy(text: str) -> str:
    """Return a text without blanks and marks at its ends, with Chinese punctuation."""
    bare = compact(text.replace("\n", "")).strip(_EDGES)
    if bare.startswith("(") and bare.endswith(")") and bare.count("(") == 1:
        bare = bare[1:-1]
    return bare.translate(_SHOWN)
