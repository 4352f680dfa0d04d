"""Cipher and keyed hashes of personal data.

ID numbers and phones are stored AES-256-GCM encrypted under the first key of the ring
(GRID_FIELD_KEYS, newest first) and found again by a keyed hash, so that neither a stolen dump nor
a table of all phone numbers reveals them. Keys come from the environment alone.
"""

import hashlib
import hmac
import os
from base64 import b64decode
from functools import cache, lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.signals import setting_changed

NONCE = 12
KEY_ID = 2  # first bytes of the key's digest: says which key of the ring opens the value


class UnreadableSecretError(Exception):
    """No key of the ring opens this value: the key it was written with is missing."""


@cache
def _keys() -> dict[bytes, AESGCM]:
    ring = {}
    for text in settings.GRID_FIELD_KEYS:
        key = b64decode(text)
        ring[hashlib.sha256(key).digest()[:KEY_ID]] = AESGCM(key)
    return ring


def seal(text: str) -> bytes:
    """Return key id + nonce + ciphertext of the text."""
    return seal_bytes(text.encode())


def seal_bytes(content: bytes) -> bytes:
    """Return key id + nonce + ciphertext of the bytes."""
    key_id, cipher = next(iter(_keys().items()))
    nonce = os.urandom(NONCE)
    return key_id + nonce + cipher.encrypt(nonce, content, key_id)


def unseal(value: bytes) -> str:
    """Return the text of a sealed value, or raise UnreadableSecretError."""
    return unseal_bytes(value).decode()


def unseal_bytes(value: bytes) -> bytes:
    """Return the bytes of a sealed value, or raise UnreadableSecretError."""
    value = bytes(value)
    key_id, nonce, body = value[:KEY_ID], value[KEY_ID : KEY_ID + NONCE], value[KEY_ID + NONCE :]
    try:
        return _keys()[key_id].decrypt(nonce, body, key_id)
    except (KeyError, InvalidTag) as error:
        raise UnreadableSecretError(
            "The key this value was written with is not in the ring."
        ) from error


@cache
def _hash_key() -> bytes:
    return b64decode(settings.GRID_HASH_KEY)


# The same number is asked for several times as its row is judged and written.
@lru_cache(maxsize=4096)
def keyed_hash(kind: str, text: str) -> bytes:
    """Return 16 bytes that say whether two values are equal and nothing else."""
    return hmac.digest(_hash_key(), f"{kind}:{text}".encode(), "sha256")[:16]


def forget_keys(**_: Any) -> None:
    """Read the keys anew when they are next needed: others are set."""
    for remembered in (_keys, _hash_key, keyed_hash):
        remembered.cache_clear()


setting_changed.connect(forget_keys)
