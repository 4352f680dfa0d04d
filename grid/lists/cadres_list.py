"""The ledger of cadres (包保干部台账): who they are, which post they hold, for what they answer."""

import re
from typing import Any

from grid.choices import Role, Tier
from grid.imports import common
from grid.imports.choices import YES_NO
from grid.imports.draft import Draft
from grid.imports.lists import Field, ListSpec
from grid.imports.text import compact, is_nothing, words

ROLES: dict[str, tuple[str, ...]] = {
    Role.GRID_WORKER: words("网格员 专职网格员 兼职网格员 网格长 网格管理员 微网格员 楼栋长 楼长"),
    Role.VILLAGE_CADRE: words(
        "包保干部 包保人 包保责任人 包保人员 村干部 村组干部 包户干部 包组干部 社区干部 村级干部 "
        "驻村干部 社区工作者 两委干部 村两委 小组长 包联干部"
    ),
    Role.VILLAGE_HEAD: words(
        "村负责人 村支书 村书记 村支部书记 支部书记 村主任 社区书记 社区主任 社区负责人 "
        "村(社区)负责人 村(居)负责人 村党支部书记 书记主任一肩挑 第一书记"
    ),
    Role.TOWNSHIP_ADMIN: words(
        "镇街管理员 镇管理员 乡镇管理员 街道管理员 镇街 镇(街道)管理员 乡镇(街道)管理员 镇级管理员"
    ),
    Role.LEADER: words(
        "领导 包片领导 片长 县领导 县级领导 包镇领导 镇领导 镇街领导 包村干部 包村领导 分管领导 "
        "镇干部 乡镇干部 镇街干部 街道干部 县包镇领导 科级干部 责任领导"
    ),
    Role.SUPERVISOR: words("督导员 督导 督导组 督查员 督查 巡查员 督导人员"),
    Role.COUNTY_ADMIN: words("县管理员 县级管理员 区管理员 市管理员 县(市、区)管理员"),
}
TIERS: dict[str, tuple[str, ...]] = {
    str(int(Tier.COUNTY)): words("县级 县级领导 县包镇 第一级 一级 县领导包镇 1"),
    str(int(Tier.BLOCK)): words("片级 镇包片 包片 片长 第二级 二级 2"),
    str(int(Tier.VILLAGE)): words("村级 镇包村 包村 镇干部包村 第三级 三级 3"),
    str(int(Tier.HOUSEHOLD)): words("户级 村包户 包户 村干部包户 第四级 四级 包保户 4"),
}
LEAD = {
    "lead": words("主 主责 正 第一责任人 a a角 a岗 主包 主要 正职 牵头 主要责任人 组长"),
    "deputy": words("副 协助 协包 副职 b b角 b岗 第二责任人 副组长 配合 辅助 替补 成员"),
}
_BETWEEN = re.compile(r"[,，;；、\n\r|]+")
_FIELDS = (
    common.SEQ,
    Field(
        "name",
        "name",
        words(
            "姓名 干部姓名 包保干部 包保干部姓名 包保人 包保人姓名 包保责任人 包保责任人姓名 "
            "网格员 网格员姓名 责任人 责任人姓名 人员姓名 名字 包联干部 包联干部姓名 驻村干部"
        ),
        required=True,
    ),
    Field(
        "phone",
        "phone",
        words(
            "联系电话 手机号码 手机号 手机 联系方式 电话 电话号码 包保干部电话 包保人电话 "
            "包保人联系电话 包保责任人电话 包保责任人联系电话 网格员电话 网格员联系电话 责任人电话 "
            "干部电话 包保干部联系电话 包保干部联系方式 责任人联系电话 干部联系电话"
        ),
        required=True,
    ),
    Field(
        "unit",
        "text",
        words("单位 工作单位 所在单位 所属单位 单位名称 派出单位 包保单位 责任单位 部门 所在部门"),
    ),
    Field("title", "text", words("职务 职务职称 行政职务 岗位 现任职务 单位职务 单位及职务 职位")),
    Field(
        "role",
        "choice",
        words(
            "角色 身份 人员类别 人员类型 类别 岗位类别 责任类别 干部类别 干部类型 人员身份 "
            "岗位类型 系统角色 包保身份"
        ),
        choices=ROLES,
    ),
    Field(
        "town",
        "text",
        words(
            "乡镇 镇街 乡镇(街道) 乡镇街道 街道乡镇 镇(街道) 镇(办) 乡镇(办) 所属乡镇 所属街道 "
            "所在乡镇 镇 任职乡镇 街道"
        ),
    ),
    Field(
        "village",
        "text",
        words(
            "村(社区) 村社区 社区村 村/社区 村(居) 村居 行政村 所属村 所在村 村 村名 社区 所属社区 "
            "任职村 任职村(社区) 所在社区 所在村(社区) 村(居)委会 所属村(社区)"
        ),
    ),
    Field("block", "text", words("片区 片 所属片区 包片 片区名称 所在片区")),
    Field("grid", "text", words("网格 所属网格 网格名称 网格号 所在网格 责任网格")),
    Field(
        "answers",
        "text",
        words(
            "包保范围 责任范围 负责范围 负责区域 责任区域 责任区 包保区域 包保对象 包保村 包联村 "
            "分包村 负责村 包保村(社区) 包保楼栋 负责楼栋 包保小区 负责小区 包保网格 包保户 "
            "包保户地址 分包户 包户 包保片区 管辖范围 包保门牌 包联户 包联范围 所包村 所包户 "
            "包保门牌号 包户地址 分包范围 联系户"
        ),
    ),
    Field("tier", "choice", words("层级 包保层级 分包层级 级别 包保级别 四级分包"), choices=TIERS),
    Field(
        "lead",
        "choice",
        words("主副 主责/协助 ab角 ab岗 正副 是否主责 主次 责任分工 包保分工"),
        choices=LEAD,
    ),
    Field(
        "deputy",
        "choice",
        words("是否副职 是否协助 是否替补 是否副"),
        choices=YES_NO,
    ),
    Field(
        "since",
        "date",
        words(
            "包保时间 包保日期 起始时间 起始日期 开始时间 开始日期 任职时间 任职日期 包保起始时间 "
            "到岗时间 上任时间 生效日期 调整时间 调整日期 分包时间 自何时起 接手时间"
        ),
    ),
    common.REMARK,
)


def find_places(draft: Draft) -> None:
    """Find the place of the post and what the cadre answers for, as far as names tell."""
    values, places = draft.values, draft.context.places
    town, village = values["town"] or "", values["village"] or ""
    towns = places.towns_named(town) if town else []
    values["town_code"] = towns[0] if len(towns) == 1 else None
    if town and not towns and not village:
        draft.add("town", "value_unknown", value=town)
    values["dest_code"] = None
    if not is_nothing(village):
        found = places.destination(town, village)
        values["dest_code"] = found.code
        if found.code is None:
            draft.add("village", found.problem, **found.params)
        else:
            values["town_code"] = found.code[:9]
    texts = _BETWEEN.split(draft.raw("answers"))
    said = [text for piece in texts if (text := compact(piece)) and not is_nothing(text)]
    values["targets"] = [_target(town, text, places) for text in dict.fromkeys(said)]


def _target(town: str, text: str, places: Any) -> dict[str, str]:
    """Return a piece of what a cadre answers for, with the code of the village it names."""
    found = places.destination(town, text).code or places.destination("", text).code
    towns = [] if found else places.towns_named(text)
    return {"text": text, "code": found or (towns[0] if len(towns) == 1 else "")}


CADRES = ListSpec("cadres", _FIELDS, checks=(find_places,))
