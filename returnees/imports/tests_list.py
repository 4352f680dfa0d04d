"""Results of tests as laboratories and hospitals send them (核酸检测结果名单): the columns."""

from grid.imports import common
from grid.imports.draft import Draft
from grid.imports.lists import Field, ListSpec
from grid.imports.text import words
from returnees.imports.checks import hour_of, missing_by_heading
from returnees.imports.people import LOOSE_ID, LOOSE_PHONE, somebody

RESULT = {
    "negative": words(
        "阴性 阴 (-) - 未检出 阴性(-) negative neg 核酸阴性 检测阴性 结果阴性 "
        "新冠病毒核酸检测阴性 ORF1ab阴性,N阴性 阴性/未检出 未检出(阴性)"
    ),
    "positive": words(
        "阳性 阳 + (+) 阳性(+) positive pos 核酸阳性 检出 检测阳性 结果阳性 双阳 双阳性 "
        "单阳 初筛阳性 弱阳性 弱阳 阳性(检出) 检出(阳性) 新冠病毒核酸检测阳性"
    ),
    "invalid": words(
        "无效 可疑 待复检 复检 需复检 需复查 复查 灰区 不合格 样本不合格 标本不合格 失败 "
        "检测失败 无法判定 重采 需重采 待复核 单靶标阳性待复核"
    ),
    "pending": words(
        "待出 已采样 结果未出 未出结果 待出结果 未出 等待结果 检测中 待检测 待检 待报告 "
        "未报告 检验中"
    ),
    "refused": words("拒检 拒绝 拒绝检测 拒采 拒绝采样 不配合"),
}
SWAB = {
    "throat": words("咽拭子 口咽拭子 口咽 咽 咽喉拭子 喉拭子"),
    "nasal": words("鼻拭子 鼻咽拭子 鼻咽 鼻 鼻前庭拭子"),
    "anal": words("肛拭子 肛"),
    "sputum": words("痰 痰液 深咳痰液"),
    "other": words("其他 其它 血清 唾液 混合拭子 鼻咽+口咽 双采"),
}

_FIELDS = (
    common.SEQ,
    Field(
        "name",
        "name",
        (
            *common.NAME.headings,
            *words(
                "受检者姓名 受检人姓名 受检人 受检者 被采样人 被采样人姓名 采样人员姓名 "
                "患者姓名 病人姓名 检测人姓名 检测人员姓名 检测对象 被检测人 被检测人姓名 "
                "检测者姓名 人员名称 采样对象"
            ),
        ),
        required=True,
    ),
    common.SEX,
    common.AGE,
    common.ID_TYPE,
    Field(
        "id_number",
        "id_number",
        (
            *LOOSE_ID.headings,
            *words("受检者证件号 受检人身份证号 患者身份证号 证件号(身份证) 卡号 证件编号"),
        ),
    ),
    Field(
        "phone",
        "phone",
        (*LOOSE_PHONE.headings, *words("受检人电话 受检者电话 患者电话 受检者联系电话")),
    ),
    Field("county", "county", words("县区 区县 县(市、区) 县市区 所属区县")),
    Field(
        "town",
        "township",
        words("乡镇 镇街 乡镇(街道) 街道乡镇 乡镇街道 镇(街道) 所属乡镇 所属街道 街道"),
    ),
    Field(
        "village",
        "village",
        words("村(社区) 村社区 社区村 村(居) 村居 社区 村 所属社区 所属村 所属村(社区)"),
    ),
    Field(
        "address", "text", words("住址 现住址 居住地址 家庭住址 详细地址 联系地址 地址 现住地址")
    ),
    Field(
        "sampled_on",
        "date",
        words(
            "采样时间 采样日期 采集时间 采集日期 标本采集时间 标本采集日期 样本采集时间 "
            "核酸采样时间 核酸采样日期 采样日期时间 采集日期时间 取样时间 采检时间"
        ),
        required=True,
        doubtful=words("检测时间 检测日期 核酸检测时间 核酸时间 送检时间 送检日期 日期"),
    ),
    Field(
        "result",
        "choice",
        words(
            "检测结果 核酸检测结果 检验结果 核酸结果 结果 新冠病毒核酸检测结果 检测结论 "
            "新型冠状病毒核酸检测结果 新冠核酸结果 报告结果 核酸检测结论 2019-nCoV核酸结果 "
            "新冠核酸检测结果 结果判定 结论"
        ),
        required=True,
        choices=RESULT,
        doubtful=words("核酸检测 新冠病毒核酸检测 新型冠状病毒核酸检测"),
    ),
    Field(
        "reported_on",
        "date",
        words(
            "报告时间 报告日期 出结果时间 结果时间 结果日期 检测报告时间 审核时间 检验时间 "
            "检验日期 报告出具时间 出报告时间 发布时间 结果上传时间 出具时间"
        ),
        doubtful=words("检测时间 检测日期"),
    ),
    Field(
        "laboratory",
        "text",
        words(
            "检测机构 检测单位 检验机构 检验单位 报告单位 检测医院 实验室 检测实验室 "
            "检测机构名称 核酸检测机构 报告机构 医疗机构 检测公司 送检医院 检验医院"
        ),
        doubtful=words("医院 单位"),
    ),
    Field(
        "site",
        "text",
        words("采样点 采样机构 采样单位 采样地点 采集地点 采样点名称 采集点 采样医院 采集单位"),
    ),
    Field(
        "sample_no",
        "text",
        words(
            "样本编号 标本编号 试管编号 管号 样本号 标本号 条码号 条码 条形码 采样管编号 "
            "样品编号 采样编号 样本条码 试管号 采样管号 采样码 管码 标本条码 样本条码号 "
            "采样管条码 检测编号 样品号"
        ),
    ),
    Field(
        "swab",
        "choice",
        words(
            "标本类型 样本类型 采样部位 采样类型 拭子类型 样品类型 标本种类 样本种类 标本名称 "
            "采样方式 采集部位"
        ),
        choices=SWAB,
    ),
    Field(
        "batch_no",
        "text",
        words("批次 批号 批次号 检测批次 送检批次 混检编号 混采编号 检测批号 批次编号 轮次"),
    ),
    common.REMARK,
)


def with_the_hour(draft: Draft) -> None:
    """Keep the hour of sampling and of the report, and refuse a sample after the list itself.

    Who refuses was not sampled: such a row needs no day.
    """
    if draft.values["result"] in ("refused", "pending"):
        missing = draft.layout.labels.get("sampled_on", "")
        draft.problems = [
            one for one in draft.problems if (one.code, one.column) != ("value_missing", missing)
        ]
    for key, hour in (("sampled_on", "sampled_time"), ("reported_on", "reported_time")):
        draft.values[hour] = hour_of(draft, key) if draft.values[key] else None
    sampled, as_of = draft.values["sampled_on"], draft.context.as_of
    if sampled and not draft.context.first_day <= sampled <= as_of:
        first = draft.context.first_day
        draft.add("sampled_on", "date_out_of_range", value=sampled, first=first, last=as_of)
    reported = draft.values["reported_on"]
    if sampled and reported and reported < sampled:
        draft.add("reported_on", "date_out_of_range", value=reported, first=sampled, last=as_of)


TESTS = ListSpec("tests", _FIELDS, checks=(missing_by_heading, with_the_hour, somebody))
