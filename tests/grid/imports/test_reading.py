"""Text files: told by content, read whole or refused with one sentence."""

import pytest

from grid.imports.messages import text
from grid.imports.reading import read as read_tables
from grid.imports.results import UnreadableFileError
from tests.grid.imports.world import HEADINGS, csv, line, read


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_the_same_list_reads_alike_in_every_encoding(encoding):
    understood, rows = read(csv(line(name="田䶮𬱖"), encoding=encoding))
    assert rows[1].values["name"] == "田䶮𬱖"
    assert rows[1].verdict == "ok"
    assert understood.encoding == encoding


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_end_are_found(delimiter, end):
    table = end.join((HEADINGS, line(), line())).replace(",", delimiter)
    _understood, rows = read(table.encode())
    assert [row.verdict for row in rows] == [None, "ok", "ok"]


def test_a_sep_line_counts_as_the_first_row_and_names_the_delimiter():
    understood, rows = read(f"sep=;\r\n{HEADINGS.replace(',', ';')}\r\n".encode())
    assert understood.header_rows == (2,)
    assert [row.kind for row in rows] == ["blank", "header"]


def test_nul_bytes_and_line_breaks_in_quotes_do_no_harm():
    _understood, rows = read(csv(line(remark='"与父母\n同住"'), line(name="田\x00小禾")))
    assert [row.number for row in rows] == [1, 2, 3]
    assert rows[1].values["remark"] == "与父母 同住"
    assert rows[2].values["name"] == "田小禾"


def refusal(data: bytes) -> UnreadableFileError:
    with pytest.raises(UnreadableFileError) as caught:
        list(next(iter(read_tables(data))).rows)
    return caught.value


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf \r\n", "file_empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file_encrypted_or_old"),
        (b"%PDF-1.7", "file_not_a_list"),
        ("<html><table><tr><td>姓名".encode("gbk"), "file_not_a_list"),
        (csv(line()).decode().encode() + "田小禾,男\r\n".encode("gbk"), "encoding_mixed"),
        (b"name,\xff\xfe\xff\r\n", "encoding_unknown"),
        (csv(line()).decode("gb18030", "replace").encode(), "encoding_garbled"),
        (csv(line(), encoding="gbk").decode("latin-1").encode(), "encoding_garbled"),
        (csv(line(), encoding="gbk").decode("utf-8", "replace").encode(), "encoding_garbled"),
        (csv(line(), encoding="utf-16")[:-1], "file_cut_off"),
        ((HEADINGS + "\r\n" + line(remark="与父母同住")).encode()[:-1], "file_cut_off"),
        ((HEADINGS + "\r\n" + line(remark="与父母同住")).encode("gb18030")[:-1], "file_cut_off"),
        (b"Rar!\x1a\x07\x01\x00", "file_archive"),
        (csv(line(remark='"开了没关'), line(), line()), "quotes_unbalanced"),
    ],
)
def test_what_cannot_be_read_gets_one_sentence(data, code):
    refused = refusal(data)
    assert refused.problem.code == code
    assert str(refused) == text(refused.problem, "zh")


@pytest.mark.parametrize(
    ("below", "empty"),
    [
        ("", True),
        (",,,\r\n注：每日16时前报送,,\r\n", True),
        (line() + "\r\n", False),
        ("\r\n" * 40, False),
    ],
)
def test_a_list_without_anybody_in_it_is_told_as_such(below, empty):
    understood, _rows = read((HEADINGS + "\r\n" + below).encode())
    assert [p.code for p in understood.problems] == (["list_empty"] if empty else [])


def test_a_quote_that_swallows_the_rest_names_its_row():
    refused = refusal(csv(line(), line(remark='"开了没关'), *[line()] * 200))
    assert refused.problem.params["row"] == 3
