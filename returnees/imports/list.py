"""The list of returnees: what its columns are called, which are required, what is checked.

Headings are those met on forms and ledgers of townships; they are matched whole. One more list is
one more declaration like this.
"""

from grid.imports import common
from grid.imports.draft import Draft
from grid.imports.lists import Field, ListSpec
from grid.imports.text import words
from returnees.imports.exported import EXPORTED, RECORD, from_export
from returnees.imports.list_words import HEALTH_CODE, ISOLATION, TEST_RESULT, TRANSPORT

_FIELDS = (
    Field("record", "text", words(RECORD)),
    common.SEQ,
    common.NAME,
    common.SEX,
    common.AGE,
    common.ID_TYPE,
    common.ID_NUMBER,
    common.PHONE,
    common.HUKOU,
    Field(
        "origin",
        "origin",
        words(
            "出发地 来自地区 返乡前住址 返乡前居住地 何处返程 何处返乡 从何处返乡 来源地点 "
            "来源地 来源省份 来源地市 来源县市区 来源街道乡镇 来源社区村 来源省市 来自何地 "
            "始发地 从何地返回 务工地 务工地点 现居住地(返乡前) 来自地区(出发地) 来自哪里 "
            "从哪里返乡 返回地或来源地 出发地点 外出地 返乡前所在地 从何地返乡 从哪返乡 何地返乡 "
            "返乡前居住地址 返回前住址 返回前居住地 外出地址 外出务工地 返乡出发地 "
            "从哪里来 从哪来 从何处来 从何地来 来自何处 从哪里回来 从何处返回 从哪里返回"
        ),
        required=True,
        joins=True,
        doubtful=words("返回地 居住地 来自 工作地点 工作地 现工作地 返乡前编码"),
        parts=words(
            "省 市 县 区 省份 地市 县区 区县 县市区 县(市、区) 县(市区) 省(市) 乡镇 街道 "
            "乡镇街道 街道乡镇 社区村 村 详细地址 详细住址 地址"
        ),
    ),
    Field(
        "origin_risk",
        "text",
        words(
            "来自地区的风险等级 来自地区风险等级 是否从中高风险区来(返)乡 中高风险 "
            "始发地风险等级 风险等级 是否途经中高风险地区 是否中高风险地区 是否来自中高风险地区 "
            "是否中高风险地区返回 是否中高风险区 出发地风险等级"
        ),
    ),
    Field(
        "dest_county",
        "county",
        words("目的地县市区 目的地县(市、区) 返回县区 目的地县区 目的地区县 目的地县(区) 目的地县"),
    ),
    Field(
        "dest_township",
        "township",
        words(
            "目的地街道乡镇 目的地乡镇(街道) 目的地乡镇街道 目的地乡镇 乡镇(街道) 乡镇街道 "
            "街道乡镇 乡镇 所属街道 所属乡镇 责任街道 返回乡镇 返回乡镇(街道) 镇(街道) 镇街 "
            "镇(办) 乡镇(办) 镇 乡(镇) 街道(乡镇) 街道/乡镇 乡镇/街道 镇(街) 乡镇(街) 乡镇街 办事处"
        ),
        doubtful=words("街道"),
    ),
    Field(
        "dest_village",
        "village",
        words(
            "目的地社区村 目的地所属村(社区) 目的地村(社区) 村社区 社区村 村(社区) 村(居) "
            "村/社区 村居 所属社区 所属村 责任社区 返回村(社区) 返回村 所在村 所在村(社区) 村 "
            "目的地村 社区(村) 行政村 村庄 村名 村委会 返乡村 返乡村(社区) 所属村居 村(社区)名称"
        ),
        required=True,
        doubtful=words("社区 目的地 返乡后编码 返回后居住地 返乡后居住地"),
    ),
    Field(
        "dest_detail",
        "text",
        words(
            "目的地详细地址 返乡后住址 返乡后详细住址 目的地址 居住地址 家庭住址 详细住址 "
            "详细地址 现住详细门牌 楼号、单元、房间号 现在郑住址 返乡后居住地址 门牌号 返乡居住地 "
            "返回后住址 返回后居住地址 村组 组别"
        ),
        doubtful=words("目的地 现住址 现居住地 现居地 住址"),
    ),
    Field(
        "return_date",
        "window_date",
        words(
            "返乡时间 返乡日期 来(返)乡日期 来(返)乡时间 返京日期 到达日期 到达郑州时间 "
            "进场时间 预计返乡时间 预计返乡日期 拟返乡日期 拟返乡时间 最早返乡时间 抵达时间 "
            "到家时间 返济时间 返乡>时间 返乡>日期 返乡信息>时间 返乡信息>日期 抵达日期 "
            "返回到来时间 何时返乡 预计到家时间 预计到家日期 计划返乡时间 计划返乡日期"
        ),
        required=True,
        # 返回 may be the way back to work, 到达 the hour of a train.
        doubtful=words(
            "返程时间 到达时间 返回时间 返回日期 预计返回时间 预计返回日期 预计到达时间 "
            "预计到达日期 何时返回 拟返回时间 拟返回日期"
        ),
    ),
    Field(
        "return_status",
        "text",
        words("返乡状态 是否返乡 人员状态 是否已返乡 是否返回"),
        doubtful=words("返乡人员"),
    ),
    Field(
        "transport",
        "choice",
        words(
            "交通方式 交通工具 返乡方式 返回方式 到达方式 返乡使用的交通工具 返程所乘交通工具 "
            "返京交通工具 乘坐交通工具 返乡交通工具 到达工地方式 返乡交通方式 出行方式 "
            "拟返乡方式"
        ),
        choices=TRANSPORT,
    ),
    Field(
        "transport_no",
        "vehicle",
        words(
            "车次/航班/车牌号 车次/航班/车牌 车次(车牌号) 车次/航班 车次 航班号 "
            "航班,班车,车牌号 车牌号 返乡行程安排(车次号/航班号/车牌号) 返乡车牌号 "
            "返程所乘车次/航班 乘坐车牌号/车次/航班号 班次 车号或车次 车次/班次/航班号/车牌号 "
            "交通班次 班(航)次 车次航班 车次号/航班号/车牌号 拟返乡车牌号 交通工具及车次 "
            "乘坐交通工具及车次 交通方式及车次 车牌号/车次"
        ),
        doubtful=words("车牌"),
    ),
    Field(
        "stay_history",
        "text",
        words(
            "14天内旅居史 近14天旅居史 14日内旅居史 旅居史 十四天内是否有国内中高风险地区旅居史 "
            "行程逗留地点 14日内旅居史和接触史 途中是否停留 停留地点说明 假期你所去过的省市 "
            "有无中高风险旅居史 具体行程 行程轨迹 近14天行程 14天内行程 近14天内旅居史 途径时间 "
            "是否途径武汉或湖北 是否去过武汉/湖北 途经地 途经地区"
        ),
        joins=True,
    ),
    Field(
        "health_code",
        "choice",
        words(
            "健康码状态 健康码 健康码颜色 码色 粤康码(健康码) 健康码信息 行程卡 豫康码 粤康码 "
            "苏康码 浙康码 随申码 渝康码 北京健康宝 "
            "健康码(绿/黄/红)"
        ),
        choices=HEALTH_CODE,
    ),
    Field(
        "nat_date",
        "date",
        words(
            "核酸检测时间 核酸检测日期 采样时间 核酸时间 最近一次核酸检测时间 检测时间 检测日期 "
            "采样日期 核酸日期 报告时间 核酸采样时间 最近核酸时间"
        ),
    ),
    Field(
        "nat_result",
        "choice",
        words(
            "核酸检测结果 检测结果 核酸结果 是否核酸 有无三日内核酸检测阴性证明 核酸信息 "
            "7日内核酸阴性证明 核酸检测 最近一次核酸检测结果 是否有48小时核酸证明 "
            "是否有72小时核酸证明 48小时核酸证明 72小时核酸证明 核酸证明 有无核酸检测证明"
        ),
        choices=TEST_RESULT,
    ),
    Field("nat_org", "text", words("检测机构 采样单位 核酸检测机构 采样机构")),
    Field(
        "isolation",
        "choice",
        words(
            "管控方式 管控措施 隔离方式 隔离措施 防控措施 采取措施 处置结果 是否居家隔离 "
            "防治方法 采取措施(是否已隔离或者解除) 落实管控措施"
        ),
        choices=ISOLATION,
    ),
    Field(
        "isolation_start",
        "date",
        words(
            "隔离开始日期 隔离开始时间 开始隔离时间 开始隔离日期 居家隔离开始时间 "
            "居家隔离开始日期 入住时间"
        ),
    ),
    Field(
        "isolation_end",
        "date",
        words("解除隔离日期 解除隔离时间 结束隔离时间 居家隔离期满时间 解除日期 解除时间"),
    ),
    common.COMPANIONS,
    Field(
        "symptom",
        "text",
        words(
            "有无症状 有无发热、咳嗽、恶心、呕吐、腹泻等症状 目前有无咳嗽,发热等症状 身体状况 "
            "体温 当前健康状态是否异常 身体状况说明 有无发热咳嗽 有无咳嗽发热 是否发烧 是否发热 "
            "体温是否正常 异常说明"
        ),
        joins=True,
        doubtful=words("健康状况"),
    ),
    Field(
        "occupation",
        "text",
        words("从业类别 行业 是否特定行业从业人员 工作单位 职业 所属行业 从事行业"),
        joins=True,
        doubtful=words("人员类型 人员类别"),
    ),
    Field(
        "responsible",
        "text",
        words(
            "包保责任人 包保人 包保人员 包保干部 街道包保人员 责任领导 分包干部 包联干部 "
            "包村干部 包保责任人姓名 包保人姓名 责任人"
        ),
        doubtful=words("负责人"),
    ),
    Field(
        "responsible_phone",
        "contact_phone",
        words(
            "包保责任人电话 包保人电话 街道包保人员联系方式 包保责任人联系电话 负责人联系方式 "
            "包保责任人及电话 包保干部电话 包保人联系电话 责任人电话 包保干部及电话 包联干部及电话 "
            "包保人及电话"
        ),
    ),
    Field(
        "grid_worker",
        "text",
        words("网格员 网格员姓名 网格长 所属网格 排查人 录入信息的网格员账号"),
    ),
    Field("grid_worker_phone", "contact_phone", words("网格员电话 网格员联系电话 网格员联系方式")),
    Field("contact_local", "text", words("本地联系人 目的地联系人 目的地联系电话"), joins=True),
    Field(
        "reporter",
        "text",
        words("填报人 录入人 录入时间 录入单位 申报时间 备案登记日期 填报单位 填报时间"),
        joins=True,
    ),
    common.REMARK,
    Field("exported_at", "text", words(EXPORTED)),
)


def dated_test(draft: Draft) -> None:
    """Warn of a test dated after both the day of the list and the return: a slip of the pen.

    A test to be taken before a return still ahead is no slip.
    """
    tested, returns = draft.values["nat_date"], draft.values["return_date"]
    if tested and returns and tested > max(draft.context.as_of, returns):
        draft.add("nat_date", "nat_date_in_future", date=tested)


RETURNEES = ListSpec("returnees", _FIELDS, checks=(dated_test, from_export))
