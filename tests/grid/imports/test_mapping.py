"""What people have settled about columns and values comes before the synonyms."""

import pytest

from grid.imports.lists import Field
from grid.imports.mapping import SavedMapping, column_keys, layout_key, value_key
from grid.imports.understanding import understand
from returnees.imports.list import RETURNEES
from tests.grid.imports.world import HEADINGS, codes, context, csv, line

ASKED = HEADINGS.replace("返乡时间", "到达时间")


def read(data, columns=None, values=None):
    mapping = SavedMapping(columns or {}, values or {})
    understood = understand(data, RETURNEES, context(), mapping=mapping)
    return understood, [row for row in understood.rows if row.kind == "data"]


def fields(understood):
    return {column.label: column.field for column in understood.columns}


def test_an_ambiguous_heading_is_a_question_with_its_candidates():
    understood, _rows = read(csv(line(), head=ASKED.replace("目的地社区村", "目的地")))
    village, arrival = understood.questions
    assert village.column.label == "目的地"
    assert village.candidates == ("dest_village", "dest_detail")
    assert village.taken == "dest_village"
    assert (arrival.code, arrival.candidates) == ("column_ambiguous", ("return_date",))
    assert arrival.column.key == "到达时间"


def test_a_second_column_of_a_field_is_a_question_and_can_be_preferred():
    data = csv(line(remark="15400000002"), head=HEADINGS.replace("备注", "电话"))
    understood, _rows = read(data)
    (question,) = understood.questions
    assert (question.code, question.candidates) == ("column_duplicate", ("phone",))
    assert question.taken is None
    understood, rows = read(data, {question.column.key: "phone"})
    assert fields(understood)["电话"] == "phone"
    assert rows[0].values["phone"] == "15400000002"
    assert rows[0].raw["联系电话"] == "15400000001"


def test_what_is_settled_wins_over_the_synonyms_and_is_not_asked_again():
    understood, rows = read(csv(line(), head=ASKED), {"到达时间": "return_date"})
    assert understood.questions == ()
    assert understood.problems == ()
    assert rows[0].verdict == "ok"
    understood, rows = read(csv(line(remark="亲戚家")), {"备注": "dest_detail"})
    assert fields(understood)["备注"] == "dest_detail"
    assert rows[0].values["dest_detail"] == "亲戚家"


def test_a_column_settled_to_feed_nothing_is_kept_with_the_row_in_silence():
    understood, rows = read(csv(line(remark="甲")), {"备注": None})
    assert fields(understood)["备注"] is None
    assert understood.problems == ()
    assert rows[0].raw["备注"] == "甲"


def test_headings_nobody_knows_are_found_by_a_mapping_alone():
    head = "甲,乙,丙,丁,戊,己,庚,辛,壬,癸"
    order = HEADINGS.split(",")
    known = fields(read(csv(line()))[0])
    keys = {new: known[old] for new, old in zip(head.split(","), order, strict=True)}
    _understood, rows = read(csv(line(), head=head), keys)
    assert [row.verdict for row in rows] == ["ok"]
    assert rows[0].values["dest_code"] == "990101100201"


def test_a_required_column_nobody_knew_is_read_once_it_is_settled_and_asked_for_until_then():
    head = HEADINGS.replace("出发地", "甲列").replace("返乡时间", "乙列")
    data = csv(line(), head=head)
    understood, rows = read(data, {"甲列": "origin", "乙列": "return_date"})
    assert (understood.questions, rows[0].verdict) == ((), "ok")
    understood, rows = read(data, {"甲列": "origin"})
    assert [(one.column.label, one.candidates) for one in understood.questions] == [
        ("乙列", ("return_date",))
    ]
    understood, _rows = read(data, {"甲列": "origin", "乙列": None})
    assert [one.column.label for one in understood.questions] == ["乙列"]


@pytest.mark.parametrize("how", [{"required": True}, {"doubtful": ("到达时间",)}])
def test_a_field_to_ask_about_without_a_heading_to_ask_by_is_no_declaration(how):
    assert Field("arrival", "date", ()).headings == ()  # fed by mappings alone
    with pytest.raises(ValueError, match=r"the field arrival .* give it a heading of its own"):
        Field("arrival", "date", (), **how)


def test_a_mapping_to_fields_the_list_does_not_have_is_ignored():
    understood, _rows = read(csv(line()), {"姓名": "shoe_size"})
    assert fields(understood)["姓名"] == "name"


def test_unknown_words_are_counted_and_a_mapping_gives_them_a_meaning():
    head = HEADINGS.replace("备注", "健康码")
    data = csv(line(remark="绿马"), line(remark=" 绿马"), line(remark="绿码"), head=head)
    understood, rows = read(data)
    assert understood.unknown_values == {"health_code": {"绿马": 2}}
    assert rows[0].problems[0].params["saved_as"] == "绿马"
    _understood, rows = read(data, values={"health_code": {"绿马": "green"}})
    assert [row.values["health_code"] for row in rows] == ["green"] * 3
    _understood, rows = read(data, values={"health_code": {"绿马": "blue"}})
    assert rows[0].values["health_code"] is None


def test_a_settled_village_and_origin_answer_the_question_for_all_rows_to_come():
    data = csv(line(town="", village="桂园", origin="城南区"), line(town="柳湾镇", village="桂园"))
    _understood, rows = read(data)
    assert codes(rows[0]) == ["origin_ambiguous", "village_ambiguous"]
    origin, village = (one.params["saved_as"] for one in rows[0].problems)
    _understood, rows = read(
        data,
        values={"dest_village": {village: "990101001003"}, "origin": {origin: "990302"}},
    )
    assert [row.verdict for row in rows] == ["ok", "ok"]
    assert rows[0].values["dest_code"] == "990101001003"
    assert (rows[0].values["origin_code"], rows[0].values["origin_level"]) == ("990302", 3)
    assert rows[1].values["dest_code"] == "990101100203"


def test_a_settled_village_that_is_not_here_is_no_answer():
    data = csv(line(town="", village="桂园"))
    _understood, rows = read(data, values={"dest_village": {"桂园": "980101100203"}})
    assert codes(rows[0]) == ["village_ambiguous"]


def test_a_layout_is_found_again_whatever_stars_and_blanks_its_headings_bear():
    plain = read(csv(line()))[0].layout
    starred = HEADINGS.replace("姓名", "* 姓　名").replace("联系电话", "联系电话：")
    assert read(csv(line(), head=starred))[0].layout == plain
    assert read(csv(line(), head=ASKED))[0].layout != plain
    assert read(csv(line(), head=f"{HEADINGS},回执_结果"))[0].layout == plain
    assert len(plain) == 32
    assert layout_key(["a", "b"]) != layout_key(["b", "a"])


def test_like_headings_get_keys_of_their_own():
    paths = [("姓名",), ("包保责任人", "姓名"), ("姓 名",), ()]
    assert column_keys(paths) == ["姓名", "包保责任人>姓名", "姓名#2", ""]
    assert value_key("柳湾镇 ", "Ｇ村") == "柳湾镇g村"
