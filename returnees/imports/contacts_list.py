"""Contacts another place asks to have verified (协查名单, 协查函): the columns of such lists."""

from grid.imports import common
from grid.imports.draft import Draft
from grid.imports.lists import Field, ListSpec
from grid.imports.text import compact, words
from returnees.imports.checks import hour_of, missing_by_heading
from returnees.imports.people import LOOSE_ID, LOOSE_PHONE, somebody

RELATION = {
    "close": words("密接 密切接触者 密接者 密切接触 一级密接 密切接触人员 密接人员 确诊密接"),
    "secondary": words(
        "次密接 次密切接触者 密接的密接 密接之密接 二级密接 次密 次密接者 密接密接 "
        "密切接触者的密切接触者 次密接人员"
    ),
    "general": words("一般接触者 一般接触 一般密接 普通接触者 一般接触人员"),
    "spacetime": words(
        "时空伴随 时空伴随者 时空交集 时空重合 时空伴随人员 轨迹重合 轨迹交叉 时空交叉 "
        "同时空 重点场所人员 涉疫场所人员 涉疫场所 同场所"
    ),
    "same_trip": words(
        "同车次 同乘 同乘人员 同航班 同车厢 同车 同班次 同交通工具 同机 同列车 同车人员 "
        "同车次人员 同航班人员 同乘者 同车乘客"
    ),
    "risk_area": words(
        "中高风险地区 中高风险地区人员 高风险地区 中风险地区 风险地区来返人员 来自中高风险 "
        "重点地区 风险区人员 重点地区人员 涉疫地区人员"
    ),
    "other": words("其他 其它 其他风险人员 重点人员 风险人员 其他人员"),
}

_FIELDS = (
    common.SEQ,
    common.NAME,
    common.SEX,
    common.AGE,
    common.ID_TYPE,
    LOOSE_ID,
    LOOSE_PHONE,
    Field("county", "county", words("县区 区县 县(市、区) 县市区 所属区县 属地县区")),
    Field(
        "town",
        "township",
        words(
            "乡镇 镇街 乡镇(街道) 街道乡镇 乡镇街道 镇(街道) 所属乡镇 所属街道 街道 "
            "属地乡镇 属地街道 责任乡镇 镇(办) 乡镇(办)"
        ),
    ),
    Field(
        "village",
        "village",
        words(
            "村(社区) 村社区 社区村 村(居) 村居 社区 村 所属社区 所属村 所属村(社区) "
            "行政村 属地社区 属地村(社区) 责任社区 责任村(社区) 村/社区"
        ),
    ),
    Field(
        "address",
        "text",
        words(
            "现住址 现住地址 居住地址 住址 家庭住址 详细地址 详细住址 现居住地 现居地 居住地 "
            "落脚点 本地住址 目的地 目的地址 目的地详细地址 联系地址 地址 常住地址 现住地 "
            "拟协查地址 来我地住址 户籍地址"
        ),
        joins=True,
    ),
    Field(
        "relation",
        "choice",
        words(
            "人员类别 人员类型 接触类型 接触者类型 密接类型 管控类别 关系 与病例关系 "
            "与病例的关系 接触关系 风险类别 风险类型 协查类别 类别 接触者类别 协查类型 "
            "人员性质 判定类别 密接/次密接"
        ),
        choices=RELATION,
        doubtful=words("类型 接触方式"),
    ),
    Field(
        "exposure",
        "text",
        words(
            "车次 航班 航班号 车次/航班 车次航班 交通工具及班次 交通工具 班次 列车车次 "
            "乘坐车次 车厢 座位号 车厢座位 暴露地点 接触地点 密接场所 涉疫场所 轨迹 活动轨迹 "
            "行程轨迹 同乘信息 同乘车次 暴露场所 共同暴露场所 风险点位 场所名称 接触场所 "
            "暴露情况 接触情况 接触经过 密接情况 车次/航班/场所 涉及场所 涉及车次 车牌号 "
            "交集地点 交集场所 协查事由 协查原因 事由"
        ),
        joins=True,
        doubtful=words("地点 场所 情况说明"),
    ),
    Field(
        "exposed_on",
        "date",
        words(
            "暴露时间 暴露日期 末次暴露时间 末次暴露日期 接触时间 接触日期 末次接触时间 "
            "末次接触日期 最后接触时间 最后接触日期 最后暴露时间 乘车日期 乘车时间 乘机日期 "
            "航班日期 发车日期 轨迹时间 交集时间 同乘日期 同乘时间 密接时间 乘坐日期"
        ),
        doubtful=words("日期 时间"),
    ),
    Field(
        "case",
        "text",
        words(
            "病例 关联病例 涉及病例 病例姓名 病例编号 关联病例编号 指示病例 阳性人员 "
            "关联阳性人员 感染者 关联感染者 确诊病例 病例名称"
        ),
        joins=True,
    ),
    Field(
        "letter_from",
        "text",
        words(
            "来函单位 发函单位 协查单位 推送单位 来源单位 来文单位 下发单位 推送来源 数据来源 "
            "来函地区 发函地区 协查来源 发函机关 来函地 发函地 推送地区 信息来源 来源"
        ),
        doubtful=words("单位"),
    ),
    Field(
        "letter_no",
        "text",
        words(
            "函号 文号 协查函编号 协查函号 来函文号 协查编号 文件编号 来函编号 协查函文号 "
            "发函文号 协查函 函件编号 协查单号 工单号 流水号"
        ),
    ),
    Field(
        "received_on",
        "date",
        words(
            "收函时间 收函日期 接收时间 接收日期 来函时间 来函日期 推送时间 推送日期 下发时间 "
            "下发日期 发函时间 发函日期 收到时间 收到日期 接函时间 派发时间"
        ),
    ),
    common.REMARK,
)


def with_the_hour(draft: Draft) -> None:
    """Keep the hour at which the letter came, and refuse one that came after the list was read."""
    received, as_of = draft.values["received_on"], draft.context.as_of
    draft.values["received_time"] = hour_of(draft, "received_on") if received else None
    first = draft.context.first_day
    for key in ("received_on", "exposed_on"):
        day = draft.values[key]
        if day and not first <= day <= as_of:
            draft.add(key, "date_out_of_range", value=day, first=first, last=as_of)


def town_alone(draft: Draft) -> None:
    """Keep the township of a row without a village: it is shared among that township's villages."""
    text = compact(draft.text_of("township"))
    towns = [] if draft.values["dest_code"] else draft.context.places.towns_named(text)
    draft.values["town_code"] = towns[0] if text and len(towns) == 1 else None


CONTACTS = ListSpec(
    "contacts",
    _FIELDS,
    checks=(missing_by_heading, with_the_hour, somebody, town_alone),
)
