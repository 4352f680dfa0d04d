"""The ledger of households with landlords (户/房东/出租屋台账): its columns."""

import re
from dataclasses import replace

from grid.choices import Use
from grid.imports import common
from grid.imports.draft import Draft
from grid.imports.lists import Field, ListSpec
from grid.imports.messages import problem
from grid.imports.text import compact, words

USES: dict[str, tuple[str, ...]] = {
    Use.RESIDENT: words(
        "自住 自用 自有 自有住房 自住房 自家居住 常住 房主自住 业主自住 本人居住 居住 住宅 民房"
    ),
    Use.RENTED: words(
        "出租 出租房 出租屋 租住 租赁 租房 已出租 整租 合租 群租 出租户 租户 租用 公租房 廉租房 "
        "房屋出租 部分出租"
    ),
    Use.SHOP: words(
        "商铺 门面 门面房 商用 商业 经营 店铺 沿街门面 门店 商户 商住 商住两用 经营用房 营业房"
    ),
    Use.DORMITORY: words("宿舍 集体宿舍 员工宿舍 工地宿舍 职工宿舍 学生宿舍 集体户"),
    Use.VACANT: words("空置 空房 空户 无人居住 闲置 空闲 未入住 无人 空挂户 空 没人住 未住人"),
}
RENTED = {
    "yes": words("是 有 √ 出租 已出租 租住 出租房 出租屋 1 对 y yes 租"),
    "no": words("否 无 × 自住 未出租 不出租 0 没有 不是 n no 自有 2"),
}
_FIELDS = (
    common.SEQ,
    Field("county", "county", words("县(市、区) 县区 区县 县市区 所属县区")),
    Field(
        "town",
        "township",
        words(
            "乡镇 镇街 乡镇(街道) 乡镇街道 街道乡镇 镇(街道) 镇(办) 乡镇(办) 所属乡镇 所属街道 "
            "乡镇名称 镇"
        ),
        doubtful=words("街道"),
    ),
    Field(
        "village",
        "village",
        words(
            "村(社区) 村社区 社区村 村/社区 村(居) 村居 行政村 所属村 所在村 村 村名 村委会 "
            "所属村(社区) 所属社区 村庄 村别 村(居)委会 村居名称 社区名称 所在村(社区) "
            "村(社区)名称 所在社区"
        ),
        required=True,
        doubtful=words("社区"),
    ),
    Field(
        "part",
        "text",
        words(
            "小区 小区名称 所在小区 小区名 小区(院落) 村民小组 居民小组 小组 组别 组 村组 "
            "所属小组 自然村 屯 片区 网格 所属网格 院落 街巷 路段 小区/组 小区(组) 街路巷"
        ),
        joins=True,
    ),
    Field(
        "building",
        "text",
        words("楼号 楼栋 楼栋号 栋 栋号 幢 幢号 楼 座 楼幢 楼幢号 几号楼 楼座 排 排号"),
    ),
    Field("unit", "text", words("单元 单元号 单元(门) 几单元 门洞")),
    Field(
        "room",
        "text",
        words(
            "房号 房间号 室 室号 户号 门牌号 门牌 房间 房屋编号 门牌号码 单元室 房屋门牌号 "
            "楼栋单元室 楼号单元房号 楼号、单元、房间号 房室号 户室号 门户号 户门牌号"
        ),
    ),
    Field(
        "address",
        "text",
        words(
            "地址 详细地址 住址 家庭住址 房屋地址 详细住址 居住地址 家庭地址 现住址 房屋坐落 "
            "房屋座落 出租房地址 出租屋地址 出租房屋地址 房屋详细地址 房屋位置 坐落 居住详细地址"
        ),
    ),
    replace(
        common.NAME,
        key="head",
        required=False,
        headings=words(
            "户主 户主姓名 户主名字 户主(姓名) 姓名 住户 住户姓名 承租人 承租人姓名 租户姓名 "
            "租客姓名 房客姓名 租住人 租住人姓名 居住人 居住人姓名 户主/承租人 住户(承租人)姓名"
        ),
        doubtful=words("业主 业主姓名"),
    ),
    replace(
        common.PHONE,
        key="head_phone",
        required=False,
        headings=words(
            "联系电话 电话 手机 手机号 手机号码 联系方式 电话号码 户主电话 户主联系电话 "
            "户主联系方式 户主手机 户主手机号 承租人电话 承租人联系电话 承租人联系方式 租户电话 "
            "租客电话 租户联系电话 住户电话 住户联系电话 租住人电话 居住人电话 房客电话"
        ),
    ),
    Field(
        "size",
        "text",
        words(
            "人口 家庭人口 人口数 家庭人数 户内人数 常住人口 居住人数 人数 家庭人口数 户人口 "
            "在册人口 常住人数 同住人数 租住人数 实住人数 家庭成员数 总人数 家庭人口(人) 几口人 "
            "户籍人口 居住人口"
        ),
    ),
    Field(
        "use",
        "choice",
        words(
            "房屋性质 房屋用途 用途 居住性质 居住类型 住房性质 房屋类型 房屋类别 自住/出租 "
            "自住或出租 自住(出租) 房屋状态 居住情况 居住状态 房屋使用情况 使用性质 住房类型 "
            "使用情况 房屋现状 自住、出租"
        ),
        choices=USES,
        doubtful=words("类型 性质 状态"),
    ),
    Field(
        "rented",
        "choice",
        words(
            "是否出租 是否出租房 是否出租屋 是否租住 是否租房 是否租赁 是否为出租房 是否租户 "
            "出租与否 有无出租 出租情况 是否出租户"
        ),
        choices=RENTED,
    ),
    Field(
        "landlord",
        "text",
        words(
            "房东 房东姓名 房主 房主姓名 出租人 出租人姓名 产权人 产权人姓名 房屋产权人 "
            "房屋所有人 出租房主 出租屋主 房屋出租人 房东(业主) 房东名字 二房东"
        ),
    ),
    Field(
        "landlord_phone",
        "contact_phone",
        words(
            "房东电话 房东联系电话 房东联系方式 房东手机 房东手机号 房主电话 房主联系电话 "
            "房主联系方式 出租人电话 出租人联系电话 出租人联系方式 产权人电话 产权人联系电话 "
            "房东手机号码 业主电话 业主联系电话"
        ),
    ),
    common.REMARK,
)
_COUNT = re.compile(r"(\d{1,3})(?:人|口|口人|名)?")


def count_of(text: str | None) -> int | None:
    """Return the number of persons a cell names, or None: 4, 4人, 4口人."""
    found = _COUNT.fullmatch(compact(text or ""))
    return int(found[1]) if found else None


def somewhere(draft: Draft) -> None:
    """Refuse a row that names no dwelling; tell of a household size that is no number."""
    values = draft.values
    if not any(values[key] for key in ("part", "building", "unit", "room", "address")):
        draft.problems.append(problem("门牌号", "value_missing"))
    if values["size"] and count_of(values["size"]) is None:
        draft.add("size", "value_unknown", value=values["size"])


HOUSEHOLDS = ListSpec("households", _FIELDS, checks=(somewhere,))
