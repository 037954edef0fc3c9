"""`ledger recipients`: every party that may receive personal data, as it was at a time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from console.answers.source import Source, shown
from projections.read import recipients_by_id
from projections.recipients import Recipient, Version, ended_at, known_at, recipient_at

__all__ = ["RecipientNames", "recipients"]


def recipients(source: Source, as_of: datetime | None) -> dict[str, Any]:
    """Every recipient that was known by then, sorted by its id."""
    rows = []
    for row in recipients_by_id(source.session).values():
        known = known_at(row, as_of) if as_of else row
        if known:
            rows.append(_recipient(source, known, as_of or source.now))
    return {"recipients": rows}


def _recipient(source: Source, row: Recipient, time: datetime) -> dict[str, Any]:
    version, ending = recipient_at(row, time), ended_at(row)
    return {
        "recipient": row.recipient,
        "name": _name(source, row.recipient, version),
        "kind": version.kind if version else None,
        "role": version.role if version else None,
        "country": version.country if version else None,
        "valid_from": version.valid_from.isoformat() if version else None,
        "agreement_ref": version.agreement_ref if version else None,
        "transfer_mechanism": version.transfer_mechanism if version else None,
        "ended": {"valid_to": ending.valid_to.isoformat(), "reason": ending.reason}
        if ending
        else None,
    }


def _name(source: Source, recipient: str, version: Version | None) -> Any:
    """The name; that of a private person is opened with the recipient's own key."""
    if version is None or version.sealed_name is None:
        return version.name if version else None
    stream = source.ledger.registry_stream(f"recipient/{recipient}")
    return shown(source.open(stream, "identity", "name", version.sealed_name))


class RecipientNames:
    """Names of recipients as they were when a disclosure occurred; each is opened once."""

    def __init__(self, source: Source, rows: Mapping[str, Recipient]) -> None:
        self._source = source
        self._rows = rows
        self._names: dict[tuple[str, Version], Any] = {}

    def at(self, recipient: str, time: datetime) -> Any:
        """The name at a time; None for a recipient that nobody registered."""
        row = self._rows.get(recipient)
        version = recipient_at(row, time) if row else None
        if version is None:
            return None
        key = recipient, version
        if key not in self._names:
            self._names[key] = _name(self._source, recipient, version)
        return self._names[key]
