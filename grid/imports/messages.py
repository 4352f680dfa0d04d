"""Every code of the import: its severity and its sentence in both languages.

Codes are stable: people script against them. `docs/import-codes.md` is checked against this table.
"""

from typing import Any, NoReturn

from grid.imports.results import Problem, UnreadableFileError
from grid.imports.sentences import ROW_SENTENCES, Sentences

FILE_SENTENCES: Sentences = {
    "file_empty": (
        "error",
        "文件是空的，请选择有内容的名单。",
        "The file is empty; choose the list itself.",
    ),
    "file_too_large": (
        "error",
        "文件超过 {limit} MB，请拆分后分别上传。",
        "The file is larger than {limit} MB; split it and upload the parts.",
    ),
    "file_not_a_list": (
        "error",
        "这是{what}，不是表格；请在 Excel 或 WPS 中打开，另存为 .xlsx 后上传。",
        'This is {what}, not a list; open it in Excel or WPS, "save as" .xlsx and upload that.',
    ),
    "file_archive": (
        "error",
        "这是压缩包（内有 {names}）；请解压后上传其中的名单。",
        "This is an archive (it holds {names}); unpack it and upload the list inside.",
    ),
    "file_cut_off": (
        "error",
        "文件末尾被截断，可能没有传完；请重新导出或重新上传。",
        "The file is cut off at its end, perhaps the upload broke off; export or upload it again.",
    ),
    "file_encrypted_or_old": (
        "error",
        "这是旧版 .xls 或加密的工作簿；请打开后另存为 .xlsx（不设密码）再上传。",
        'This is an old .xls or an encrypted workbook; open it, "save as" .xlsx without a '
        "password, and upload that.",
    ),
    "workbook_damaged": (
        "error",
        "工作簿已损坏或上传不完整；请重新打开，另存为 .xlsx 后再上传。",
        'The workbook is damaged or cut off; open it again, "save as" .xlsx and upload that.',
    ),
    "workbook_too_large": (
        "error",
        "工作簿展开后过大；请把名单部分复制到新工作簿，另存为 .xlsx 后上传。",
        'The workbook unpacks to far too much; copy the list into a new workbook, "save as" .xlsx '
        "and upload that.",
    ),
    "sheet_too_wide": (
        "error",
        "单元格散布到第 {row} 行、第 {last_column} 列；请删除名单以外的行和列，另存为 .xlsx。",
        "The cells are scattered as far as row {row}, column {last_column}; delete the rows and "
        'columns outside the list and "save as" .xlsx.',
    ),
    "line_too_long": (
        "error",
        "第 {row} 行过长，不像表格的一行；请在 Excel 中打开，另存为 .xlsx。",
        'Row {row} is far too long for a list; open the file in Excel and "save as" .xlsx.',
    ),
    "sheet_missing": (
        "error",
        "没有名为“{sheet}”的可见工作表；现有：{sheets}。",
        'There is no visible sheet "{sheet}"; there are: {sheets}.',
    ),
    "sheet_of_text": (
        "warning",
        "这是文本文件，没有工作表；指定的“{sheet}”没有用上。",
        'This is a text file and has no sheets; the sheet "{sheet}" asked for counts for nothing.',
    ),
    "encoding_unknown": (
        "error",
        "第 {line} 行的文字编码无法识别；请在 Excel 中打开，另存为“CSV UTF-8”或 .xlsx。",
        'The text of line {line} has no known encoding; open it in Excel and "save as" CSV UTF-8 '
        "or .xlsx.",
    ),
    "encoding_mixed": (
        "error",
        "文件混用了两种编码（第 {line} 行起不同）；请把各部分放进同一个工作簿，另存为 .xlsx。",
        "The file mixes two encodings (line {line} differs); put the parts into one workbook and "
        '"save as" .xlsx.',
    ),
    "encoding_garbled": (
        "error",
        "文字已成乱码（曾用错误编码打开并保存）；请用原文件另存为 .xlsx 后上传。",
        "The text is garbled (it was opened in the wrong encoding and saved); take the original "
        'file, "save as" .xlsx and upload that.',
    ),
    "quotes_unbalanced": (
        "error",
        "第 {row} 行附近的引号没有成对，后面的行被吞掉；请在 Excel 中打开，另存为 .xlsx。",
        "A quote near row {row} is never closed and swallows the rows after it; open the file in "
        'Excel and "save as" .xlsx.',
    ),
    "header_not_found": (
        "error",
        "前 {rows} 行里没有找到表头；请保留一行列名（如“{example}”）。",
        "No header row in the first {rows} rows; keep one row of headings (such as {example}).",
    ),
    "list_empty": (
        "warning",
        "只有表头，下面没有人员；如当日无人，请用“零报告”。",
        "There is a header and nobody below it; if there is nobody today, report zero instead.",
    ),
    "column_missing": (
        "error",
        "缺少必需的列：{columns}；已识别的列：{known}；请补上后再上传。",
        "Required columns are missing: {columns}; recognised were {known}; add them and upload "
        "again.",
    ),
    "column_sought": (
        "question",
        "没有认出必需的列：{columns}；未识别的列：{unknown}；请指明是哪一列，或改列名后再上传。",
        "Required columns were not recognised: {columns}; columns nobody knows: {unknown}; say "
        "which is which, or rename them and upload again.",
    ),
    "column_duplicate": (
        "question",
        "“{column}”列重复，只用第一个；另一列原样保留。",
        "{column} stands twice; the first is used, the other is kept as it is.",
    ),
    "column_ambiguous": (
        "question",
        "“{column}”含义不明，暂作“{field}”；请确认。",
        '{column} can be read in two ways; taken as "{field}" until you say otherwise.',
    ),
    "column_unknown": (
        "note",
        "未识别的列“{column}”随行保留。",
        "{column} is not a known heading; it is kept with each row.",
    ),
    "sheets_several": (
        "question",
        "还有其他像名单的工作表：{sheets}；本次只读“{sheet}”。",
        "Other sheets look like lists too: {sheets}; only {sheet} was read.",
    ),
    "sheets_hidden": (
        "note",
        "隐藏的工作表没有读取：{sheets}。",
        "Hidden sheets were left out: {sheets}.",
    ),
    "rows_hidden": (
        "warning",
        "有 {rows} 行被隐藏（筛选）；这些行照样读取，请核对。",
        "{rows} rows are hidden (filtered); they are read all the same, please check.",
    ),
    "chain_read": (
        "note",
        "按接龙文字读取，共 {entries} 人；请核对每一行的识别结果。",
        "Read as a sign-up chain of {entries} persons; please check what was made of each.",
    ),
    "formulas_without_values": (
        "warning",
        "有 {cells} 个公式单元格没有保存结果；请在 Excel 中打开并保存一次。",
        "{cells} formula cells carry no stored value; open the workbook in Excel and save it once.",
    ),
    "cells_in_error": (
        "warning",
        "有 {cells} 个单元格是错误值（如 #N/A），按空白处理。",
        "{cells} cells hold an error (such as #N/A) and count as blank.",
    ),
}
MESSAGES: Sentences = {**FILE_SENTENCES, **ROW_SENTENCES}


def problem(column: str, code: str, **params: Any) -> Problem:
    """Make a problem with the severity the table gives its code."""
    return Problem(column, code, MESSAGES[code][0], params)


def text(found: Problem, lang: str = "zh") -> str:
    """Return the sentence of a problem in Chinese, or in English where `lang` begins with en."""
    _severity, zh, en = MESSAGES[found.code]
    return (en if lang.startswith("en") else zh).format(**{"column": found.column, **found.params})


def refuse(code: str, column: str = "", **params: Any) -> NoReturn:
    """Raise the `UnreadableFileError` of a code, its sentence in Chinese."""
    found = problem(column, code, **params)
    raise UnreadableFileError(found, text(found))
