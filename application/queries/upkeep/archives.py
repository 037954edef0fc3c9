"""Answers about archives of published history."""

from application.answer import Answer
from application.queries.upkeep.health import AuditReport
from archive.manifest import CheckedArchive, Manifest, root_of_segments
from ledger.tlog.signing.base64 import to_base64


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


def audited_archive(checked: CheckedArchive) -> AuditReport:
    """The audit of an archive, in the shape of a ledger's. Without a signed tree it is not comparable."""
    ok = not checked.findings
    unsound = "not-in-order" if checked.published else "not-comparable"
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
