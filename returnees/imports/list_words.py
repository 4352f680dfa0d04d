"""What people write in lists of returnees for the values of a choice."""

from grid.imports.text import words

TRANSPORT = {
    "self_drive": words("自驾 自驾车 驾车 自己开车 开车 私家车 小轿车 小汽车 轿车 自驾游"),
    "train": words(
        "火车 高铁 动车 铁路 列车 高铁/动车 火车/高铁 普快 特快 快车 绿皮车 城际 城铁 坐火车 "
        "坐高铁 动车组 高铁动车"
    ),
    "plane": words("飞机 航班 民航 坐飞机 航空 乘飞机"),
    "coach": words(
        "客车 大巴 大巴车 长途汽车 客运 长途客车 汽车站坐车 长途大巴 班车 客运班车 客运汽车 "
        "公交 公交车 中巴 坐大巴"
    ),
    "ride_hailing": words("网约车 顺风车 拼车 滴滴 包车 出租车 打车 的士 滴滴顺风车"),
    "ferry": words("渡轮 轮船 船舶 坐船 船 客轮"),
    "other": words("其他 其它 步行 不详 摩托车 电动车 骑车 其他方式"),
}
HEALTH_CODE = {
    "green": words("绿 绿码 绿色 正常 green 绿色码 绿码正常 绿色带*"),
    "yellow": words("黄 黄码 黄色 yellow 黄色码"),
    "red": words("红 红码 红色 red 红色码"),
    "none": words("无 无码 未申领 没有 老人无手机 无手机 儿童 未申请 不会使用 无智能手机"),
}
TEST_RESULT = {
    "negative": words(
        "阴性 阴 (-) - 未检出 阴性(-) negative 核酸阴性 检测阴性 阴性证明 24小时阴性 "
        "24小时内阴性 核酸检测24小时阴性 核酸检测24小时内阴性 48小时阴性 48小时内阴性 "
        "核酸检测48小时阴性 核酸检测48小时内阴性 72小时阴性 72小时内阴性 核酸检测72小时阴性 "
        "核酸检测72小时内阴性"
    ),
    "positive": words("阳性 阳 + (+) 阳性(+) positive 核酸阳性 检出"),
    "pending": words("待出 已采样 结果未出 未出结果 待出结果 未出 等待结果 检测中 待检测结果"),
    "not_done": words(
        "未做 未检测 无 没做 近期无核酸检测结果 — / 未采样 没有 没检测 未做核酸 暂未检测 未检 "
        "近期无"
    ),
}
ISOLATION = {
    "centralised": words("集中隔离 隔离点 集中隔离医学观察 酒店隔离 隔离点隔离 集中医学观察 集中"),
    "home_isolation": words(
        "居家隔离 居家隔离医学观察 居家医学观察 在家隔离 居家观察 居家隔离观察"
    ),
    "home_monitor": words(
        "居家健康监测 健康监测 14天居家健康监测 居家监测 自我健康监测 7天居家健康监测 "
        "日常健康监测 14天健康监测 7天健康监测 居家健康观察 居家"
    ),
    "none": words("无需管控 无 无需 正常 已解除 解除 不需要 无管控 解除隔离 未管控"),
}
