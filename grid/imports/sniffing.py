"""What a file is, told by its content: kind, text encoding, delimiter."""

import codecs
import re
from collections import Counter

from grid.imports.messages import refuse

_CHUNK = 1 << 20
_MAGIC = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "图片 (image)"),
    (b"\xff\xd8\xff", "图片 (image)"),
    (b"GIF8", "图片 (image)"),
    (b"{\\rtf", "RTF"),
)
_ARCHIVES = ((b"Rar!", "RAR"), (b"7z\xbc\xaf", "7z"), (b"\x1f\x8b", "gzip"))
_HTML = re.compile(rb"<(?:!doctype|html|table|head|meta|\?xml|frameset)\b", re.IGNORECASE)
# Words that stand in any list of persons: how a text is told from its own garbling.
_MARKERS = ("姓名", "序号", "身份证", "证件", "电话", "手机", "时间", "日期", "地址", "备注")
_SOMETHING = re.compile(rb"[^\x00 \t\r\n\xef\xbb\xbf\xff\xfe]")
_REPLACED = "\ufffd"  # what programs put in the place of what they cannot decode
_MOST_REPLACED = 50  # one character in so many at most
_LONGEST_CHARACTER = 4  # bytes
_DELIMITERS = ",\t;|"
_SEP = re.compile(r"sep=(.)\r?\n?")


def is_workbook(data: bytes) -> bool:
    """Say whether the bytes are a zip container, as every .xlsx is."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def refuse_other_kinds(data: bytes) -> None:
    """Refuse, with what to do, everything that is neither a zip container nor plain text."""
    head = data[:2048]
    if not _SOMETHING.search(data):
        refuse("file_empty")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        refuse("file_encrypted_or_old")
    for magic, what in _MAGIC:
        if head.startswith(magic):
            refuse("file_not_a_list", what=what)
    for magic, what in _ARCHIVES:
        if head.startswith(magic):
            refuse("file_archive", names=what)
    if _HTML.search(head.lstrip(b"\xef\xbb\xbf \r\n\t")[:512]):
        refuse("file_not_a_list", what="网页 (HTML/XML)")


def encoding_of(data: bytes) -> str:
    """Return the encoding of a text file; `UnreadableFileError` where it has none or two."""
    if data.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = [*_bare_utf16(data), "utf-8", "gb18030"]
    for encoding in candidates:
        if _decodes(data, encoding):
            garbled = _garbled(_sample(data, encoding))
            return _refuse_encoding(data) if garbled else encoding
    return _refuse_encoding(data)


def _bare_utf16(data: bytes) -> list[str]:
    """Return the UTF-16 flavour of a text without byte order mark, told by its zero bytes."""
    head = data[:4096]
    zeros = (head[0::2].count(0), head[1::2].count(0))
    if max(zeros) < len(head) // 10 or min(zeros) * 4 > max(zeros):
        return []
    return ["utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"]


def _decodes(data: bytes, encoding: str) -> bool:
    """Say whether all bytes are valid in the encoding, without holding the text."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _sample(data: bytes, encoding: str) -> str:
    return data[:20000].decode(encoding, errors="ignore")


def _markers(text: str) -> int:
    return sum(marker in text for marker in _MARKERS)


def _garbled(text: str) -> bool:
    """Say whether undoing a wrong decoding brings forth the words of a list.

    UTF-8 once read as GBK (锘垮簭…) and GBK once read as Latin-1 (ÐÕÃû) are told this way.
    """
    if text.count(_REPLACED) * _MOST_REPLACED > len(text):
        return True
    here = _markers(text)
    undone = (
        text.encode("gb18030", "ignore").decode("utf-8", "ignore"),
        text.encode("cp1252", "ignore").decode("gb18030", "ignore"),
        text.encode("latin-1", "ignore").decode("utf-8", "ignore"),
    )
    return any(_markers(other) > max(here, 1) for other in undone)


def _refuse_encoding(data: bytes) -> str:
    """Say why no encoding fits: a mixture, a garbled text, or bytes of no known encoding."""
    if _decodes(data, "utf-8") and _garbled(_sample(data, "utf-8")):
        refuse("encoding_garbled")
    if _is_cut_off(data):
        refuse("file_cut_off")
    kinds: set[str] = set()
    for number, line in enumerate(data.splitlines(), start=1):
        if line.isascii():
            continue
        kind = next((name for name in ("utf-8", "gb18030") if _decodes(line, name)), "")
        if not kind:
            refuse("encoding_unknown", line=number)
        kinds.add(kind)
        if len(kinds) > 1:
            refuse("encoding_mixed", line=number)
    return refuse("encoding_garbled")


def _is_cut_off(data: bytes) -> bool:
    """Say whether only the very last character keeps a text from being read."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return len(data) % 2 == 1 and _decodes(data[:-1], "utf-16")
    if data[-1:].isascii() and not _bare_utf16(data):
        return False
    encodings = [*_bare_utf16(data), "utf-8", "gb18030"]
    return any(
        _decodes(data[:-missing], encoding)
        for encoding in encodings
        for missing in range(1, _LONGEST_CHARACTER)
    )


def sep_of(head: str) -> str:
    """Return the delimiter a sep= line declares, "" where there is none."""
    declared = _SEP.match(head)
    return declared[1] if declared else ""


def delimiter_of(head: str) -> str:
    """Return the delimiter of a text: a sep= line's, else the one that splits rows most evenly."""
    if declared := sep_of(head):
        return declared
    lines = [line for line in head.splitlines()[:40] if line.strip()]
    best, best_score = ",", 0
    for delimiter in _DELIMITERS:
        counts = Counter(line.count(delimiter) for line in lines)
        score = max((n * times for n, times in counts.items()), default=0)
        if score > best_score:
            best, best_score = delimiter, score
    return best
