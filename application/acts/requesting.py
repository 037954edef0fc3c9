"""Requests as commands handle them: found by reference, held against their state, acted on."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from application.acts.acting import Act, act
from application.following import bring_up_to_date
from application.lookups import alike, names_of
from application.queries.subjects import check_person, is_erased, known_streams, note_read
from application.source import ERASED, Source, rows_known
from host.wiring import Site
from ledger.errors import Misconfigured, Reject
from projections.folds.timetravel import NOW, Moment
from projections.reading.request_acts import ActOn, hindrance
from projections.reading.views import register_entries, requests
from projections.views.requests import VIEW, Request
from rulebook import provision_of
from rulebook.calendar import day_of

__all__ = [
    "Found",
    "NotAllowed",
    "Opening",
    "check_allowed",
    "find",
    "found_of",
    "known_requests",
    "new_reference",
    "open_request",
    "record",
]

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class NotAllowed(Reject):
    """The state of a request or an incident forbids an act; nothing was recorded."""


class Found(Struct, frozen=True):
    """One request and whose it is. `reference`: as it is shown; that of an erased person is gone."""

    stream: UUID
    reference: Any
    request: Request

    @property
    def right(self) -> str:
        """What was asked for; empty when the request was never received."""
        return self.request.right or ""

    @property
    def is_objection(self) -> bool:
        """Whether it objects to an activity."""
        return self.right == "objection"


class Opening(Struct, frozen=True):
    """A request that came in. `objection`: the activity objected to, and why.

    `unknown`: nothing is known of the person, who has the right to be told so. `letter`: what they wrote.
    """

    subject: str
    right: str
    channel: str
    received_on: str | None = None
    ref: str | None = None
    objection: tuple[str, str] | None = None
    unknown: bool = False
    letter: str | None = None


def found_of(source: Source, rows: Sequence[tuple[UUID, Request]]) -> list[Found]:
    """Rows of the view with the references of their persons, noted as one answer about many."""
    source.reads.note_many(())
    names = source.names(stream for stream, _ in rows)
    return [Found(stream, names[stream], request) for stream, request in rows]


def known_requests(
    source: Source,
    moment: Moment,
    *,
    streams: Sequence[UUID] | None = None,
    refs: Sequence[str] | None = None,
    unanswered: bool = False,
) -> list[tuple[UUID, Request]]:
    """Requests as they were known at a moment, in the order of `requests`; they say themselves how they were.

    `unanswered`: leave out what is answered; as of the past it is for the reader to choose.
    """
    if moment.known == NOW:
        return requests(source.session, streams=streams, refs=refs, unanswered=unanswered)
    found = [
        (stream, request)
        for stream, rows in rows_known(source, VIEW, moment.known)
        for ref, request in rows.items()
        if (streams is None or stream in streams) and (refs is None or ref in refs)
    ]
    return sorted(found, key=_urgency)


def _urgency(row: tuple[UUID, Request]) -> tuple[bool, datetime, str, UUID]:
    stream, request = row
    _, due = VIEW.cells((stream, request.ref), request)
    return due is None, due or datetime.max.replace(tzinfo=UTC), request.ref, stream


def find(source: Source, ref: str, subject: str | None = None, moment: Moment = NOW) -> Found:
    """The request of a reference. Raises Reject when there is none, several, or another person's."""
    rows = known_requests(source, moment, refs=[ref])
    if subject is not None:
        streams = known_streams(source, subject)
        others, rows = rows, [row for row in rows if row[0] in streams]
        if others and not rows:
            raise NotAllowed(f"request {ref} is of another person")
    if not rows:
        raise NotAllowed(f"there is no request {ref}")
    if len(rows) > 1:
        raise NotAllowed(f"{len(rows)} persons have a request {ref}: name one with --subject")
    [(stream, request)] = rows
    if subject is not None:
        note_read(source, subject)
    return Found(stream, subject or source.noted(stream), request)


def check_allowed(found: Found, what: ActOn, time: datetime, code: str = "") -> None:
    """Raise NotAllowed when the request's state forbids an act at a time."""
    why = hindrance(what, found.request, time, code)
    if why is None and found.reference == ERASED:
        why = f"the person of request {found.request.ref} was erased: name them with --subject"
    if why is not None:
        raise NotAllowed(why)


def open_request(site: Site, source: Source, opening: Opening, time: datetime) -> Found:
    """Record that a request came in. Raises NotAllowed when its reference is taken, Misconfigured.

    Raises UnknownSubject for a person of whom nothing is known, unless that is said.
    """
    check_person(opening.subject)
    if opening.objection is not None:
        _check_declared(source, opening.objection[0])
    if not opening.unknown:
        known_streams(source, opening.subject)
    _check_sealable(source, opening)
    ref = opening.ref or new_reference(time)
    if requests(source.session, refs=[ref]):
        raise NotAllowed(f"there is a request {ref} already")
    received_on = opening.received_on or day_of(time).isoformat()
    if received_on > day_of(time).isoformat():
        raise Misconfigured("--received-on: expected a day that has come")
    record(site, _opening_acts(opening, ref, received_on), time)
    return find(source, ref, opening.subject)


def _check_declared(source: Source, activity: str) -> None:
    """An objection to what nobody declared would stop nothing."""
    entries = [entry for entry in register_entries(source.session) if entry.declared]
    if activity not in {entry.activity for entry in entries}:
        names = names_of((entry.activity, (entry.name,)) for entry in entries)
        raise Misconfigured(
            f"--activity: no activity {activity} is declared{alike(activity, names)}; "
            "`ledger register` lists them all"
        )


def _check_sealable(source: Source, opening: Opening) -> None:
    """What somebody wrote of whom everything was erased could not be sealed."""
    if opening.letter is not None and is_erased(source, opening.subject):
        raise NotAllowed("all of this person is erased already: open the request without --letter")


def _opening_acts(opening: Opening, ref: str, received_on: str) -> list[Act]:
    def made(name: str, **facts: Any) -> Act:
        return Act(
            name=name,
            subject=opening.subject,
            provision=provision_of(opening.right),
            facts={"request_ref": ref, **facts},
        )

    received = made(
        "rights-request-received",
        right=opening.right,
        channel=opening.channel,
        received_on=received_on,
    )
    if opening.letter is not None:
        received = msgspec.structs.replace(
            received, categories=["correspondence"], personal={"letter_text": opening.letter}
        )
    if opening.objection is None:
        return [received]
    activity, ground = opening.objection
    return [received, made("objection-raised", activity_objected=activity, ground=ground)]


def new_reference(time: datetime, series: str = "VZ") -> str:
    """A reference by chance, without digits that could be taken for a number of somebody."""
    return f"{series}-{time.year}-{''.join(secrets.choice(_LETTERS) for _ in range(8))}"


def record(site: Site, acts: Sequence[Act], time: datetime) -> None:
    """Record what was done at a time, and let the views see it."""
    act(site, [msgspec.structs.replace(one, time=time) for one in acts])
    bring_up_to_date(site)
