"""The text of a chat before it is read: pictures out, and apart what was typed without a blank."""

import re
import unicodedata
from collections.abc import Iterator

from grid.imports.forms import MARK
from grid.imports.text import clean, words

_KEYCAP = re.compile("([0-9])\ufe0f?\u20e3")
_TEN = "\U0001f51f"
_EMOTE = re.compile(
    r"\[(?:玫瑰|抱拳|强|微笑|呲牙|OK|合十|爱心|太阳|握手|鼓掌|愉快|偷笑|可爱|拥抱|加油|福|鞭炮|庆祝|"
    r"憨笑|害羞|调皮|胜利|咖啡|蛋糕|礼物|耶|嘿哈|捂脸|奸笑|机智|皱眉|红包|发|爆竹|烟花)\]"
)
_PICTURES = {"So", "Sk", "Cs", "Co", "Mn"}
_KEPT = frozenset("℃°①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
_PHONE_THEN_ID = re.compile(
    r"(?<![0-9])(1[3-9][0-9]{9})(?=[0-9]{6}(?:19|20)[0-9]{9}[0-9Xx](?![0-9A-Za-z]))"
)
# A heading that stands between a word and its number without a blank: 石磊电话15400000003.
_LABELS = "身份证号码|身份证号|身份证|证件号码|证件号|联系电话|联系方式|手机号码|手机号|手机|电话"
_LABEL = re.compile(rf"(?<=[\u4e00-\u9fff])(?={_LABELS})(?=(?:{_LABELS})[:：\s]*[0-9+])")

_CUTS = re.compile(r"[\s,;。，；|/、()\[\]【】《》<>!！\"“”]+")
_FROM = re.compile(r"^(?:我?现?在|目前在|人在|来自|从|由|自)(?=..)")
_BACK = re.compile(
    r"(?<=..)(?:打工|务工|上班|工作|上学|读书|出发)?"
    r"(?:坐车|开车)?(?:回来|返回|回家|到家|返乡|回村|过来|出发|回老家|回|返|来|到)?$"
)

# What people call a field in a chat, by the kind of field.
LABELS: dict[str, tuple[str, ...]] = {
    "name": words("名字 本人 我叫 我是"),
    "origin": words(
        "从哪里回来 从哪回来 从哪里来 从哪来 哪里回来 来自哪里 在哪里 从哪里返回 从哪返回 来自 "
        "出发城市 出发地点 工作地点 工作城市 打工地"
    ),
    "window_date": words(
        "时间 日期 回来时间 回家时间 到家时间 返回时间 返乡时间 返程时间 到达时间 几号回来 "
        "哪天回来 回来日期 返回日期"
    ),
    "village": words("住址 家庭住址 住 家住 地址 老家 村 回哪里 目的地 到哪里 哪个村"),
}


def prepared(text: str) -> str:
    """Return the text of one entry, line by line in compatibility form, without pictures.

    A phone and an ID number typed together, or a heading stuck to a word, are set apart.
    """
    lines = (clean(unicodedata.normalize("NFKC", without_pictures(x))) for x in text.splitlines())
    apart = _PHONE_THEN_ID.sub(r"\1 ", "\n".join(lines))
    return _LABEL.sub(" ", apart)


def with_plain_numbers(text: str) -> str:
    """Return a text whose keycap numbers are numbers with a dot: 1️⃣田小禾 -> 1. 田小禾."""
    text = text.replace(_TEN, "10. ")
    return re.sub(
        "((?:[0-9]\ufe0f?\u20e3)+)", lambda match: _KEYCAP.sub(r"\1", match[0]) + ". ", text
    )


def without_pictures(text: str) -> str:
    """Return a text whose emojis and emotes are blanks."""
    text = _EMOTE.sub(" ", text)
    if text.isascii() or not any(unicodedata.category(char) in _PICTURES for char in text):
        return text
    return "".join(
        " " if unicodedata.category(char) in _PICTURES and char not in _KEPT else char
        for char in text
    )


def words_of(text: str) -> Iterator[str]:
    """Yield the words and marks of a text in their order."""
    for word in _CUTS.split(text):
        for part in re.split(f"({MARK.pattern})", word):
            if part:
                yield part


def bare(word: str) -> str:
    """Return a word without what people say around a place: 从深圳回来 -> 深圳."""
    return _BACK.sub("", _FROM.sub("", word))
