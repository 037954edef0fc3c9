"""A certificate of erasure: the decision and its execution, provable offline. Pure.

One file with the two entries as they are stored and the proof of each, under a checkpoint. It holds no
personal value: with the public keys of the log anyone can check that this ledger recorded the destruction of
these keys, and that the decision came before it. It cannot prove that no copy of a key is left.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from ledger.errors import Misconfigured, Unproven
from ledger.event import OWN_SOURCE, RecordedEvent, erases_fields
from ledger.tlog.proving.proof_file import parse_proof, proven_event
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.signing.policy import Policy
from schemas import names
from schemas.encoding import from_json

TITLE = "processing-ledger/erasure-certificate@v1"
_SOURCE = f"{OWN_SOURCE}erasure"
_DECIDED, _ERASED = names.ERASURE_DECIDED, (names.PERSONAL_DATA_ERASED, names.VALUES_RESEALED)


class ProvenEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry as it is stored, and the bytes of the proof that the log holds it."""

    entry: bytes
    proof: bytes


class Certificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The decision, and the erasure that followed it."""

    title: str
    decided: ProvenEntry
    erased: ProvenEntry


class CertificateContent(msgspec.Struct, frozen=True):
    """The facts that a certificate proves. `keys_destroyed`: ids, which commit to the keys.

    `size`: of the log.

    `fields`: the erased single fields, whose categories stayed; empty where `categories` were erased.
    `through`: the time up to which the values of those fields were erased.
    """

    data_subject: UUID
    erased_at: datetime
    recorded_at: datetime
    positions: tuple[int, int]
    ground: str
    categories: tuple[str, ...]
    keys_destroyed: tuple[str, ...]
    decisions: dict[str, dict[str, Any]]
    request_ref: str | None
    origin: str
    size: int
    fields: tuple[str, ...] = ()
    through: datetime | None = None


def encode_certificate(decided: ProvenEntry, erased: ProvenEntry) -> bytes:
    """The bytes of the file: one JSON document, entries and proofs in base64."""
    return msgspec.json.encode(Certificate(TITLE, decided, erased)) + b"\n"


def parse_certificate(content: bytes) -> Certificate:
    """Take a file apart, without checking its content. Raises Unproven; Misconfigured for its letter."""
    if content.lstrip()[:9].lower().startswith((b"%pdf-", b"<!doctype")):
        raise Misconfigured(
            "this is the letter: save the certificate that is inside, and verify that"
        )
    try:
        certificate = from_json(content, Certificate)
    except msgspec.DecodeError:
        raise Unproven("this is not a certificate of erasure") from None
    if certificate.title != TITLE:
        raise Unproven("this is not a certificate of erasure")
    return certificate


def verify(
    certificate: Certificate, keys: Collection[VerifierKey], policy: Policy | None = None
) -> CertificateContent:
    """Verify a certificate; returns the erasure that the log proves.

    Raises Unproven when it does not prove it.
    """
    decided, _ = _proven(certificate.decided, (_DECIDED,), keys, policy)
    erased, (origin, size) = _proven(certificate.erased, _ERASED, keys, policy)
    # The decision is that of the erasure, and came before it.
    name = erased.id.removesuffix(".erased")
    if decided.id != f"{name}.decided" or decided.stream != erased.stream:
        raise Unproven("the decision is about another erasure")
    if decided.position >= erased.position:
        raise Unproven("the decision came after the erasure")
    of_fields = erases_fields(erased)
    return CertificateContent(
        data_subject=erased.stream,
        erased_at=erased.time,
        recorded_at=erased.recorded_at,
        positions=(decided.position, erased.position),
        ground=erased.facts["ground"],
        categories=() if of_fields else erased.categories,
        keys_destroyed=tuple(erased.facts["keys_destroyed"]),
        decisions=decided.facts["decisions"],
        request_ref=decided.facts.get("request_ref"),
        origin=origin,
        size=size,
        fields=tuple(erased.facts.get("fields", ())),
        through=datetime.fromisoformat(erased.facts["through"]) if of_fields else None,
    )


def _proven(
    proven: ProvenEntry,
    wanted: Sequence[str],
    keys: Collection[VerifierKey],
    policy: Policy | None,
) -> tuple[RecordedEvent, tuple[str, int]]:
    """An event of the ledger itself of one of some types, and the log that holds it at its position."""
    event, checkpoint = proven_event(parse_proof(proven.proof), proven.entry, keys, policy)
    if event.name not in wanted or event.source != _SOURCE:
        raise Unproven(f"expected the ledger's own {wanted[0]}, found another event")
    return event, (checkpoint.origin, checkpoint.size)
