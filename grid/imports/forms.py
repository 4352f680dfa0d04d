"""What stands in running text, told by its form: numbers, dates, vehicles, and which are persons.

Each form found is taken out of the text and leaves one mark, so that what is left can be cut at
blanks and punctuation. A mark is a character of the supplementary private area.
"""

import re
from dataclasses import dataclass
from typing import Literal

from grid.imports.dates import AWAY
from grid.imports.text import words

Form = Literal["id_number", "paper", "phone", "date", "vehicle"]

_FIRST_MARK = 0xF0000
MARK = re.compile("[\U000f0000-\U000f0fff]")
_TIME = (
    r"(?:\s*(?:上午|下午|早上|中午|晚上|傍晚|凌晨|晚|早)?\s*[0-9]{1,2}"
    r"(?::[0-9]{2}|[点时](?:[0-9]{1,2}分?|半)?)(?:左右|前)?)?"
)
_MONTH_DAY = r"(?:1[0-2]|0?[1-9])[./-](?:3[01]|[12][0-9]|0?[1-9])"
_PLATE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_FORMS: tuple[tuple[Form, re.Pattern[str]], ...] = (
    (
        "paper",
        re.compile(
            r"(?P<kind>护照|港澳通行证|回乡证|台胞证|居住证|通行证)(?:号码?)?[:\s]*"
            r"(?P<value>[A-Za-z]{0,2}[0-9]{5,11}[A-Za-z]?)(?![0-9A-Za-z])"
        ),
    ),
    (
        "id_number",
        re.compile(
            r"(?<![0-9A-Za-z])"
            r"(?:[0-9]{6}(?:19|20)[0-9]{9}[0-9Xx](?=1[3-9][0-9]{9}(?![0-9]))"  # a phone follows
            r"|(?:[0-9]{6}[ -]?(?:19|20)[0-9]{2}[ -]?[0-9]{4}[ -]?[0-9]{3}[0-9Xx]"
            r"|(?!0086)[0-9]{14,20}[Xx]?|[0-9](?:\.[0-9]+)?[Ee]\+?1[0-9])(?![0-9A-Za-z]))"
        ),
    ),
    (
        "phone",
        re.compile(
            r"(?<![0-9])(?:(?:\+|00)?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])"
            r"|(?<![0-9])1[3-9][0-9]{8}(?![0-9])|(?<![0-9])1[3-9][0-9]{10}(?![0-9])"
            r"|(?<![0-9])0[0-9]{2,3}-?[0-9]{7,8}(?![0-9])"
        ),
    ),
    (
        "date",
        re.compile(
            rf"(?<![0-9.])(?:(?:20[0-9]{{2}}|[0-9]{{2}})年[0-9]{{1,2}}月[0-9]{{1,2}}[日号]?{_TIME}"
            rf"|20[0-9]{{2}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}(?![0-9]){_TIME}"
            rf"|[0-9]{{1,2}}月[0-9]{{1,2}}[日号]?{_TIME}|20[0-9]{{6}}(?![0-9])"
            rf"|{_MONTH_DAY}(?:[日号]|(?![0-9./-])){_TIME})"
        ),
    ),
    (
        "date",
        re.compile(
            "(?:农历|阴历)?(?:腊月|正月)(?:[初廿卅二三]?[一二三四五六七八九十]+|[0-9]{1,2})[日号]?"
            "|(?:大年|年)(?:三十|初[一二三四五六七])|除夕"
            "|(?:(?<=^)|(?<=[\\s,;。，]))[0-9]{1,2}[日号](?![\u4e00-\u9fff])"
        ),
    ),
    (
        "date",
        re.compile(
            # 李明天 is a name: a day follows no other character but of a few words.
            rf"(?:(?<![\u4e00-\u9fff])|(?<=[计备算划约概将会要是定拟回返到达酸测样村区县市省])|(?<=[定将拟]于))"
            rf"(?:{'|'.join(AWAY)})"
            rf"(?:上午|下午|早上|中午|晚上|傍晚|凌晨|早|晚)?{_TIME}"
        ),
    ),
    (
        "vehicle",
        re.compile(
            rf"{_PLATE}[A-Za-z][·.•]?[A-Za-z0-9]{{5,6}}(?![A-Za-z0-9])"
            r"|(?<![A-Za-z0-9])[GDCKTZYLgdcktzyl][0-9]{1,4}(?![0-9A-Za-z]|栋|座|幢|单元|室|号)次?"
            r"|(?<![A-Za-z0-9])(?:[A-Za-z]{2}|[A-Za-z][0-9]|[0-9][A-Za-z])[0-9]{3,4}(?![A-Za-z0-9])"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Item:
    """Something found by its form; `kind` names the document where the text does."""

    form: Form
    text: str
    kind: str = ""


def take_out(text: str) -> tuple[str, dict[str, Item]]:
    """Return the text with a mark for everything that has a form, and what the marks stand for."""
    items: dict[str, Item] = {}
    for form, pattern in _FORMS:

        def note(match: re.Match[str], form: Form = form) -> str:
            groups = match.groupdict()
            mark = chr(_FIRST_MARK + len(items))
            found = groups.get("value") or match[0].removesuffix("次")
            items[mark] = Item(form, found, groups.get("kind") or "")
            return mark

        text = pattern.sub(note, text)
    return text, items


_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦"
    "昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧肖尹"
    "姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐"
    "邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀"
    "羊惠甄曲家封芮羿储靳汲糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景詹"
    "束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍桑"
    "桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄"
    "阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公"
    "付闫覃苟苑仝晋楚帅牟佘佟涂鹿芦阳兰丛岳代原樵揭辜银练敬翦卿操伦承撒肇琚买代母延"
)  # fmt: skip
_DOUBLE = frozenset(
    ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯")
)
_SPACED = re.compile(r"\s*([\u4e00-\u9fff])[ \t]+(?=[\u4e00-\u9fff]{1,2}(?:[^\u4e00-\u9fff]|$))")
_PERSON = re.compile("[\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0003ffff]{2,4}")
_FOREIGN = re.compile("[\u4e00-\u9fff]{1,8}(?:[·•][\u4e00-\u9fff]{1,8})+")
# What begins like a surname and is none.
_NO_NAMES = frozenset(
    words(
        "回来 回家 回村 返乡 已回 已返 未回 过年 全家 家人 安全 高铁 车站 时间 方便 平安 "
        "成功 收到 单人 单位 居家 计划 关注 常住 老家 任何 明确 暂定 大概 预计 经过 路过 "
        "都是 全部 申请 应该 连同 从未 一家 居住 工地 元旦 春节 家里 向阳 关系 周末 时候 "
        "易地 房东 司机 路上 经停 中转 同车 水果 东莞 金华 广州 成都 江门 梅州 毕节 安阳 "
        "乐山 昌平 温州"
    )
)


def close_up(text: str) -> str:
    """Return a text without the blank inside a short name at its beginning: 王 莉 -> 王莉."""
    match = _SPACED.match(text)
    return match[1] + text[match.end() :] if match and match[1] in _SURNAMES else text


def is_surely_a_name(text: str) -> bool:
    """Say whether a text has the form of a name: a known surname and a given name, or dots."""
    if _FOREIGN.fullmatch(text):
        return True
    if not _PERSON.fullmatch(text) or text in _NO_NAMES:
        return False
    return text[:2] in _DOUBLE if len(text) == 4 else text[0] in _SURNAMES or text[:2] in _DOUBLE


def may_be_a_name(text: str) -> bool:
    """Say whether a text could be a name as well: a few Chinese characters."""
    return _PERSON.fullmatch(text) is not None and text not in _NO_NAMES
