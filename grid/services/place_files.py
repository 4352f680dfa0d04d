"""The file side of loading places: header, compression, encoding of a CSV list."""

import csv
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from grid.errors import Refused

COLUMNS = ("code", "name", "level", "parent")
NEEDED = ("code", "name")
BLOCK = 1 << 18
LONGEST_HEADER = 1 << 16
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
UTF16 = (b"\xff\xfe", b"\xfe\xff")


class PlaceFileError(Refused):
    """The list of places cannot be used; the sentence names line and fault."""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open the list, unpacked if it is gzipped; every trouble with the file is one sentence."""
    try:
        with path.open("rb") as start:
            head = start.read(4)
        if head.startswith(ZIP):
            raise PlaceFileError(f"{path} is a workbook or ZIP archive: save the list as CSV.")
        if head.startswith(UTF16):
            raise PlaceFileError(f"Line 1: {path} is not UTF-8: save the list as CSV UTF-8.")
        with gzip.open(path, "rb") if head.startswith(GZIP) else path.open("rb") as file:
            yield file  # type: ignore[misc]
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise PlaceFileError(
            f"{path} is a damaged gzip file ({error}): fetch or pack it again."
        ) from error
    except OSError as error:
        raise PlaceFileError(
            f"{path} cannot be read ({error.strerror or error}): check name and rights."
        ) from error


def header_of(path: Path) -> list[str]:
    """Return the column names of the first line, in order; raise PlaceFileError if unusable."""
    with opened(path) as file:
        line = file.readline(LONGEST_HEADER)
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PlaceFileError(f"Line 1: {path} is not UTF-8: save the list as CSV UTF-8.") from error
    if not text.strip():
        raise PlaceFileError(f"{path} is empty: its first line names the columns code,name.")
    names = [name.strip().lower() for name in next(csv.reader([text]))]
    for name in NEEDED:
        if name not in names:
            raise PlaceFileError(
                f"Line 1: the column {name} is missing: "
                "the first line names the columns code,name[,level,parent]."
            )
    for name in COLUMNS:
        if names.count(name) > 1:
            raise PlaceFileError(f"Line 1: the column {name} stands there twice: remove one.")
    return names


def blocks(path: Path) -> Iterator[bytes]:
    """Yield the file's bytes with "\\n" line ends and without empty lines at its end."""
    held = b""
    with opened(path) as file:
        while block := file.read(BLOCK):
            block = (held + block).replace(b"\r\n", b"\n")
            body = block.rstrip(b"\r\n")
            held = block[len(body) :]
            if body:
                yield body
            if len(held) > BLOCK:
                raise PlaceFileError(f"{path} holds more empty lines than text.")
    yield b"\n"


def line_of_open_quote(path: Path) -> int:
    """Return the first line on which a quotation mark is opened and not closed."""
    with opened(path) as file:
        return next((n for n, line in enumerate(file, start=1) if line.count(b'"') % 2), 1)
