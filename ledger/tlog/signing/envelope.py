"""Signed envelopes: bytes, their type and a signature in one line of JSON (DSSE 1.0). Pure.

The signature is over type and bytes together, so that neither is taken for another.
"""

from collections.abc import Iterable

import msgspec

from ledger.errors import Unproven
from ledger.tlog.signing.base64 import from_base64, to_base64
from ledger.tlog.signing.keys import Signer, VerifierKey
from schemas.encoding import from_json


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: str
    sig: str


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    payload_type: str
    payload: str
    signatures: tuple[_Signature]


def enclosed(payload: bytes, payload_type: str, signer: Signer) -> bytes:
    """One line of JSON with the payload and the signature; the same each time. Raises Retry."""
    signature = to_base64(signer.sign(_signed(payload, payload_type)))
    key_id = signer.verifier.key_id.hex()
    envelope = _Envelope(payload_type, to_base64(payload), (_Signature(key_id, signature),))
    return msgspec.json.encode(envelope)


def opened(line: bytes, payload_type: str, keys: Iterable[VerifierKey]) -> bytes:
    """The payload of an envelope that one of the keys signed. Raises Unproven for anything else."""
    try:
        envelope = from_json(line, _Envelope)
    except msgspec.DecodeError:
        raise Unproven("this is no signed envelope") from None
    (signature,) = envelope.signatures
    payload, content = from_base64(envelope.payload), from_base64(signature.sig)
    for key in keys:
        if key.key_id.hex() == signature.keyid and envelope.payload_type == payload_type:
            key.verify_bytes(_signed(payload, payload_type), content)
            return payload
    raise Unproven("no key that is known here signed this")


def _signed(payload: bytes, payload_type: str) -> bytes:
    """The bytes to sign: the pre-authentication encoding of DSSE."""
    name = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)
