"""The sentences about rows: severity, Chinese and English of every code."""

from grid.imports.results import Severity

Sentences = dict[str, tuple[Severity, str, str]]

ROW_SENTENCES: Sentences = {
    # the row
    "row_shifted": (
        "error",
        "整行错位 {offset} 列；请移回后再导入。",
        "The whole row is shifted by {offset} column(s); move it back and import it again.",
    ),
    "row_hidden": (
        "warning",
        "此行在表中被隐藏（筛选），照样读取；请核对。",
        "This row is hidden (filtered) in the sheet; it is read all the same, please check.",
    ),
    "multi_person_cell": (
        "error",
        "一个单元格里有几个人；请每人一行。",
        "Several people share a cell; give each a row of their own.",
    ),
    "id_phone_swapped": (
        "error",
        "证件号与电话填反了；请对调。",
        "ID number and phone are swapped; exchange them.",
    ),
    # the sign-up chain
    "chain_unclear": (
        "question",
        "“{value}”可能是：{choices}；请确认。",
        '"{value}" may be {choices}; which is it?',
    ),
    "chain_several": (
        "question",
        "这一条里“{column}”有几个：{values}；请确认用哪个。",
        "The entry has several for {column}: {values}; which one counts?",
    ),
    "chain_plus": (
        "question",
        "“{value}”没有说明是谁；请写上姓名、证件号和电话。",
        '"{value}" does not say who it is; add name, ID number and phone.',
    ),
    "chain_companions": (
        "warning",
        "“{value}”说明还有同行的人；请每人单独接龙。",
        '"{value}" tells of more people; each of them needs an entry of their own.',
    ),
    # the person
    "name_missing": ("error", "没有姓名。", "The name is missing."),
    "name_invalid": (
        "error",
        "“{value}”不像姓名；请填写身份证上的姓名。",
        '"{value}" is not a name; give the name as on the ID card.',
    ),
    "name_annotated": (
        "warning",
        "姓名里的“{note}”已移出，按“{name}”处理。",
        '"{note}" was taken out of the name; read as {name}.',
    ),
    "id_missing": (
        "error",
        "没有证件号；儿童未办证请在备注注明。",
        "The ID number is missing; for a child without one say so in the remark.",
    ),
    "id_missing_child": (
        "warning",
        "儿童没有证件号，请核对。",
        "A child without an ID number; please check.",
    ),
    "id_precision_lost": (
        "error",
        "身份证号末几位已被 Excel 丢失（{value}），无法恢复；请把该列设为文本后重填。",
        "Excel has lost the last digits of the ID number ({value}); set the column to text and "
        "type it again.",
    ),
    "id_length": (
        "error",
        "身份证号是 {length} 位，应为 18 位。",
        "The ID number has {length} characters instead of 18.",
    ),
    "id_characters": (
        "error",
        "证件号里有不该有的字符：{value}。",
        "The ID number holds characters that do not belong there: {value}.",
    ),
    "id_checksum": (
        "error",
        "身份证号校验不符，某一位填错了。",
        "The ID number fails its check digit; one digit is wrong.",
    ),
    "id_birthdate": (
        "error",
        "身份证号里的出生日期 {value} 不成立。",
        "The birth date {value} in the ID number is impossible.",
    ),
    "id_region": (
        "error",
        "身份证号开头 {value} 不是任何省份。",
        "The ID number begins with {value}, which is no province.",
    ),
    "id15_legacy": (
        "warning",
        "15 位旧身份证号已换算为 18 位，请核对。",
        "A 15-digit ID number was turned into 18 digits; please check.",
    ),
    "id_type_missing": (
        "warning",
        "号码“{value}”不是身份证号，请注明证件类型。",
        '"{value}" is no ID card number; say which document it is.',
    ),
    "id_type_unknown": (
        "warning",
        "不认识的证件类型“{value}”。",
        '"{value}" is not a known kind of document.',
    ),
    "doc_number_invalid": (
        "error",
        "证件号“{value}”与证件类型不符。",
        'The number "{value}" does not fit its kind of document.',
    ),
    "sex_id_mismatch": (
        "warning",
        "性别与身份证号不符，以身份证号为准。",
        "The sex differs from the ID number, which is followed.",
    ),
    "phone_missing": ("error", "没有联系电话。", "The phone number is missing."),
    "phone_invalid": (
        "error",
        "“{value}”不是手机号（应为 11 位）。",
        '"{value}" is not a mobile number of 11 digits.',
    ),
    "phone_landline": (
        "warning",
        "这是固定电话，收不到短信。",
        "This is a landline; text messages will not arrive.",
    ),
    "phone_several": (
        "warning",
        "一格里有几个电话，用第一个；其余：{others}。",
        "Several numbers in one cell; the first is used, the others are {others}.",
    ),
    # places
    "village_missing": (
        "error",
        "没有填目的地村（社区）。",
        "The village to return to is missing.",
    ),
    "village_not_found": (
        "error",
        "找不到村（社区）“{value}”。",
        'There is no village "{value}" here.',
    ),
    "village_ambiguous": (
        "question",
        "有几个“{value}”：{choices}；请选一个。",
        'There are several "{value}": {choices}; choose one.',
    ),
    "village_township_mismatch": (
        "error",
        "“{value}”不在{township}，而在{choices}；请核对。",
        '"{value}" is not in {township} but in {choices}; please check.',
    ),
    "village_with_address": (
        "note",
        "“{value}”归入“{village}”，“{rest}”按住址保留。",
        '"{value}" belongs to {village}; "{rest}" is kept as the address in it.',
    ),
    "township_inferred": (
        "note",
        "乡镇空白，按村名归入{township}。",
        "The township is blank; taken as {township} from the village.",
    ),
    "township_not_found": (
        "warning",
        "不认识乡镇“{value}”，按村名归入{township}。",
        '"{value}" is no township here; taken as {township} from the village.',
    ),
    "origin_missing": ("error", "没有填来自地区。", "Where the person comes from is missing."),
    "origin_not_found": (
        "error",
        "“{value}”不是地名；请写到市或县（区）。",
        '"{value}" is no place; name the city or county.',
    ),
    "origin_too_coarse": (
        "warning",
        "“{value}”只写到省，请补充到市或县（区）。",
        '"{value}" names only a province; add the city or county.',
    ),
    "origin_ambiguous": (
        "question",
        "“{value}”可能是：{choices}；请选一个。",
        '"{value}" may be {choices}; choose one.',
    ),
    "origin_outside_tree": (
        "note",
        "“{value}”不在已导入的区划内，原文保留。",
        '"{value}" lies outside the places loaded; the text is kept.',
    ),
    # dates
    "date_missing": ("error", "没有填返乡日期。", "The date of return is missing."),
    "date_unparseable": (
        "error",
        "“{value}”不是日期；请写成 {example}。",
        '"{value}" is no date; write it as {example}.',
    ),
    "date_ambiguous": (
        "error",
        "“{value}”可有几种读法；请写成 {example}。",
        '"{value}" can be read in several ways; write it as {example}.',
    ),
    "date_out_of_range": (
        "error",
        "{value} 不在 {first} 至 {last} 之间。",
        "{value} is not between {first} and {last}.",
    ),
    "date_no_year": (
        "warning",
        "日期没有年份，按 {date} 处理。",
        "The date has no year; read as {date}.",
    ),
    "date_relative": (
        "warning",
        "“{value}”从 {as_of} 起算，按 {date} 处理。",
        '"{value}" is counted from {as_of}; read as {date}.',
    ),
    "date_year_2digit": (
        "warning",
        "日期只有两位年份，按 {date} 处理。",
        "The date has a two-digit year; read as {date}.",
    ),
    "nat_date_in_future": (
        "warning",
        "核酸检测日期 {date} 晚于填表日和返乡日。",
        "The test date {date} is later than both today and the return.",
    ),
    "value_missing": ("error", "没有填“{column}”。", "{column} is missing."),
    "value_unknown": (
        "note",
        "“{value}”不是认识的选项，原文保留。",
        '"{value}" is not a known choice; the text is kept.',
    ),
    # the same person twice
    "duplicate_exact": (
        "note",
        "与第 {of} 行完全相同，跳过。",
        "The same as row {of}; skipped.",
    ),
    "duplicate_reformatted": (
        "note",
        "与第 {of} 行内容相同、写法不同，跳过。",
        "Row {of} written differently; skipped.",
    ),
    "duplicate_update": (
        "note",
        "同一人（第 {of} 行）的更新：{fields}。",
        "An update of row {of}: {fields}.",
    ),
    "known_reformatted": (
        "note",
        "此人已登记，内容相同，跳过。",
        "The person is registered with the same facts; skipped.",
    ),
    "known_update": (
        "note",
        "此人已登记，将更新：{fields}。",
        "The person is registered; to be updated: {fields}.",
    ),
    "known_cross_village": (
        "question",
        "此人已登记在另一个村；请确认去哪里。",
        "The person is registered in another village; which is right?",
    ),
    "duplicate_cross_village": (
        "question",
        "同一人在第 {of} 行填了另一个村；请确认去哪里。",
        "Row {of} has the same person in another village; which is right?",
    ),
}
