"""A sign-up chain pasted from a chat is a list: told by form, asked where it can be read twice."""

from datetime import date

import pytest

from grid.imports.chains import is_chain, parts
from grid.imports.choosing import sheets
from returnees.imports.list import RETURNEES
from tests.grid.imports.world import HEADINGS, codes, csv, id_number, line, read

ID = id_number()
FULL = f"田小禾 {ID} 15400000001 海月市城南区 2月8日 高铁G78 上河村"
EXPECTED = {
    "name": "田小禾",
    "id_number": ID,
    "phone": "15400000001",
    "origin_code": "990201",
    "return_date": date(2021, 2, 8),
    "transport": "train",
    "transport_no": "G78",
    "dest_code": "990101100201",
}


def entry(text, home="990101"):
    """Return the one data row of a chain with a single entry."""
    _understood, rows = read(f"#接龙\n1. {text}".encode(), home)
    (row,) = [row for row in rows if row.kind == "data"]
    return row


def facts(row):
    return {key: row.values[key] for key in EXPECTED}


WHOLE = f"""#接龙
柳湾镇返乡登记：姓名 身份证号 电话 从哪里来 回村时间 车次
例：张三 1101011990XXXXXXXX 138XXXXXXXX 广东深圳 2月8日 高铁G78

1. {FULL}
2、白云，{id_number("19900101")}，15400000002，上海黄浦区，1月21日，自驾豫U12345，泉西
③ 石磊 电话154-0000-0003
身份证{id_number("19910101")}

海月市 海月县 2月3日 康村
"""


def test_a_chain_is_read_as_rows_with_title_example_and_entries():
    understood, rows = read(WHOLE.encode())
    assert understood.form == "chain"
    assert understood.header_rows == ()
    assert [row.kind for row in rows] == (
        ["title", "info", "example", "blank", "data", "data", "data", "blank"]
    )
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [row.verdict for row in rows if row.kind == "data"] == ["warn"] * 3
    assert [(p.code, p.params["entries"]) for p in understood.problems] == [("chain_read", 3)]
    assert facts(rows[4]) == EXPECTED
    assert rows[5].values["transport_no"] == "豫U12345"
    assert rows[5].values["name"] == "白云"
    assert rows[6].values["phone"] == "15400000003"
    assert rows[6].values["origin"] == "海月市海月县"


def test_the_entry_is_kept_as_it_was_written():
    assert entry(FULL).raw["接龙原文"] == FULL
    assert entry(FULL).raw["联系电话"] == "15400000001"


@pytest.mark.parametrize(
    "text",
    [
        FULL.replace(" ", "，"),
        FULL.replace(" ", "/"),
        FULL.replace(" ", "、"),
        FULL.replace(" ", "\n"),
        FULL.replace(" ", "  ,  "),
        FULL.replace("田小禾 ", "田小禾").replace(f"{ID} ", ID),
        f"高铁G78次 2021年2月8日 下午3点 从海月市城南区回上河村，{ID}，田小禾，电话：15400000001",
        f"姓名：田小禾；身份证号：{ID}；手机：15400000001；出发地：海月市城南区；"
        "返乡时间：2月8日；车次：G78；交通方式：高铁；目的地社区村：上河村",
        f"田小禾 +86 154 0000 0001 {ID[:6]} {ID[6:14]} {ID[14:]} 云溪省 海月市 城南区 "
        "2021-02-08 坐高铁 G78 柳湾镇 上河村",
        f"田小禾　１５４０００００００１　{ID}　海月城南区　2.8　高铁　g78　上河",
        f"田 小禾 {ID} 15400000001 海月城南区 2/8 高铁G78 上河村委会",
    ],
)
def test_whatever_order_and_punctuation_people_use_the_same_facts_come_out(text):
    assert facts(entry(text)) == EXPECTED


def test_where_somebody_goes_is_not_where_they_come_from():
    row = entry(f"白云 {ID} 15400000001 上海黄浦区→泉西社区3号楼2单元 2月8日")
    assert row.values["origin_code"] == "310101"
    assert row.values["dest_code"] == "990101001001"
    assert (
        entry(f"田小禾 {ID} 15400000001 青禾市北区 2月8日 泉西社区3组").values["dest_detail"]
        == "3组"
    )


def test_tests_codes_and_documents_are_told_by_their_words():
    row = entry(
        "刘洋 女 护照E12345678 15400000001 海月县 2月7日 泉西 核酸2月6日阴性 绿码 与父母同住"
    )
    values = row.values
    assert (values["id_type"], values["id_number"]) == ("passport", "E12345678")
    assert (values["sex"], values["health_code"], values["nat_result"]) == (
        "F",
        "green",
        "negative",
    )
    assert (values["return_date"], values["nat_date"]) == (date(2021, 2, 7), date(2021, 2, 6))
    assert values["remark"] == "与父母同住"


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        (FULL.replace("2月8日", "2月7日或2月8日"), "chain_several", "return_date"),
        (FULL.replace("田小禾", "田小禾 石磊"), "chain_several", "name"),
        (FULL.replace("海月市城南区", "海月市城南区 上海黄浦区"), "chain_several", "origin"),
        (FULL.replace("上河村", "城南区").replace("海月市城南区", ""), "origin_ambiguous", ""),
        (FULL.replace("上河村", "桂园"), "village_ambiguous", ""),
        (FULL.replace("2月8日", "腊月廿六"), "date_unparseable", ""),
        (FULL.replace("15400000001", "1540000001"), "phone_invalid", ""),
        (FULL.replace(ID, ID[:-1]), "id_length", ""),
        (FULL.replace(ID, "1.10101E+17"), "id_precision_lost", ""),
        ("+1", "chain_plus", ""),
    ],
)
def test_what_can_be_read_in_two_ways_or_not_at_all_waits(text, code, key):
    row = entry(text)
    assert code in codes(row)
    assert row.verdict == "error"


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("今天", 8), ("明天", 9), ("明天下午3点", 9), ("预计后天", 10), ("大后天到家", 11),
        ("返乡时间：明日", 9), ("昨天", 7), ("定于明天返回", 9),
    ],
)  # fmt: skip
def test_a_day_told_from_the_day_of_the_chain_is_counted_from_it_and_said(said, day):
    row = entry(FULL.replace("2月8日", said))

    assert facts(row) == EXPECTED | {"return_date": date(2021, 2, day)}
    assert "date_relative" in codes(row)
    assert row.verdict == "warn"
    (told,) = [one for one in row.problems if one.code == "date_relative"]
    assert (told.column, told.params["as_of"]) == ("返乡时间", date(2021, 2, 8))


def test_a_test_of_yesterday_is_dated_and_two_days_are_still_a_question():
    tested = entry(f"{FULL} 核酸昨天阴性").values
    assert (tested["nat_date"], tested["return_date"]) == (date(2021, 2, 7), date(2021, 2, 8))
    assert "chain_several" in codes(entry(FULL.replace("2月8日", "明天或2月12日")))


@pytest.mark.parametrize("name", ["李明天", "钱后天"])
def test_a_name_that_holds_such_a_word_stays_a_name(name):
    row = entry(FULL.replace("田小禾", name))
    assert facts(row) == EXPECTED | {"name": name}


def test_in_a_table_nobody_knows_when_tomorrow_was_written():
    _understood, rows = read(csv(line(date="明天")))
    assert "date_unparseable" in codes(rows[-1])


def test_several_persons_in_an_entry_and_companions_are_told_of():
    two = f"{FULL}，石磊 {id_number('19910101')} 15400000002"
    assert "multi_person_cell" in codes(entry(two))
    assert "chain_companions" in codes(entry(f"{FULL} 带小孩"))
    assert entry(f"{FULL} 带小孩").values["remark"] == "带小孩"


def test_in_a_village_s_own_group_the_village_need_not_be_said():
    row = entry(FULL.removesuffix("上河村"), home="990101100201")
    assert facts(row) == EXPECTED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#接龙\n1. 张三", True),
        ("【接龙】返乡登记\n张三 15400000001", True),
        ("1. 田小禾 15400000001\n2. 石磊 15400000002", True),
        ("返乡登记\n(1) 田小禾 15400000001\n（2）石磊\n15400000002", True),
        ("①田小禾 15400000001\n②石磊 15400000002", True),
        ("1. 请如实填写\n2. 每日报送", False),
        (HEADINGS + "\n1.," + line(), False),
        ("1\t田小禾\t15400000001\n2\t石磊\t15400000002", False),
        ("、田小禾 15400000001\n．石磊 15400000002", False),
        ("", False),
    ],
)
def test_a_chain_is_known_by_its_content(text, expected):
    assert is_chain(text) is expected


def test_without_numbers_every_line_with_a_person_is_an_entry():
    found = parts("#接龙\n请报名\n田小禾 15400000001\n谢谢大家\n石磊 15400000002")
    assert [part.kind for part in found] == ["title", "info", "data", "info", "data"]


def test_numbers_rise_and_a_date_in_front_of_a_line_begins_no_entry():
    found = parts("#接龙\n1. 田小禾\n2.8 回来\n2. 石磊\n1. 说明\n30. 远了")
    assert [part.text for part in found if part.kind == "data"] == (
        ["田小禾\n2.8 回来", "石磊\n1. 说明\n30. 远了"]
    )


def test_a_chain_is_offered_as_one_sheet_and_a_table_stays_a_table():
    (only,) = sheets(WHOLE.encode("gb18030"), RETURNEES)
    assert (only.rows, only.guess) == (3, True)
    assert read(csv(line()))[0].form == "table"
    assert read(WHOLE.encode("utf-16"))[0].counts["data"] == 3


OTHER = id_number("19900101")
REST = "15400000002 海月县 2月8日 康村"


@pytest.mark.parametrize(
    "text",
    [
        f"1. {FULL}\n1. 白云 {OTHER} {REST}",  # two posted at the same moment
        f"1. {FULL}\n9. 白云 {OTHER} {REST}",
        f"1️⃣{FULL}\n2️⃣白云😊 {OTHER} 📱{REST}🙏",
        f"🔟{FULL}\n1️⃣1️⃣白云[玫瑰] {OTHER} {REST}",
        f"一、{FULL}\n二、白云 {OTHER} {REST}",
        f"1. {FULL}\n白云 {OTHER} {REST}",  # forgot the number
        f"1.{FULL}\n2.白云15400000002{OTHER}海月县2月8日康村",
        f"1.{FULL}\n2）白云身份证{OTHER}电话15400000002海月县2.8日康村",
        f"1. {FULL}\n2. 云淡风轻：白云 {OTHER} {REST}",
        f"1. {FULL}\n2. 康村：白云 {OTHER} 15400000002 海月县 2月8日",
        f"1. {FULL}\n2. 姓名:白云 身份证:{OTHER} 电话:15400000002 从哪里回来:海月县 "
        "回来时间:2月8日 住址:康村3组",
        f"1. {FULL}\n#接龙\n1. 白云 {OTHER} {REST}",
    ],
)
def test_however_a_chat_writes_it_two_persons_are_two_rows(text):
    _understood, rows = read(f"#接龙\n{text}".encode())
    first, second = (row for row in rows if row.kind == "data")
    assert facts(first) == EXPECTED
    assert (second.verdict, second.values["name"], second.values["phone"]) == (
        "warn",
        "白云",
        "15400000002",
    )
    assert second.values["id_number"] == OTHER
    assert second.values["origin_code"] == "990202"
    assert second.values["dest_code"] == "990101001002"
    assert second.values["return_date"] == date(2021, 2, 8)


def test_lines_of_a_chat_without_any_number_are_a_chain():
    text = f"田小禾 2021/2/8 19:30\n{FULL}\n白云 2021/2/8 19:31\n白云 {OTHER} {REST}\n"
    understood, rows = read(text.encode())
    assert understood.form == "chain"
    assert [row.values["name"] for row in rows if row.kind == "data"] == ["田小禾", "白云"]


def test_a_village_that_reports_nobody_is_no_person():
    _understood, rows = read(f"#接龙\n1. 康村 0人\n2. 上河村无返乡人员\n3. {FULL}".encode())
    assert [row.kind for row in rows] == ["title", "note", "note", "data"]


def test_one_more_who_is_not_named_is_told_of():
    row = entry(FULL.replace("田小禾", "田小禾+1"))
    assert row.values["name"] == "田小禾"
    assert "chain_companions" in codes(row)
