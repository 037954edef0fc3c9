"""What a certificate of erasure proves, as an answer."""

from typing import Literal

from msgspec import UNSET, UnsetType

from application.answer import Answer
from application.queries.keeping.deciding import RecordedDecision, recorded_decisions
from ledger.event import instant
from ledger.tlog.proving.certificate import CertificateContent


class CertifiedErasure(Answer, frozen=True):
    """An erasure that was decided and carried out, as the log proves it.

    `position`: of the erasure. `keys_destroyed`: ids, which commit to the keys. `origin`, `size`: of the log.
    `certificate`: the file, where one was written. `fields`: where single ones went, and no category did;
    values after `through` stayed.
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
    fields: list[str] | UnsetType = UNSET
    through: str | UnsetType = UNSET


def certified(content: CertificateContent) -> CertifiedErasure:
    """What was verified, in the shape that is shown."""
    return CertifiedErasure(
        verified=True,
        data_subject=str(content.data_subject),
        erased_at=instant(content.erased_at),
        recorded_at=instant(content.recorded_at),
        position=content.positions[1],
        decided_at_position=content.positions[0],
        ground=content.ground,
        request_ref=content.request_ref,
        categories=list(content.categories),
        keys_destroyed=list(content.keys_destroyed),
        decisions=recorded_decisions(content.decisions),
        origin=content.origin,
        size=content.size,
        fields=list(content.fields) or UNSET,
        through=instant(content.through) if content.through else UNSET,
    )
