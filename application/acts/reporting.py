"""Reports about a person as they are issued: hashed, recorded on the request that asked for them."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from application.acts.acting import Act
from application.acts.requesting import check_allowed, record
from application.queries.access_report import Asked, access_report
from application.queries.found_requests import find
from application.queries.log import checkpoint_status
from application.queries.portability import portability
from application.site import Site
from application.source import Source
from ledger.tlog.proving.reading import published_by
from ledger.tlog.store.folder import LogFolder
from rulebook import provision_of

Answer = dict[str, Any]


class Kind(NamedTuple):
    """A kind of report: which right it serves, what records it, how it is made."""

    right: str
    issued: str
    make: Callable[[Source, Asked], Answer]


ACCESS = Kind("access", "access-report-issued", access_report)
PORTABILITY = Kind("portability", "portability-export-issued", portability)


def issue(site: Site, source: Source, asked: Asked, kind: Kind, content: bytes, form: str) -> None:
    """Record on the request, if it answers one, what is handed over.

    Raises of a request NotAllowed, ActRefused, Retry or Halt: then nothing was issued.
    """
    if asked.request_ref is not None:
        _issue(site, source, asked, kind, content, form)


def checkpoint_before(folder: Path, position: int) -> Answer | None:
    """The latest published checkpoint that covers nothing after a position; None when there is none."""
    signed = published_by(LogFolder(folder), position)
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
