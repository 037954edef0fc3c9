"""Reports about a person as they are issued: made, hashed, recorded on the request that asked for them."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from console.acting import Act
from console.answers.access_report import Asked
from console.answers.log import checkpoint_status
from console.answers.source import Source
from console.export.report_document import access_document
from console.export.report_page import report_page
from console.export.report_pdf import report_pdf
from console.output import encode
from console.requesting import Found, check_allowed, find, record
from console.settings import Settings
from console.wiring import Site
from ledger.tlog.folder import LogFolder
from ledger.tlog.reading import published_by
from rulebook import provision_of

__all__ = ["FORMATS", "checkpoint_before", "issue", "rendered"]

Answer = dict[str, Any]
_RENDER: dict[str, Callable[[Answer, Asked], bytes]] = {
    "json": lambda answer, _asked: encode(answer),
    "html": lambda answer, _asked: report_page(access_document(answer)),
    "pdf": lambda answer, asked: report_pdf(access_document(answer), asked.rendered_at),
}
FORMATS = tuple(_RENDER)


def rendered(answer: Answer, asked: Asked, form: str) -> bytes:
    """The report in a format: the same answer gives the same bytes."""
    return _RENDER[form](answer, asked)


def checkpoint_before(settings: Settings, position: int) -> Answer | None:
    """The latest published checkpoint that covers nothing after a position; None when there is none."""
    signed = published_by(LogFolder(settings.log.folder), position)
    if signed is None:
        return None
    told = checkpoint_status(signed, None)
    return {"origin": signed.checkpoint.origin, "size": told["size"], "root": told["root"]}


def issue(
    site: Site, source: Source, asked: Asked, content: bytes, form: str, *, right: str, name: str
) -> None:
    """Record that the report was issued on its request. Raises NotAllowed, ActRefused, Retry or Halt."""
    assert asked.request_ref
    found = _request_of(source, asked, right)
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
    act = Act(name=name, subject=found.reference, provision=provision_of(found.right), facts=facts)
    record(site, [act], site.clock())


def _request_of(source: Source, asked: Asked, right: str) -> Found:
    """The request that the report answers. Raises NotAllowed when it is none for this right, or over."""
    assert asked.request_ref
    found = find(source, asked.request_ref, asked.reference)
    check_allowed(found, "issue", source.now, right)
    return found
