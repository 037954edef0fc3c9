"""The first byte of whatever is sealed: its format, and with it the algorithm. Pure.

The byte is part of the associated data too, so it cannot be exchanged for that of another format. A format is
added here under a number of its own; a number is never used again.
"""

from typing import Final

from ledger.errors import Halt, UnknownFormat

FORMAT_BYTES: Final = 1
# A nonce of 12 bytes, then the ciphertext with its tag of 16.
AES_256_GCM: Final = b"\x01"
# RFC 9180, base mode: X25519, HKDF-SHA256, AES-256-GCM; the encapsulated key, then the ciphertext.
HPKE_X25519: Final = b"\x02"
# As 1, over all values of one category in one event (`ledger.crypto.groups`).
GROUP: Final = b"\x03"
KNOWN_FORMATS: Final = frozenset({AES_256_GCM, HPKE_X25519, GROUP})


def check_format(sealed: bytes, expected: bytes) -> None:
    """Raise UnknownFormat when something is sealed in another format, Halt when it is empty."""
    if sealed[:FORMAT_BYTES] == expected:
        return
    if not sealed:
        raise Halt("a sealed value is missing")
    raise UnknownFormat(sealed[0])
