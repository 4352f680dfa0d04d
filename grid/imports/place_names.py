"""The names places go by: official, without suffix, without the place above in front."""

import re

# Codes and names of the provinces (GB/T 2260), for texts about places that are not loaded.
PROVINCES = {
    "11": "北京市", "12": "天津市", "13": "河北省", "14": "山西省", "15": "内蒙古自治区",
    "21": "辽宁省", "22": "吉林省", "23": "黑龙江省", "31": "上海市", "32": "江苏省",
    "33": "浙江省", "34": "安徽省", "35": "福建省", "36": "江西省", "37": "山东省",
    "41": "河南省", "42": "湖北省", "43": "湖南省", "44": "广东省", "45": "广西壮族自治区",
    "46": "海南省", "50": "重庆市", "51": "四川省", "52": "贵州省", "53": "云南省",
    "54": "西藏自治区", "61": "陕西省", "62": "甘肃省", "63": "青海省", "64": "宁夏回族自治区",
    "65": "新疆维吾尔自治区", "71": "台湾省", "81": "香港特别行政区", "82": "澳门特别行政区",
}  # fmt: skip
MUNICIPALITIES = frozenset(("11", "12", "31", "50", "71", "81", "82"))

_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|"
    "纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|"
    "德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|各"
)
_AUTONOMOUS = re.compile(rf"(.{{2,}}?)(?:(?:{_PEOPLES})族?)+自治(?:区|州|县|旗)")
_REGION_SUFFIX = re.compile(
    r"(.{2,}?)(?:特别行政区|自治区|自治州|自治县|自治旗|地区|林区|矿区|新区|省|市|盟|州|区|县|旗)"
)
_OFFICE = re.compile(r"(?:人民政府|镇政府|乡政府|政府)$")
_TOWN_SUFFIX = re.compile(
    r"(.+?)(?:街道办事处|街道办|街道|办事处|地区办事处|民族镇|民族乡|镇|乡|片区|苏木|管理区|管委会|农场|林场)"
)
_TOWN_PEOPLES = re.compile(rf"(.{{2,}}?)(?:(?:{_PEOPLES})族)+(?:民族)?乡")
_COMMITTEE = re.compile(
    r"(?:(?:村民|居民|社区居民|家属|生活区)?委员?会+|村民委会|居民委会+|社区居委会|居委会|村委会|村委|居委|生活区)$"
)
_HAMLET_SUFFIX = re.compile(r"(.{2,})(?:社区|村|居)$")


def region_names(name: str) -> set[str]:
    """Return the names a province, city or county goes by, the official one among them."""
    names = {name}
    autonomous = _AUTONOMOUS.fullmatch(name)
    if autonomous:
        names |= {autonomous[1], autonomous[1] + name[-1]}
    plain = _REGION_SUFFIX.fullmatch(name)
    if plain and not autonomous:
        names.add(plain[1])
    return names


def town_forms(text: str) -> tuple[str, ...]:
    """Return a township's name as written and its stem: 北海街道办事处 -> 北海街道, 北海."""
    name = text
    if _OFFICE.search(text):
        bare = _OFFICE.sub("", text)
        name = bare + text[len(bare)] if text[len(bare)] in "镇乡" else bare
    for suffix in ("街道办事处", "街道办"):
        if name.endswith(suffix) and len(name) > len(suffix):
            name = name[: -len(suffix)] + "街道"
    match = _TOWN_PEOPLES.fullmatch(name) or _TOWN_SUFFIX.fullmatch(name)
    stem = match[1] if match else name
    return (name,) if stem == name else (name, stem)


def village_forms(text: str) -> tuple[str, str, str]:
    """Return a village's name in three degrees: official, without its committee, stem.

    泉西社区居民委员会 -> 泉西社区 -> 泉西. 村 stays where only one character would be left: 康村.
    """
    official = text.replace("居民委会会", "居民委员会").replace("居民委会", "居民委员会")
    base = _COMMITTEE.sub("", official)
    if base != official and len(base) == 1:
        base += "村"
    base = base or official
    hamlet = _HAMLET_SUFFIX.fullmatch(base)
    return official, base, hamlet[1] if hamlet else base
