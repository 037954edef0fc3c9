"""Reading the views, as the reader: what the console shows, values still sealed.

Every function takes a session of the reader's role; each answer is one statement or one block of rows at
a time. Raises NotInstalled before the views were made, Halt when they were built by other code.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

import msgspec

from ledger.errors import Halt
from ledger.reading import LAST
from ledger.storage.postgres import Session
from projections.findings import view as findings_view
from projections.findings.join import Entry as Found
from projections.findings.judging import Finding, finding_of
from projections.folds.view import AnyView, View, place_of
from projections.following.storage import Bookmark, bookmarks, each_row
from projections.keeping import holds as holds_view
from projections.keeping.holds import Hold
from projections.reading.transfers import with_kind
from projections.views import complaints as complaints_view
from projections.views import (
    consent_status,
    customer_state,
    disclosures,
    processing_register,
    recipients,
)
from projections.views import incidents as incidents_view
from projections.views import notifications as notifications_view
from projections.views import orders as orders_view
from projections.views import requests as requests_view
from projections.views import secrecy as secrecy_view
from projections.views.complaints import Complaint
from projections.views.consent_status import Consent, Row
from projections.views.customer_state import CustomerState
from projections.views.disclosures import FEED, Disclosure
from projections.views.incidents import Incident
from projections.views.notifications import Changes
from projections.views.orders import Order
from projections.views.processing_register import Entry
from projections.views.recipients import Recipient
from projections.views.requests import Request
from projections.views.secrecy import Secrets
from rulebook.calendar import quarter_of

S = TypeVar("S")
_PEOPLE = 500
_BLOCK_ROWS = 1_000
_BEFORE_ALL = (datetime(1, 1, 1, tzinfo=UTC), "", "", "", UUID(int=0), "")
_FINDING_PLACE = ("occurred_at", "source", "id", "rule", "stream", "subkey")
FindingPlace = tuple[datetime, str, str, str, UUID]
"""Where a finding stands in a list: when it occurred, its source, id and rule, and its stream."""


def bookmark_of(session: Session, view: AnyView) -> Bookmark:
    """How far a view is. Raises Halt when it was not built by this version of the code."""
    bookmark = bookmarks(session).get(view.name)
    if bookmark is None or bookmark.version != view.version:
        raise Halt(f"view {view.name} was not built by this version: run `ledger rebuild`")
    return bookmark


def customer_states_of(session: Session, streams: Sequence[UUID]) -> dict[UUID, CustomerState]:
    """The states of those persons that have one."""
    states = _rows_of(session, customer_state.VIEW, streams)
    return {stream: state for (stream, _), state in states.items()}


def consents(session: Session) -> Iterator[tuple[UUID, str, Consent]]:
    """Every consent: stream, purpose and the deciding act, sorted by both, in flat memory."""
    for (stream, purpose), state in each(session, consent_status.VIEW):
        if isinstance(state, Consent):
            yield stream, purpose, state


def consents_of(session: Session, streams: Sequence[UUID]) -> dict[UUID, dict[str, Row]]:
    """The consents and choices of some persons by subkey, sorted; without the persons that have none."""
    result: dict[UUID, dict[str, Row]] = {}
    for (stream, subkey), state in _rows_of(session, consent_status.VIEW, streams).items():
        result.setdefault(stream, {})[subkey] = state
    return result


def disclosed(
    session: Session,
    *,
    streams: Sequence[UUID] | None = None,
    recipient: str | None = None,
    kind: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Disclosure]:
    """Disclosures that fit, by (occurred_at, source, id), in flat memory; bounds are inclusive.

    `streams`: of some persons. `recipient`: bare id. `kind`: of the recipient, or FEED: feeds. None: any.
    """
    bookmark_of(session, disclosures.VIEW)
    rows = session.of("projections").stream(
        "disclosures",
        streams=None if streams is None else list(streams),
        recipient=recipient,
        kinds=_cells(kind),
        since=since,
        until=until,
    )
    told = _with_kinds(session, (disclosures.VIEW.read(state) for (state,) in rows))
    return (row for row in told if kind in {None, FEED, row.recipient_kind})


def _cells(kind: str | None) -> list[str] | None:
    """The cells of the rows that may be of a kind: the kind of a feed is known by its recipient."""
    return None if kind is None else sorted({kind, FEED})


def _with_kinds(session: Session, rows: Iterable[Disclosure]) -> Iterator[Disclosure]:
    """Disclosures, feeds with the kind of their recipient at the time: those are read when one comes."""
    known: dict[str, Recipient] | None = None
    for row in rows:
        if row.name == FEED and not row.recipient_kind:
            known = recipients_by_id(session) if known is None else known
            yield with_kind(row, known.get(row.recipient))
        else:
            yield row


class Narrowed(NamedTuple):
    """Which disclosures. `recipient`, `kind`, `since`: as for `disclosed`. `upto`: the last position.

    Feeds come of any kind: their kind is that of their recipient.
    """

    recipient: str | None = None
    kind: str | None = None
    since: datetime | None = None
    upto: int = LAST


def disclosures_before(
    session: Session, place: tuple[datetime, str, str], count: int, narrowed: Narrowed
) -> list[Disclosure]:
    """At most `count` disclosures before a place (occurred_at, source, id), the latest first."""
    bookmark_of(session, disclosures.VIEW)
    occurred_at, source, id = place
    rows = session.of("projections").rows(
        "disclosures_page",
        occurred_at=occurred_at,
        source=source,
        id=id,
        count=count,
        recipient=narrowed.recipient,
        kinds=_cells(narrowed.kind),
        since=narrowed.since,
        upto=place_of(narrowed.upto),
    )
    return [*_with_kinds(session, (disclosures.VIEW.read(state) for (state,) in rows))]


def disclosures_by_quarter(
    session: Session, since: datetime | None, until: datetime | None
) -> list[tuple[str, str, int]]:
    """Quarter (`2026-Q1`, of Amsterdam's calendar), kind of recipient and number of disclosures, sorted.

    `since` is inclusive, `until` exclusive; None: no bound.
    """
    bookmark_of(session, disclosures.VIEW)
    rows = session.of("projections").rows("disclosures_by_quarter", since=since, until=until)
    counts = Counter({(quarter, kind): int(count) for quarter, kind, count in rows if kind != FEED})
    feeds = disclosed(session, kind=FEED, since=since, until=until)
    counts.update(
        (quarter_of(row.occurred_at), row.recipient_kind)
        for row in feeds
        if row.name == FEED and (until is None or row.occurred_at < until)
    )
    return [(quarter, kind, count) for (quarter, kind), count in sorted(counts.items())]


def findings(
    session: Session,
    clock: datetime,
    *,
    rules: Collection[str] | None = None,
    about: Sequence[UUID] | None = None,
    after: FindingPlace | None = None,
    first: int = _BLOCK_ROWS,
) -> Iterator[Finding]:
    """Findings that count at the clock, by (occurred_at, source, id, rule), in flat memory.

    `rules`: ids. `about`: streams of the events. None: any. `after`: a place that they come after, or are at.
    `first`: how many will do, most likely; then more are read.
    As of the past: `past.past_findings`.
    """
    placed = findings_placed(session, clock, rules=rules, about=about, after=after, first=first)
    return (entry.finding for entry in placed)


def findings_placed(
    session: Session,
    clock: datetime,
    *,
    rules: Collection[str] | None = None,
    about: Sequence[UUID] | None = None,
    after: FindingPlace | None = None,
    first: int = _BLOCK_ROWS,
) -> Iterator[Found]:
    """The findings, each with its place."""
    bookmark_of(session, findings_view.VIEW)
    views, last = session.of("projections"), (*after, "") if after else _BEFORE_ALL
    while page := views.rows(
        "findings_shown",
        **dict(zip(_FINDING_PLACE, last, strict=True)),
        clock=clock,
        rules=None if rules is None else list(rules),
        streams=None if about is None else list(about),
        count=first,
    ):
        for *_, rule, stream, subkey, state in page:
            yield Found((stream, subkey), rule, finding_of(findings_view.FOUND.decompress(state)))
        last, first = page[-1][:-1], _BLOCK_ROWS


def finding_counts(session: Session, clock: datetime, rules: Sequence[str]) -> dict[str, int]:
    """Rule -> how many of its findings count at the clock, of some rules."""
    bookmark_of(session, findings_view.VIEW)
    rows = session.of("projections").rows("open_findings", rules=list(rules), clock=clock)
    return {rule: int(count) for rule, count in rows}


def recipients_by_id(session: Session) -> dict[str, Recipient]:
    """Every recipient by its bare id, sorted; `recipients.recipient_at` shows one at a time."""
    states = [state for _, state in each(session, recipients.VIEW)]
    return {state.recipient: state for state in sorted(states, key=lambda state: state.recipient)}


def register_entries(session: Session) -> list[Entry]:
    """The register, sorted by activity. With retention, or as of the past: `read_register`."""
    bookmark_of(session, processing_register.VIEW)
    rows = session.of("projections").named(
        "all_entries", {"entries": f"{processing_register.VIEW.name}_entries"}
    )
    return [msgspec.json.decode(made, type=Entry) for _, _, made in rows]


def requests(
    session: Session,
    *,
    streams: Sequence[UUID] | None = None,
    refs: Sequence[str] | None = None,
    unanswered: bool = False,
) -> list[tuple[UUID, Request]]:
    """Requests with the persons who made them, by when they are due, then by reference.

    `streams`: of some persons. `refs`: with some references, which two persons may share by mistake of
    their senders. None: any. `unanswered`: only those that are open.
    """
    bookmark_of(session, requests_view.VIEW)
    rows = session.of("projections").rows(
        "requests",
        streams=None if streams is None else list(streams),
        refs=None if refs is None else list(refs),
        unanswered=unanswered,
    )
    return [(stream, requests_view.VIEW.read(state)) for stream, state in rows]


def notifications(
    session: Session, *, streams: Sequence[UUID] | None = None, open_only: bool = False
) -> Iterator[tuple[UUID, Changes]]:
    """The words due and sent to recipients of persons' data, person by person, in flat memory.

    `streams`: some persons; None: all. `open_only`: only persons with a word still due.
    """
    bookmark_of(session, notifications_view.VIEW)
    rows = session.of("projections").stream(
        "notifications", streams=None if streams is None else list(streams), open_only=open_only
    )
    for stream, state in rows:
        yield stream, notifications_view.VIEW.read(state)


def notifications_after(
    session: Session,
    after: UUID,
    *,
    streams: Sequence[UUID] | None = None,
    open_only: bool = False,
    first: int,
) -> Iterator[tuple[UUID, Changes]]:
    """The words due and sent for persons after a stream. `first`: a number that will probably do."""
    bookmark_of(session, notifications_view.VIEW)
    while rows := session.of("projections").rows(
        "notifications_page",
        stream=after,
        streams=None if streams is None else list(streams),
        open_only=open_only,
        count=first,
    ):
        for stream, state in rows:
            yield stream, notifications_view.VIEW.read(state)
        after, first = rows[-1][0], _PEOPLE


def open_notifications(session: Session) -> int:
    """How many recipients are to be told of something, of all persons."""
    bookmark_of(session, notifications_view.VIEW)
    counts = {"counts": f"{notifications_view.VIEW.name}_counts"}
    rows = session.of("projections").named("all_counts", counts)
    return sum(int(number) * people for label, people, _ in rows for number in label.split("."))


def incidents(
    session: Session, *, subkeys: Sequence[str] | None = None, open_only: bool = False
) -> list[tuple[UUID, Incident]]:
    """Breaches, cases of misuse and persons told, by when something is due, then by reference.

    `subkeys`: of some rows; None: any. `open_only`: only those in which something is to be done.
    """
    bookmark_of(session, incidents_view.VIEW)
    rows = session.of("projections").rows(
        "incidents", subkeys=None if subkeys is None else list(subkeys), open_only=open_only
    )
    return [(stream, incidents_view.VIEW.read(state)) for stream, _, state in rows]


def complaints(
    session: Session, *, refs: Sequence[str] | None = None, open_only: bool = False
) -> list[tuple[UUID, Complaint]]:
    """Complaints with the persons who made them, by when they are due, then by reference.

    `refs`: with some references; None: any. `open_only`: only those without an answer.
    """
    bookmark_of(session, complaints_view.VIEW)
    rows = session.of("projections").rows(
        "complaints", refs=None if refs is None else list(refs), open_only=open_only
    )
    return [(stream, complaints_view.VIEW.read(state)) for stream, state in rows]


def orders(
    session: Session,
    *,
    streams: Sequence[UUID] | None = None,
    refs: Sequence[str] | None = None,
) -> list[tuple[UUID, Order]]:
    """Orders of authorities with their persons, by the next deadline, then by reference.

    `streams`: some persons. `refs`: some references. None: all. For a confidential ledger; raises Halt in an
    open one.
    """
    bookmark_of(session, orders_view.VIEW)
    rows = session.of("projections").rows(
        "orders",
        streams=None if streams is None else list(streams),
        refs=None if refs is None else list(refs),
    )
    return [(stream, orders_view.VIEW.read(state)) for stream, state in rows]


def secrets_of(session: Session, streams: Sequence[UUID]) -> dict[UUID, Secrets]:
    """The secrets about some persons, without persons who have none. For a confidential ledger."""
    rows = _rows_of(session, secrecy_view.VIEW, streams)
    return {stream: state for (stream, _), state in rows.items()}


def secrets(session: Session) -> Iterator[tuple[UUID, Secrets]]:
    """The secrets about everybody, sorted by stream, in flat memory."""
    for (stream, _), state in each(session, secrecy_view.VIEW):
        yield stream, state


def holds_in_force(session: Session) -> Iterator[tuple[UUID, Hold]]:
    """Legal holds in force with the persons they are about, by when they are reviewed, in flat memory."""
    bookmark_of(session, holds_view.VIEW)
    for stream, state in session.of("projections").stream("holds_in_force"):
        for hold in holds_view.holds(holds_view.VIEW.read(state)):
            yield stream, hold


def each(session: Session, view: View[S]) -> Iterator[tuple[tuple[UUID, str], S]]:
    """Every row of a view by its key, in the order of keys, in flat memory."""
    bookmark_of(session, view)
    for key, state in each_row(session, view, view.name):
        yield key, view.decode(state)


def _rows_of(session: Session, view: View[S], streams: Sequence[UUID]) -> dict[tuple[UUID, str], S]:
    bookmark_of(session, view)
    rows = session.of("projections").named(
        "rows_of_streams", {"table": view.name}, streams=list(streams)
    )
    return {(stream, subkey): view.read(state) for stream, subkey, state in rows}
