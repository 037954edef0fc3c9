"""What a certificate of erasure proves, as an answer."""

from typing import Literal

from msgspec import UNSET, UnsetType

from application.answer import Answer
from application.queries.deciding import RecordedDecision, recorded_decisions
from ledger.event import instant
from ledger.tlog.proving.certificate import CertificateContent


class CertifiedErasure(Answer, frozen=True):
    """An erasure that was decided and carried out, as the log proves it.

    `position`: of the erasure. `keys_destroyed`: ids, which commit to the keys. `origin`, `size`: of the log.
    `certificate`: the file, where one was written.
    """

    verified: Literal[True]
    data_subject: str
    erased_at: str
    recorded_at: str
    position: int
    decided_at_position: int
    ground: str
    request_ref: str | None
    categories: list[str]
    keys_destroyed: list[str]
    decisions: dict[str, RecordedDecision]
    origin: str
    size: int
    certificate: str | UnsetType = UNSET


def certified(found: CertificateContent) -> CertifiedErasure:
    """What was verified, in the shape that is shown."""
    return CertifiedErasure(
        verified=True,
        data_subject=str(found.data_subject),
        erased_at=instant(found.erased_at),
        recorded_at=instant(found.recorded_at),
        position=found.positions[1],
        decided_at_position=found.positions[0],
        ground=found.ground,
        request_ref=found.request_ref,
        categories=list(found.categories),
        keys_destroyed=list(found.keys_destroyed),
        decisions=recorded_decisions(found.decisions),
        origin=found.origin,
        size=found.size,
    )
