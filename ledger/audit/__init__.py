"""The audit of a whole ledger: reads everything at one moment and reports every finding; changes nothing.

Positions and versions without a gap, recorded times, every entry against the published tiles, every signed
checkpoint against the table, states and names, batches that join and cover every position, bookmarks that
are where the batches end, gaps that an event explains, refused messages that are kept or were removed in a
way that is known, a catalogue that is as the migrations make it. Details never quote a value.
"""

from base64 import b64encode

import msgspec

from ledger.audit.batches import check_batches, check_bookmarks, check_head, check_letters
from ledger.audit.catalogue import check_catalogue
from ledger.audit.entries import walk
from ledger.audit.findings import ExplainedGap, Finding, Findings
from ledger.audit.published import Comparison, PublishedLog
from ledger.audit.states import check_states
from ledger.errors import LedgerError, Retry
from ledger.postgres import Session

__all__ = ["Audit", "ExplainedGap", "Finding", "PublishedLog", "audit", "audit_log"]

_APPLICATION = "application"


class Audit(msgspec.Struct, frozen=True):
    """The result: how many events, their Merkle root in base64, and everything that was found."""

    size: int
    root: str
    findings: tuple[Finding, ...]
    gaps: tuple[ExplainedGap, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def audit(session: Session, log: PublishedLog | None = None) -> Audit:
    """Check everything that was recorded, and, with a log, published. Needs the reader's role.

    Flat memory but for batches and gaps. Raises Retry when the database goes away.
    """
    findings = Findings()
    check_catalogue(session, findings)
    gaps: dict[int, ExplainedGap] = {}
    comparison = Comparison(log, findings)  # read first: what is published was recorded before
    try:
        gaps = _check_rows(session, comparison, findings)
    except Retry:
        raise
    except LedgerError as error:
        findings.note(None, "unreadable", str(error))
    root = b64encode(comparison.root).decode()
    return Audit(comparison.size, root, findings.sorted(), tuple(gaps.values()))


def _check_rows(
    session: Session, comparison: Comparison, findings: Findings
) -> dict[int, ExplainedGap]:
    with session.transaction():
        session.run("begin_snapshot")
        last = audit_log(session, comparison, findings)
        batches = session.rows("batches")
        unnamed = [(row[5], row[6]) for row in batches if row[1] == _APPLICATION]
        gaps = check_states(session.stream("events_with_names"), unnamed, findings)
        check_head(session.row("head_row"), last, batches, findings)
        check_batches(batches, last, findings)
        check_letters(session.row("letter_balance"), findings)
        check_bookmarks(session.rows("bookmark_offsets"), batches, gaps, findings)
        for (position,) in session.rows("names_without_event"):
            findings.note(position, "event-id", "a name without an event")
    return gaps


def audit_log(session: Session, comparison: Comparison, findings: Findings) -> int:
    """The log part alone, inside the caller's transaction; the last position."""
    last = 0
    for position, entry in walk(session.copied("copy_entries"), findings):
        comparison.add(position, entry)
        last = position
    comparison.end()
    for position, expected in session.rows("wrong_versions"):
        findings.note(position, "version", f"expected version {expected} of its stream")
    return last
