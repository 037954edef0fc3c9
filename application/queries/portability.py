"""`ledger report portability`: what a person provided, to take along (GDPR Art. 20).

Provided by the person, or observed while they used the service, and processed on consent or a contract.
What others told us, what we made of it, and what rests on another basis stays out. Moving a number and
taking over a contract are no exports: they have acts of their own, and each party keeps its own history.
"""

from collections.abc import Iterator
from typing import Any

import orjson

from application.queries.access_report import Asked
from application.queries.report_person import Held, Subject, subject_of
from application.source import Source
from ledger.crypto.sealing import base64url
from ledger.event import RecordedEvent, instant
from schemas import CATEGORIES, ROLLING_CATEGORIES

_BASES = frozenset({"6-1-a", "6-1-b"})
# Where data comes from -> how it came from the person; every other origin is not theirs to take along.
_WAYS = {
    "customer": "provided",
    "portal": "provided",
    "app": "provided",
    "device": "observed",
    "cookie": "observed",
    "network": "observed",
}
# Acts by which a person gives data without a word about its origin.
_GIVING = frozenset({"customer-registered", "contact-person-added"})


def portability(source: Source, asked: Asked) -> dict[str, Any]:
    """The export. Raises UnknownSubject for whoever is not known."""
    subject = subject_of(source, asked.reference, asked.position)
    return {
        "export": "portability",
        "article": "20",
        "version": "1",
        "subject": asked.reference,
        "request_ref": asked.request_ref,
        "position": asked.position,
        "made_at": instant(asked.rendered_at),
        "controller": asked.controller.name,
        "data": list(_data(subject)),
        "seal": _seal(source, subject, asked),
    }


def _data(subject: Subject) -> Iterator[dict[str, Any]]:
    """What counts now; of a category that rolls on month by month every value that is still held."""
    values = [one for one in subject.values if _is_theirs(one)]
    for held in sorted(values, key=lambda one: (CATEGORIES.index(one.category), one.field)):
        event = held.event
        yield {
            "category": held.category,
            "field": held.field,
            "value": held.value,
            "since": instant(event.time),
            "how": _way(event),
            "legal_basis": event.legal_basis,
            "activity": event.activity,
            "position": event.position,
        }


def _is_theirs(held: Held) -> bool:
    lasting = held.current or held.category in ROLLING_CATEGORIES
    by_them = _way(held.event) is not None and held.event.legal_basis in _BASES
    return lasting and by_them and held.annulled_by is None and held.category != "remark"


def _way(event: RecordedEvent) -> str | None:
    """How the data came from the person; None when it did not."""
    if event.name == "personal-data-corrected":
        return "provided" if event.facts["requested_by"] == "subject" else None
    origin = event.facts.get("origin") or ("customer" if event.name in _GIVING else "")
    return _WAYS.get(origin)


def _seal(source: Source, subject: Subject, asked: Asked) -> str:
    """256 bits that nobody can guess without the person's key: the recorded hash covers them."""
    place = ["portability/1", asked.position, instant(asked.rendered_at), asked.request_ref]
    return base64url(source.opener.keyed(subject.streams[-1], orjson.dumps(place)))
