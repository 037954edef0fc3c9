"""Reading every person as erasure and retention look at them, from the view `findings`."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from uuid import UUID

from ledger.reading import events_but_reads
from ledger.storage.postgres import Session
from projections.dossier.dossier import NO_DOSSIER, TAKEOVER, Dossier
from projections.dossier.fact import LETTERS, Fact
from projections.dossier.traces import Traces
from projections.findings.tables import dossiers_named
from projections.findings.view import DOSSIER, TRACES, VIEW, Row, hash_of
from projections.keeping.person import Person, around, latest_of
from projections.reading.views import bookmark_of

_START = UUID(int=0)
_ROWS = 2_000
_Rows = dict[str, Row]


def persons(session: Session, after: UUID = _START) -> Iterator[list[Person]]:
    """Every person after a stream, in blocks, sorted by stream, in flat memory."""
    bookmark_of(session, VIEW)
    session = session.of("projections")
    for block in _blocks(session, after):
        yield _people(session, block)


def persons_of(session: Session, streams: Sequence[UUID]) -> list[Person]:
    """The persons among some streams, sorted by stream."""
    bookmark_of(session, VIEW)
    session = session.of("projections")
    rows = session.named("rows_of_streams", {"table": VIEW.name}, streams=list(streams))
    return _people(session, _folded(row for row in rows if row[1] in {DOSSIER, TRACES}))


def _people(session: Session, block: Sequence[tuple[UUID, _Rows]]) -> list[Person]:
    people = {stream: rows for stream, rows in block if _is_person(rows)}
    # The customers of contact persons, by name.
    names = sorted({customer for rows in people.values() if (customer := _dossier(rows).customer)})
    customers = _dossiers_named(session, names) if names else {}
    takeovers = _takeovers(session, [*people, *map(UUID, customers)])
    return [
        Person(
            around(stream, _dossier(rows), customers.get, lambda one: takeovers.get(one, ())),
            traces if isinstance(traces := rows.get(TRACES), Traces) else Traces(),
            partial(_latest_of, session, stream),
        )
        for stream, rows in people.items()
    ]


def _latest_of(session: Session, stream: UUID) -> datetime | None:
    return latest_of(events_but_reads(session, [stream]))


def dossiers_of(session: Session, streams: Sequence[UUID]) -> dict[UUID, Dossier]:
    """The dossiers of those persons that have one."""
    bookmark_of(session, VIEW)
    rows = _dossiers_named(session.of("projections"), [str(stream) for stream in streams])
    return {UUID(name): dossier for name, dossier in rows.items()}


def takeovers_told_by_others(session: Session, streams: Sequence[UUID]) -> dict[UUID, list[Fact]]:
    """By person the takeovers that they are a party to, as events of others say, by time."""
    bookmark_of(session, VIEW)
    return _takeovers(session.of("projections"), streams)


def _takeovers(session: Session, streams: Sequence[UUID]) -> dict[UUID, list[Fact]]:
    told: dict[UUID, list[Fact]] = {stream: [] for stream in streams}
    names = [hash_of(str(stream)) for stream in streams]
    for teller, _, state in session.named(
        "taken_over_by", {"table": VIEW.name}, names=names, kind=LETTERS[TAKEOVER]
    ):
        fact = VIEW.read(state)
        assert isinstance(fact, Fact)
        for party in {UUID(fact.facts.from_customer), UUID(fact.facts.to_customer)} - {teller}:
            if party in told:
                told[party].append(fact)
    return told


def _blocks(session: Session, last: UUID) -> Iterator[list[tuple[UUID, _Rows]]]:
    """Dossier and traces of whole streams."""
    while page := _page(session, last):
        folded = _folded(page)
        # A full page may end within a stream: that stream is read again with the next page.
        whole_streams = folded[:-1] if len(page) == _ROWS else folded
        yield whole_streams
        last = whole_streams[-1][0]


def _folded(rows: Iterable[tuple[UUID, str, bytes]]) -> list[tuple[UUID, _Rows]]:
    return [
        (stream, {subkey: VIEW.read(state) for _, subkey, state in members})
        for stream, members in groupby(rows, key=lambda row: row[0])
    ]


def _page(session: Session, last: UUID) -> list[tuple[UUID, str, bytes]]:
    subkeys = [DOSSIER, TRACES]
    return session.named(
        "rows_of_persons", {"table": VIEW.name}, subkeys=subkeys, stream=last, count=_ROWS
    )


def _is_person(rows: _Rows) -> bool:
    return all(row.subject is None for row in rows.values())


def _dossier(rows: _Rows) -> Dossier:
    row = rows.get(DOSSIER)
    return row if isinstance(row, Dossier) else NO_DOSSIER


def _dossiers_named(session: Session, names: Sequence[str]) -> dict[str, Dossier]:
    states = session.named("dossiers", {"table": VIEW.name}, **dossiers_named(names))
    rows = {name: VIEW.read(state) for name, state in states}
    return {name: row for name, row in rows.items() if isinstance(row, Dossier)}
