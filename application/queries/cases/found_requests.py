"""Requests of persons, found by their reference, as they were known at a moment."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct

from application.answer import Name
from application.queries.subjects import known_streams, note_read, selections
from application.source import Source, each_known
from ledger.errors import Reject
from projections.folds.timetravel import NOW, Moment, fold
from projections.following.derive import check_told
from projections.reading.known import rows_told
from projections.reading.views import requests
from projections.views.requests import VIEW, Request


class NotAllowed(Reject):
    """The state of a request or an incident forbids an act; nothing was recorded."""


class NoSuchCase(NotAllowed):
    """There is no request, incident, complaint or hold of that reference."""


class FoundRequest(Struct, frozen=True):
    """One request and whose it is. `reference`: as it is shown; that of an erased person is gone.

    `pseudonym`: what the answer calls the data subject, where that is not the stream.
    """

    stream: UUID
    reference: Name
    request: Request
    pseudonym: UUID | None = None

    @property
    def person(self) -> str:
        """The reference of the person. Raises NotAllowed when it is gone."""
        if isinstance(self.reference, str):
            return self.reference
        raise NotAllowed(
            f"the person of request {self.request.ref} was erased: name them", field="subject"
        )

    @property
    def right(self) -> str:
        """What was asked for; empty when the request was never received."""
        return self.request.right or ""

    @property
    def is_objection(self) -> bool:
        """Whether it objects to an activity."""
        return self.right == "objection"


def found_of(source: Source, rows: Sequence[tuple[UUID, Request]]) -> list[FoundRequest]:
    """Rows of the view with the references of their persons, noted as one answer about many."""
    source.reads.note_many(())
    names = source.names(stream for stream, _ in rows)
    return [
        FoundRequest(stream, names[stream], request, source.pseudonym(stream))
        for stream, request in rows
    ]


def known_requests(
    source: Source,
    moment: Moment,
    *,
    streams: Sequence[UUID] | None = None,
    refs: Sequence[str] | None = None,
    unanswered: bool = False,
) -> list[tuple[UUID, Request]]:
    """Requests as they were known at a moment, in the order of `requests`. Each gives its past by `until`.

    `unanswered`: leave out what is answered; as of the past it is for the reader to choose.
    """
    if moment.known == NOW:
        return requests(source.session, streams=streams, refs=refs, unanswered=unanswered)
    if streams is None:
        return sorted(each_known(source, VIEW, moment.known, refs), key=_urgency)
    check_told(source.session, moment.known, streams)
    told = rows_told(source.session, VIEW, streams, moment.known, source.privacy_office)
    rows = [(stream, row) for (stream, ref), row in told if refs is None or ref in refs]
    return sorted(rows, key=_urgency)


def requests_of(source: Source, reference: str, moment: Moment) -> list[tuple[UUID, Request]]:
    """The requests of a person as they were known at a moment, of those that the reader may know of.

    In the same order. Raises UnknownSubject.
    """
    people = selections(source, reference, moment.known)
    rows = [
        (person.subject, request)
        for person in people
        for request in fold(VIEW, person.selected.counted).values()
    ]
    return sorted(rows, key=_urgency)


def _urgency(row: tuple[UUID, Request]) -> tuple[bool, datetime, str, UUID]:
    stream, request = row
    due = request.open_until
    # A request without a running period comes last.
    return due is None, due or datetime.max.replace(tzinfo=UTC), request.ref, stream


def find(
    source: Source, ref: str, subject: str | None = None, moment: Moment = NOW
) -> FoundRequest:
    """The request of a reference. Raises Reject when there is none, several, or another person's."""
    rows = known_requests(source, moment, refs=[ref])
    if subject is not None:
        streams = known_streams(source, subject)
        others, rows = rows, [row for row in rows if row[0] in streams]
        if others and not rows:
            raise NotAllowed(f"request {ref} is of another person")
    if not rows:
        raise NoSuchCase(f"there is no request {ref}")
    if len(rows) > 1:
        raise NotAllowed(f"{len(rows)} persons have a request {ref}: name one", field="subject")
    [(stream, request)] = rows
    if subject is not None:
        note_read(source, subject)
    reference = subject or source.noted(stream)
    return FoundRequest(stream, reference, request, source.pseudonym(stream))
