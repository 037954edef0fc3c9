"""`ledger report portability`: what a person provided, to take along (GDPR Art. 20).

Provided by the person, or observed while they used the service, and processed on consent or a contract.
What others told us, what we made of it, and what rests on another basis stays out. Moving a number and
taking over a contract are no exports: they have acts of their own, and each party keeps its own history.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from application.answer import Answer
from application.queries.persons.person import HeldValue, Subject, seal_of, subject_of
from application.queries.reports.access import ReportScope
from application.said_to_all import SaidToAll, said_to_all
from application.source import Shown, Source
from ledger.event import RecordedEvent, instant
from schemas import CATEGORIES, ROLLING_CATEGORIES, names

Way = Literal["provided", "observed"]
_BASES = frozenset({"6-1-a", "6-1-b"})
# Where data comes from -> how it came from the person; every other origin is not theirs to take along.
_WAYS: Mapping[str, Way] = {
    "customer": "provided",
    "portal": "provided",
    "app": "provided",
    "device": "observed",
    "cookie": "observed",
    "network": "observed",
}
# Acts by which a person gives data without a word about its origin.
_GIVING = frozenset({names.CUSTOMER_REGISTERED, names.CONTACT_PERSON_ADDED})


class PortableValue(Answer, frozen=True):
    """A value to take along. `how`: the person gave it, or it was observed while they used the service."""

    category: str
    field: str
    value: Shown
    since: str
    how: Way | None
    legal_basis: str | None
    activity: str | None
    position: int


class PortabilityExport(Answer, frozen=True):
    """What a person provided, to take along, as of one position of the ledger.

    `seal`: 256 bits that cannot be guessed without the person's key, which the recorded hash of the file
    covers.
    """

    export: Literal["portability"]
    article: Literal["20"]
    version: Literal["1"]
    subject: str
    request_ref: str | None
    position: int
    made_at: str
    controller: str
    data: list[PortableValue]
    said_to_all: SaidToAll
    seal: str


def portability(source: Source, scope: ReportScope) -> PortabilityExport:
    """The export. Raises UnknownSubject."""
    subject, made_at = subject_of(source, scope.reference, scope.position), scope.rendered_at
    place = ["portability/1", scope.position, instant(made_at), scope.request_ref]
    return PortabilityExport(
        export="portability",
        article="20",
        version="1",
        subject=scope.reference,
        request_ref=scope.request_ref,
        position=scope.position,
        made_at=instant(made_at),
        controller=scope.controller.name,
        data=list(_data(subject)),
        said_to_all=said_to_all(),
        seal=seal_of(source, subject, place),
    )


def _data(subject: Subject) -> Iterator[PortableValue]:
    """What counts now; of a category that rolls on month by month every value that is still held."""
    values = [value for value in subject.values if _is_theirs(value)]
    for value in sorted(values, key=lambda value: (CATEGORIES.index(value.category), value.field)):
        event = value.event
        yield PortableValue(
            category=value.category,
            field=value.field,
            value=value.value,
            since=instant(event.time),
            how=_way_of(event),
            legal_basis=event.legal_basis,
            activity=event.activity,
            position=event.position,
        )


def _is_theirs(value: HeldValue) -> bool:
    is_lasting = value.current or value.category in ROLLING_CATEGORIES
    is_from_person = _way_of(value.event) is not None and value.event.legal_basis in _BASES
    return (
        is_lasting and is_from_person and value.annulled_by is None and value.category != "remark"
    )


def _way_of(event: RecordedEvent) -> Way | None:
    """How the data came from the person; None when it did not."""
    if event.name == names.PERSONAL_DATA_CORRECTED:
        return "provided" if event.facts["requested_by"] == "subject" else None
    origin = event.facts.get("origin") or ("customer" if event.name in _GIVING else "")
    return _WAYS.get(origin)
