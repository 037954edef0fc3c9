"""The file of secret codes on its way from a confidential ledger to an open one: signed, hashes and no words.

One line: an envelope (DSSE) of a payload type of its own, under the key for what the confidential ledger
gives away. Each file has a new key of hashing, so that two files cannot be compared.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

import msgspec

from host.settings import Settings
from ledger.errors import Misconfigured, Unproven
from ledger.storage.named import read_named
from ledger.tlog.signing.envelope import enclosed, opened
from ledger.tlog.signing.keys import Signer, VerifierKey
from schemas.secret_codes import HASH_BYTES, KEY_BYTES, SecretCodes

PAYLOAD_TYPE: Final = "application/vnd.processing-ledger.secret-codes+json"
MOST_BYTES: Final = 1024 * 1024
"""Of a file: some 25,000 codes."""


class _Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    hashes: list[str]


def secret_file(codes: Sequence[str], signer: Signer) -> bytes:
    """The file of codes, under a new key. Raises Retry of the signer."""
    made = SecretCodes.published(codes)
    hashes = [b64encode(one).decode() for one in sorted(made.hashes)]
    signed = _Signed(b64encode(made.key).decode(), hashes)
    return enclosed(msgspec.json.encode(signed), PAYLOAD_TYPE, signer) + b"\n"


def secret_codes_of(settings: Settings) -> Callable[[], SecretCodes]:
    """A function that reads the codes of the file named in the settings; without a file, it returns none.

    That function raises Misconfigured for an invalid file: then no message is read.
    """
    if settings.secret_codes is None:
        return SecretCodes
    return partial(_read, settings.secret_codes, tuple(settings.signed.keys))


def _read(path: Path, keys: tuple[VerifierKey, ...]) -> SecretCodes:
    try:
        return _checked(read_named(path, MOST_BYTES, "secret"), keys)
    except (OSError, ValueError) as error:
        why = str(error)
    raise Misconfigured(
        f"the file of secret codes cannot be read: {why}", field="SECRET_CODES_FILE"
    )


@lru_cache(1)
def _checked(content: bytes, keys: tuple[VerifierKey, ...]) -> SecretCodes:
    try:
        told = opened(content.strip(), PAYLOAD_TYPE, keys)
        signed = msgspec.json.decode(told, type=_Signed)
        key = b64decode(signed.key, validate=True)
        hashes = frozenset(b64decode(one, validate=True) for one in signed.hashes)
    except (Unproven, msgspec.DecodeError, ValueError):
        raise ValueError("no key of LEDGER_SIGNED_KEYS signed it") from None
    if len(key) != KEY_BYTES or any(len(one) != HASH_BYTES for one in hashes):
        raise ValueError("it is of another program")
    return SecretCodes(key, hashes)
