"""Model fields of our own: encrypted text and JSON, keyed hashes, place codes."""

import zlib
from typing import Any

import orjson
from django.db import models

from grid.crypto import seal, seal_bytes, unseal, unseal_bytes

QUICKLY = 1  # zlib's level


class SealedTextField(models.BinaryField):  # type: ignore[type-arg]  # no subscript at run time
    """Text that is stored encrypted; the empty string is stored empty. Not searchable."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def _check_str_default_value(self) -> list[Any]:
        return []  # text in, bytes out: a text default is right here

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return self.to_python(value)

    def to_python(self, value: Any) -> Any:
        if value is None or isinstance(value, str):
            return value
        return unseal(value) if value else ""

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, bytes):
            return value
        return seal(str(value)) if value else b""

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))


class SealedJSONField(SealedTextField):
    """JSON that is stored encrypted: raw import rows and other whole records of persons."""

    def to_python(self, value: Any) -> Any:
        if value is None or not isinstance(value, bytes | memoryview):
            return value
        return orjson.loads(unseal_bytes(bytes(value))) if value else None

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, bytes):
            return value
        return seal_bytes(orjson.dumps(value))


class SealedBytesField(models.BinaryField):  # type: ignore[type-arg]  # no subscript at run time
    """Bytes that are stored packed and encrypted: whole files. Not searchable.

    Packed, because a statement carries a file several times its size: lists shrink to a quarter.
    """

    def from_db_value(self, value: Any, *_: Any) -> bytes | None:
        return None if value is None else zlib.decompress(unseal_bytes(value))

    def get_prep_value(self, value: Any) -> bytes | None:
        return None if value is None else seal_bytes(zlib.compress(value, QUICKLY))


class HashField(models.BinaryField):  # type: ignore[type-arg]  # no subscript at run time
    """A keyed hash, 16 bytes (grid.crypto.keyed_hash)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"max_length": 16, "null": True, "blank": True, "editable": False, **kwargs}
        )
