"""Reports about a person as they are issued: made, hashed, recorded on the request that asked for them."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from application.acts.acting import Act
from application.acts.requesting import check_allowed, find, record
from application.queries.access_report import Asked, access_report
from application.queries.log import checkpoint_status
from application.queries.portability import portability
from application.source import Source
from console.output import encode
from documents.portability import portability_csv
from documents.report_document import access_document
from documents.report_page import report_page
from documents.report_pdf import report_pdf
from host.settings import Settings
from host.wiring import Site
from ledger.tlog.proving.reading import published_by
from ledger.tlog.store.folder import LogFolder
from rulebook import provision_of

__all__ = ["ACCESS", "PORTABILITY", "Kind", "checkpoint_before", "made"]

Answer = dict[str, Any]


class Kind(NamedTuple):
    """A kind of report: which right it serves, what records it, how it is made and written."""

    right: str
    issued: str
    make: Callable[[Source, Asked], Answer]
    forms: Mapping[str, Callable[[Answer, Asked], bytes]]


ACCESS = Kind(
    "access",
    "access-report-issued",
    access_report,
    {
        "json": lambda answer, _asked: encode(answer),
        "html": lambda answer, _asked: report_page(access_document(answer)),
        "pdf": lambda answer, asked: report_pdf(access_document(answer), asked.rendered_at),
    },
)
PORTABILITY = Kind(
    "portability",
    "portability-export-issued",
    portability,
    {
        "json": lambda answer, _asked: encode(answer),
        "csv": lambda answer, _asked: portability_csv(answer),
    },
)


def made(site: Site, source: Source, asked: Asked, kind: Kind, form: str) -> bytes:
    """The report in a format, recorded on its request if it answers one; the same input, the same bytes.

    Raises UnknownSubject; of a request NotAllowed, ActRefused, Retry or Halt: then nothing was issued.
    """
    content = kind.forms[form](kind.make(source, asked), asked)
    if asked.request_ref is not None:
        _issue(site, source, asked, kind, content, form)
    return content


def checkpoint_before(settings: Settings, position: int) -> Answer | None:
    """The latest published checkpoint that covers nothing after a position; None when there is none."""
    signed = published_by(LogFolder(settings.log.folder), position)
    if signed is None:
        return None
    told = checkpoint_status(signed, None)
    return {"origin": signed.checkpoint.origin, "size": told["size"], "root": told["root"]}


def _issue(site: Site, source: Source, asked: Asked, kind: Kind, content: bytes, form: str) -> None:
    assert asked.request_ref
    found = find(source, asked.request_ref, asked.reference)
    check_allowed(found, "issue", source.now, kind.right)
    facts = {
        "request_ref": asked.request_ref,
        "sha256": sha256(content).hexdigest(),
        "format": form,
        "language": asked.language,
        "position": asked.position,
    }
    if asked.checkpoint:
        facts |= {
            "checkpoint_size": asked.checkpoint["size"],
            "checkpoint_root": asked.checkpoint["root"],
        }
    act = Act(
        name=kind.issued,
        subject=found.reference,
        provision=provision_of(found.right),
        facts=facts,
    )
    record(site, [act], site.clock())
