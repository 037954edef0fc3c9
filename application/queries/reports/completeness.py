"""The proof that a report leaves nothing out, and what was verified of one, as answers."""

from collections.abc import Iterator
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from application.answer import Answer
from application.language import spoken
from application.queries.subjects import known_streams, note_read
from application.said_to_all import SaidToAll, said_to_all
from application.source import Source
from application.words import phrase
from ledger.completeness.naming import UNTOLD
from ledger.completeness.proof import Complete, Completeness, CompletenessProof
from ledger.errors import Unproven
from ledger.reading import events_of, pruned_through
from ledger.tlog.signing.base64 import to_base64
from schemas.encoding import from_json


class WrittenCompleteness(Answer, frozen=True):
    """A proof that was written. `own`: entries about the person; `named`: those about others that name them.

    `size`: how many entries of the log it covers. `proof`: the file.
    """

    subject: str
    size: int
    own: int
    named: int
    sentence: str
    said_to_all: SaidToAll
    proof: str


class VerifiedCompleteness(Answer, frozen=True):
    """What a proof proves. `positions`: of all entries about the person up to the log's `size`.

    `position`: of the report that was compared, which tells every one of them.
    """

    verified: Literal[True]
    origin: str
    size: int
    root: str
    positions: list[int]
    named: int
    sentence: str
    said_to_all: SaidToAll
    position: int | UnsetType = UNSET


class _Told(msgspec.Struct):
    positions: list[int]


class _Report(msgspec.Struct):
    """What is compared of an access report."""

    report: Literal["access"]
    position: int
    acts: list[_Told]
    consultations: list[_Told]


def _sentence() -> str:
    """What every proof says of itself: the same, whatever a person may not be told."""
    return phrase("completeness", "sentence", spoken())


def completeness_proof(
    source: Source, completeness: Completeness, reference: str
) -> CompletenessProof:
    """The proof about a person under the last epoch; the read is noted. Raises UnknownSubject or Unproven."""
    streams = known_streams(source, reference)
    note_read(source, reference)
    covers = completeness.epoch.covers if completeness.epoch else 0
    positions: dict[UUID, list[int]] = {stream: [] for stream in streams}
    for event in events_of(source.session, streams, covers):
        if event.name not in UNTOLD:
            positions[event.stream].append(event.position)
    proof = completeness.prove(positions)
    if any(one.own.length != len(one.entries) for one in proof.subjects):
        raise Unproven(
            "entries of the person are pruned, so their chain cannot be shown any more"
            if pruned_through(source.session)
            else "the ledger lacks entries of the person that the index counts: see `ledger audit`"
        )
    return proof


def written(proof: CompletenessProof, size: int, subject: str, file: str) -> WrittenCompleteness:
    """What was written of a person."""
    return WrittenCompleteness(
        subject=subject,
        size=size,
        own=sum(one.own.length for one in proof.subjects),
        named=sum(one.named.length for one in proof.subjects),
        sentence=_sentence(),
        said_to_all=said_to_all(),
        proof=file,
    )


def verified(complete: Complete, report: bytes | None) -> VerifiedCompleteness:
    """What was verified. `report`: an access report in JSON that must tell every entry. Raises Unproven."""
    covers = complete.covers
    return VerifiedCompleteness(
        verified=True,
        origin=covers.origin,
        size=covers.size,
        root=to_base64(covers.root),
        positions=list(complete.positions),
        named=complete.named,
        sentence=_sentence(),
        said_to_all=said_to_all(),
        position=UNSET if report is None else _compared(complete, report),
    )


def _compared(complete: Complete, content: bytes) -> int:
    try:
        report = from_json(content, _Report)
    except ValueError:
        raise Unproven("this is not an access report in JSON") from None
    told = set(_positions(report))
    missing = [
        position
        for position in complete.positions
        if position not in told and position <= report.position
    ]
    if missing:
        count, first = len(missing), missing[0]
        raise Unproven(f"the report leaves out {count} entries, the first at position {first}")
    return report.position


def _positions(report: _Report) -> Iterator[int]:
    for told in (*report.acts, *report.consultations):
        yield from told.positions


class RecomputedEpochs(Answer, frozen=True):
    """How many epochs of a log were computed again, and are what they were signed as."""

    origin: str
    epochs: int
