"""Reports about a person: when one is issued, its hash is recorded on the request that asked for it."""

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from application.acts.acting import Act, office_lock
from application.acts.requesting import check_allowed, record
from application.queries.cases.found_requests import find
from application.queries.reports.access import CoveringCheckpoint, ReportScope
from application.site import Site
from application.source import Source
from ledger.tlog.proving.reading import published_by
from ledger.tlog.signing.base64 import to_base64
from ledger.tlog.store.folder import LogFolder
from rulebook import provision_of
from schemas import names
from schemas.encoding import JsonValue


class ReportKind(NamedTuple):
    """A kind of report: which right it serves, and what records that it was issued."""

    right: str
    issued: str


ACCESS = ReportKind("access", names.ACCESS_REPORT_ISSUED)
PORTABILITY = ReportKind("portability", names.PORTABILITY_EXPORT_ISSUED)


def issue(
    site: Site, source: Source, scope: ReportScope, kind: ReportKind, content: bytes, form: str
) -> None:
    """Record the report on the request that it answers; without a request record nothing.

    Raises of a request NotAllowed, ActRefused, Retry or Halt: then nothing was issued.
    """
    if scope.request_ref is not None:
        with office_lock(site):
            assert scope.request_ref
            case = find(source, scope.request_ref, scope.reference)
            check_allowed(case, "issue", source.now, kind.right)
            facts: dict[str, JsonValue] = {
                "request_ref": scope.request_ref,
                "sha256": sha256(content).hexdigest(),
                "format": form,
                "language": scope.language,
                "position": scope.position,
            }
            if scope.checkpoint:
                facts |= {
                    "checkpoint_size": scope.checkpoint.size,
                    "checkpoint_root": scope.checkpoint.root,
                }
            act = Act(
                name=kind.issued,
                subject=case.person,
                provision=provision_of(case.right),
                facts=facts,
            )
            record(site, [act], site.clock())


def checkpoint_before(folder: Path, position: int) -> CoveringCheckpoint | None:
    """The latest published checkpoint that covers nothing after a position; None when there is none."""
    signed = published_by(LogFolder(folder), position)
    if signed is None:
        return None
    checkpoint = signed.checkpoint
    return CoveringCheckpoint(
        origin=checkpoint.origin, size=checkpoint.size, root=to_base64(checkpoint.root)
    )
