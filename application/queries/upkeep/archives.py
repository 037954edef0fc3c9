"""Answers about archives of published history."""

from datetime import datetime

from application.answer import Answer
from application.queries.upkeep.health import AuditReport, Verdict
from archive.manifest import CheckedArchive, Manifest, QueryAnswer, root_of_segments
from ledger.event import instant
from ledger.tlog.signing.base64 import to_base64
from schemas.encoding import JsonValue


class ArchivedHistory(Answer, frozen=True):
    """What an archive holds. `events`: how many were added; `waiting`: published, and not a whole segment.

    `bytes`: of all segments. `root`: of the tree over them, in base64.
    """

    position: int
    events: int
    waiting: int
    segments: int
    bytes: int
    root: str


class ArchivedCounts(Answer, frozen=True):
    """The answer to a question over the events of an archive, up to a position: rows of named columns."""

    question: str
    position: int
    rows: list[dict[str, JsonValue]]


def archived(manifest: Manifest, before: int, published: int) -> ArchivedHistory:
    """An archive as it is now. `before`: the last position that it held; `published`: that of the log."""
    return ArchivedHistory(
        position=manifest.last,
        events=manifest.last - before,
        waiting=published - manifest.last,
        segments=len(manifest.segments),
        bytes=sum(segment.bytes for segment in manifest.segments),
        root=to_base64(root_of_segments(manifest.segments)),
    )


def asked(answer: QueryAnswer) -> ArchivedCounts:
    """Counts as they are shown: instants as text."""
    rows = [
        {name: _shown(cell) for name, cell in zip(answer.columns, row, strict=True)}
        for row in answer.rows
    ]
    return ArchivedCounts(answer.question, answer.position, rows)


def _shown(cell: object) -> JsonValue:
    if cell is None or isinstance(cell, int | str):
        return cell
    if isinstance(cell, list):
        return [str(item) for item in cell]
    return instant(cell) if isinstance(cell, datetime) else str(cell)


def audited_archive(checked: CheckedArchive) -> AuditReport:
    """The audit of an archive, in the shape of a ledger's. Without a signed tree it is not comparable."""
    ok = not checked.findings
    unsound: Verdict = "not-in-order" if checked.published else "not-comparable"
    return AuditReport(
        ok=ok,
        verdict="in-order" if ok else unsound,
        published=checked.published,
        size=checked.size,
        root=to_base64(checked.root),
        findings=list(checked.findings),
        gaps=[],
        views=[],
        unchecked=[],
    )
