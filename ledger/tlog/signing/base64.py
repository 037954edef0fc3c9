"""Base64 with exactly one spelling (RFC 4648, section 4): standard alphabet, padded, no spare bits. Pure."""

import binascii

from ledger.errors import Unproven


def to_base64(content: bytes) -> str:
    """The text of some bytes."""
    return binascii.b2a_base64(content, newline=False).decode()


def from_base64(text: str) -> bytes:
    """The bytes of a text. Raises Unproven for any other text than theirs."""
    try:
        content = binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError):
        raise Unproven("a text is not base64") from None
    if to_base64(content) != text:
        raise Unproven("a text is not base64 in its only spelling")
    return content
