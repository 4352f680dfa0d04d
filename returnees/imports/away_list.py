"""The ledger of residents who are away (外出人员台账): its columns, as townships head them."""

from datetime import timedelta

from grid.imports import common
from grid.imports.draft import Draft
from grid.imports.lists import Field, ListSpec
from grid.imports.text import words
from returnees.imports.checks import missing_by_heading
from returnees.imports.people import LOOSE_PHONE, somebody

YEARS = timedelta(days=3650)  # nobody stays in the ledger longer, or plans further ahead
STATUS = {
    "away": words(
        "外出 在外 未返乡 未返回 未返 否 没有返乡 仍在外 外出未归 外出中 长期外出 在外务工 "
        "在外就业 不返乡 暂不返乡 务工中 未回 没回 已外出"
    ),
    "returned": words(
        "已返乡 已返回 已返 已回 返乡 在家 是 已回家 回来了 已归 已回村 返回 已返家 已回乡"
    ),
    "moved": words("迁出 已迁出 户口迁出 已迁走 搬走 已搬走 不再返回 已注销 外嫁 外迁"),
}
REASON = {
    "work": words(
        "务工 打工 外出务工 上班 工作 就业 务工就业 在外务工 建筑 工地 务工人员 外出打工 职工"
    ),
    "business": words("经商 做生意 个体 个体经营 生意 开店 经营 自主创业 创业"),
    "study": words("上学 就学 读书 学生 求学 大学 在读 学习 大学生 上大学 念书"),
    "family": words(
        "探亲 走亲 走亲访友 随迁 投靠子女 带孩子 带孙子 陪读 随子女居住 投亲 照顾孩子 看孩子"
    ),
    "medical": words("就医 看病 治病 住院 求医"),
    "army": words("参军 服役 当兵 部队"),
    "other": words("其他 其它 旅游 出差 居住 常住 定居"),
}
_PARTS = words(
    "省 市 县 区 省份 地市 县区 区县 县市区 县(市、区) 县(市区) 省(市) 市(州) 乡镇 街道 "
    "乡镇街道 街道乡镇 社区 社区村 村 详细地址 详细住址 地址 具体地址"
)

_FIELDS = (
    common.SEQ,
    common.NAME,
    common.SEX,
    common.AGE,
    common.ID_TYPE,
    common.ID_NUMBER,
    LOOSE_PHONE,
    Field("home_county", "county", words("县(市、区) 县区 区县 县市区 户籍县区 所属县区")),
    Field(
        "home_town",
        "township",
        words(
            "乡镇 镇街 乡镇(街道) 乡镇街道 街道乡镇 镇(街道) 镇(办) 乡镇(办) 所属乡镇 "
            "户籍乡镇 户籍所在乡镇 乡镇名称 所属街道 镇"
        ),
        doubtful=words("街道"),
    ),
    Field(
        "home_village",
        "village",
        words(
            "村(社区) 村社区 社区村 村/社区 村(居) 村居 行政村 所属村 所在村 村 村名 村委会 "
            "所属村(社区) 户籍村 户籍所在村 户籍村(社区) 所属社区 家庭所在村 村庄 村别 "
            "村(居)委会 户籍地村(社区)"
        ),
        required=True,
        doubtful=words("社区 户籍地 户籍所在地"),
    ),
    Field(
        "home_address",
        "text",
        words(
            "家庭住址 家庭地址 户籍地址 户籍详细地址 住址 详细住址 家庭详细住址 门牌号 户号 "
            "门牌 小组 村民小组 组别 组 户籍住址 本地住址 村组"
        ),
        joins=True,
        doubtful=words("详细地址 地址 户籍地 户籍所在地"),
    ),
    Field("head", "text", words("户主 户主姓名 所属户主 户主名字")),
    Field(
        "where",
        "origin",
        words(
            "外出地 外出地点 外出地址 外出去向 外出所在地 外出目的地 务工地 务工地点 外出务工地 "
            "外出务工地点 务工地址 现务工地 目前所在地 现所在地 现居住地 现居地 现在何处 "
            "流入地 流向 去向 外出城市 外出地区 外出省份 外出省市 在外地址 在外居住地 "
            "外出详细地址 外出务工地址 外出何地 人在哪里 外出居住地 外出现居住地 务工省份 "
            "务工城市 外出地(省市县)"
        ),
        required=True,
        joins=True,
        doubtful=words("现住址 居住地 所在地 目的地 来自地区"),
        parts=_PARTS,
    ),
    Field(
        "reason",
        "choice",
        words(
            "外出事由 外出原因 外出目的 外出类型 外出性质 外出类别 事由 原因 外出情况 "
            "外出理由 因何外出"
        ),
        choices=REASON,
        doubtful=words("人员类型 人员类别 类型"),
    ),
    Field(
        "employer",
        "text",
        words(
            "工作单位 务工单位 用工单位 就业单位 单位名称 务工企业 就读学校 学校 单位 "
            "工作单位名称 工作单位或学校 工作(学习)单位 务工单位名称 从业单位"
        ),
    ),
    Field(
        "occupation",
        "text",
        words("职业 工种 从事职业 从事工作 从事行业 行业 务工工种 从业类别 岗位 所从事行业"),
    ),
    Field(
        "left_on",
        "date",
        words(
            "外出时间 外出日期 离家时间 离家日期 离开时间 离开日期 离乡时间 离乡日期 "
            "何时外出 出发时间 出发日期 外出起始时间 务工时间 外出务工时间 离村时间 离村日期"
        ),
    ),
    Field(
        "returns_on",
        "date",
        words(
            "预计返乡时间 预计返乡日期 拟返乡时间 拟返乡日期 计划返乡时间 计划返乡日期 "
            "预计返回时间 预计返回日期 拟返回时间 拟返回日期 计划返回时间 返乡意向时间 "
            "春节返乡时间 预计何时返乡 何时返乡 预计回乡时间 预计到家时间 返乡计划时间"
        ),
        doubtful=words("返乡时间 返乡日期 返回时间 返回日期"),
    ),
    Field(
        "status",
        "choice",
        words(
            "状态 人员状态 目前状态 当前状态 是否返乡 是否已返乡 是否返回 是否在外 返乡情况 "
            "返乡状态 外出状态 是否已返回 现状"
        ),
        choices=STATUS,
    ),
    Field(
        "returned_on",
        "date",
        words("实际返乡时间 实际返乡日期 已返乡时间 返回到家时间 实际返回时间 到家时间 销号时间"),
    ),
    common.COMPANIONS,
    Field(
        "contact",
        "text",
        words(
            "家中联系人 家庭联系人 家属 家属姓名 联系人 联系人姓名 紧急联系人 本地联系人 "
            "在家联系人 家人姓名 留守人员 家中留守人员"
        ),
    ),
    Field(
        "contact_phone",
        "contact_phone",
        words(
            "家中联系人电话 家庭联系人电话 家属电话 家属联系电话 家属联系方式 联系人电话 "
            "紧急联系人电话 本地联系人电话 家中电话 家庭电话 家中联系电话 家人电话"
        ),
    ),
    common.REMARK,
)


def in_order(draft: Draft) -> None:
    """Refuse a departure still ahead and a return before the departure: slips of the pen."""
    left, back = draft.values["left_on"], draft.values["returns_on"]
    as_of = draft.context.as_of
    if left and not as_of - YEARS <= left <= as_of:
        draft.add("left_on", "date_out_of_range", value=left, first=as_of - YEARS, last=as_of)
        return
    first = left or as_of - YEARS
    if back and not first <= back <= as_of + YEARS:
        draft.add("returns_on", "date_out_of_range", value=back, first=first, last=as_of + YEARS)
    came = draft.values["returned_on"]
    if came and not first <= came <= as_of:
        draft.add("returned_on", "date_out_of_range", value=came, first=first, last=as_of)


AWAY = ListSpec("away", _FIELDS, checks=(missing_by_heading, somebody, in_order))
