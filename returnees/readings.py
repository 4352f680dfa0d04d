"""The readings A-nn in one sentence each: what the portal does where a notice leaves a choice.

Whoever reads a plan sees the sentence beside the number; docs/clauses.csv lists the clauses.
"""

from policies.pack import Words

READINGS: dict[str, Words] = {
    "A-01": Words(
        "抵达（安置）当日为第0天，满N天为之后第N天24时，下一阶段次日起算。",
        "The day of arrival is day 0; N days end at 24:00 of day N and the next stage begins the "
        "day after.",
    ),
    "A-02": Words(
        "阶段于末日24时结束；集中隔离须凭解除证明办结。",
        "A stage ends at 24:00 of its last day; a centralised one is closed with a release note.",
    ),
    "A-03": Words(
        "“14天内”指离开该地之日到抵达之日不超过14天，含首尾。",
        "“Within 14 days” runs from the last day there to the day of arrival, both included.",
    ),
    "A-04": Words(
        "通知未写回溯期，按14天；停留期间任何一天为中高风险即算，事后降级不减。",
        "The notice gives no look-back: 14 days; a level on any day of the stay counts, even if "
        "lowered before the arrival.",
    ),
    "A-05": Words(
        "核酸证明自采样日起算，到抵达当日不超过所列天数，含当日。",
        "A certificate counts from the day of sampling to the day of arrival, both included.",
    ),
    "A-06": Words(
        "“24小时以上”指动身前，满24小时即为按时；迟报照收并标明，不作处罚。",
        "The 24 hours are before setting out, exactly 24 is in time; a late report is taken and "
        "marked, without a sanction.",
    ),
    "A-07": Words(
        "提前24小时只是济源通知的要求，其他通知各按本文，不另加时限。",
        "The 24 hours are Jiyuan's alone; every other notice keeps its own words and no lead is "
        "invented.",
    ),
    "A-08": Words(
        "一次报告即可，居住地所在村居始终知悉。",
        "One report is enough; the village of the living place always learns of it.",
    ),
    "A-09": Words(
        "“15369”即整个观察期结束后第15、30、60、90天。",
        "“15369” stands for 15, 30, 60 and 90 days after the end of the whole observation.",
    ),
    "A-10": Words(
        "入境后在规定天数内抵达的按入境人员管理（济源30天，其他28天）。",
        "Whoever arrives within so many days of the entry is a returnee from overseas (Jiyuan 30, "
        "others 28).",
    ),
    "A-11": Words(
        "一次检测放在末日，两次放在第1天和末日，间隔不少于24小时。",
        "One test is on the last day, two are on day 1 and the last day, at least 24 hours apart.",
    ),
    "A-12": Words(
        "按字面：“结束前”在末日检测，“结束后”在结束次日检测。",
        "Taken literally: “before the end” is the last day, “after the end” the day after it.",
    ),
    "A-13": Words(
        "缺少证明或非绿码不劝离：抵达后补检一次，非绿码由镇街复核，期限不变。",
        "Lacking papers turn nobody away: one test on arrival, a code not green is looked at by "
        "the township, the stages stay.",
    ),
    "A-14": Words(
        "不具备居家条件改为集中观察，适用于单人单间观察，不适用于9天健康监测。",
        "A home that does not suit means a centralised stage in place of the single room, not of "
        "the nine days of monitoring.",
    ),
    "A-15": Words(
        "绿码和核酸证明缺一即管控。",
        "Lacking either the green code or the certificate puts a person under control.",
    ),
    "A-16": Words(
        "缺证明者自抵达起14天内除上下班外不外出，抵达检测阴性前闭环。",
        "Only who lacks papers leaves home for work alone for 14 days from arrival, and not before "
        "the arrival test is negative.",
    ),
    "A-17": Words(
        "“重点地区”等由管理员按来源和日期维护，赣57号按中高风险同等对待。",
        "Areas of key concern and with local cases are kept with source and dates; JX57 treats "
        "them like medium and high risk.",
    ),
    "A-18": Words(
        "来自省内疫情设区市的按后发的处置方案，其余按57号，两者都符合取严。",
        "People from an outbreak city follow the later plan, the rest notice 57; where both match, "
        "the stricter.",
    ),
    "A-19": Words(
        "适用于省内疫情所在设区市来返人员，省外城市可由管理员标注。",
        "It is about outbreak cities inside the province; an outside city may be flagged as well.",
    ),
    "A-20": Words(
        "“中、高风险地区的人员”指14天内在该地停留过的人。",
        "“People of medium- and high-risk areas” are those who stayed there within 14 days.",
    ),
    "A-21": Words(
        "低风险人员缺核酸证明：抵达检测，结果阴性前不流动。",
        "From a low-risk area without a certificate: tested on arrival, staying put until it is "
        "negative.",
    ),
    "A-22": Words(
        "密接、一般接触者、密接的密接各按本通知；未写明的由风险评估决定。",
        "Each degree of contact follows its own notice; where that is silent an "
        "assessment decides.",
    ),
    "A-23": Words(
        "两次采样间隔不少于24小时，在第13天和第14天。",
        "Two samples are at least 24 hours apart, on day 13 and day 14.",
    ),
    "A-24": Words(
        "轨迹交叉者隔离14天；不适合集中隔离须写明原因并经镇街批准。",
        "Crossed tracks mean 14 days; being unfit for a centralised site needs a stated reason and "
        "the township's approval.",
    ),
    "A-25": Words(
        "接触者的14天自安置之日起算。",
        "A contact's 14 days count from the day of placement.",
    ),
    "A-26": Words(
        "吉林通知正文未写天数，默认集中14天、检测3次，可改并须注明来源。",
        "Jilin's text states no days: 14 centralised days and three tests unless a source says "
        "otherwise.",
    ),
    "A-27": Words(
        "隔离人员在第1、7、14天检测，三次阴性后方可居家。",
        "People in isolation are tested on days 1, 7 and 14 and go home only after the third "
        "negative.",
    ),
    "A-28": Words(
        "绿码和核酸证明缺一即集中14天。",
        "Lacking either the green code or the certificate means 14 centralised days.",
    ),
    "A-29": Words(
        "湖北来黔有报备但非绿码：检测阴性后放行，健康码由镇街核查。",
        "From Hubei, reported but without a green code: free after a negative test, the code is "
        "checked by the township.",
    ),
    "A-30": Words(
        "省内14天检测两次；外省已隔离的凭证明抵减；入境28天内抵达加测一次。",
        "Two tests in the 14 days; days served elsewhere count with proof; one more test within 28 "
        "days of the entry.",
    ),
    "A-31": Words(
        "省内首个登记点为首站，解除后移交目的地村居。",
        "The first place of registration in the province is the first station and hands over to "
        "the village.",
    ),
    "A-32": Words(
        "出院后一年随访，自居家隔离结束起第3、6、9、12个月。",
        "The year of follow-up counts from the end of home isolation: months 3, 6, 9 and 12.",
    ),
    "A-33": Words(
        "“提前报备”指抵达之前，不限小时；湖北含武汉。",
        "To report in advance means at any time before the arrival; Hubei includes Wuhan.",
    ),
    "A-34": Words(
        "符合多行时从严，随访各行都保留。",
        "Of several rows the strictest holds, and the follow-ups of all are kept.",
    ),
    "A-35": Words(
        "离开后规定天数内地区升级且更严的重新判定，自变动之日起算。",
        "An area raised within so many days after somebody left means a new plan where it is "
        "stricter, counted from the day of the change.",
    ),
    "A-36": Words(
        "中途降级不改变已开始的管控。",
        "An area lowered on the way changes nothing for the person.",
    ),
    "A-37": Words(
        "入境地已隔离天数凭证明抵减，最多14天，不足部分在本地补足。",
        "Days served at the entry point count with proof, 14 at most; the balance is served here.",
    ),
    "A-38": Words(
        "体温37.3℃及以上、有症状、检测阳性、非绿码、不在位均为异常，2小时内报告。",
        "37.3 °C and above, symptoms, a positive test, a code not green or an absence is abnormal "
        "and reported within two hours.",
    ),
    "A-42": Words(
        "自最后一例之日起满14天次日可建议降级，由上级决定。",
        "From the day after 14 clear days a lower level may be proposed; the level above decides.",
    ),
    "A-44": Words(
        "其他地区返回人员自抵达起自我健康监测14天。",
        "Returnees from elsewhere monitor themselves for 14 days from the arrival.",
    ),
    "A-45": Words(
        "集中隔离点登记即为当日监测，包保干部每日至多再联系一次。",
        "The site's entry is the daily check; the cadre phones once a day at most.",
    ),
    "A-46": Words(
        "9天居家监测期间非必要不外出，外出须经包保干部同意，不乘公交、不聚集。",
        "In the nine days at home: necessary outings only, with the cadre's consent, no public "
        "transport, no gatherings.",
    ),
    "A-47": Words(
        "学生中高风险或重点地区任一即居家隔离14天，隔离结束前不返校。",
        "Pupils from a medium-, high-risk or key area isolate at home for 14 days before they come "
        "to school.",
    ),
    "A-48": Words(
        "抵达检测一次，社区干部每日联系。",
        "One test on arrival, and the cadre's daily contact.",
    ),
    "A-49": Words(
        "非法入境人员集中14天后同样居家14天。",
        "Irregular entrants owe the 14 days at home as well.",
    ),
    "A-50": Words(
        "通知未写终止日期，生效起止由管理员设定，人员按抵达时的版本管理；未附文件列明缺失。",
        "No notice ends by itself: its dates are set here, people keep the version they were "
        "planned under, and missing papers are named as missing.",
    ),
    "A-55": Words(
        "儿童和需照护者经镇街批准可有陪护，陪护人同期隔离。",
        "Children and people needing care may have a companion with the township's approval.",
    ),
    "A-56": Words(
        "阳性即停止阶段转为病例；拒检则阶段延续并上报。",
        "A positive test ends the stage and makes a case; a refused one keeps the stage open.",
    ),
    "A-58": Words(
        "自我监测人员不适用第4项“到位”，其余五项始终适用。",
        "Whoever monitors themselves is not owed item four; the other five always apply.",
    ),
}


def reading(name: str) -> Words | None:
    """Return the sentence of a reading (`A-01`), or None where it is not one of ours."""
    return READINGS.get(name)
