"""Who had a number or another value in a stretch of time, for an order that names it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from application.queries.desk.ties import NUMBERS, marks
from application.queries.subjects import selections
from application.source import Source
from ledger.backup import blind
from ledger.crypto.layouts import BLIND_FIELDS
from ledger.errors import UnknownSubject
from ledger.event import RecordedEvent
from ledger.keys.opening import Missing
from ledger.library.reader import LedgerReader
from ledger.reading import head_position
from ledger.writing.packing import blind_hash
from projections.folds.timetravel import Moment
from projections.use.stretches import Stretch, cut_to, fields_of, stretches_of
from schemas import PERSONAL_FIELDS
from schemas.personal import Value, each_of

EVER = Stretch(datetime(1, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


def held_by_number(
    source: Source, field: str, value: Value, within: Stretch, position: int
) -> dict[str, list[Stretch]]:
    """Reference -> when that person had the value, within a stretch; those who did, sorted.

    The index of searchable fields finds them where it knows the field. Otherwise every event with a value of
    the field is opened, which is noted as a read of everyone.
    """
    has_value = _finder(source, field, value)
    holders: dict[str, list[Stretch]] = {}
    for reference in _candidates(source, field, value, has_value, position):
        source.reads.note([reference], [PERSONAL_FIELDS[field]])
        stretches = _had(source, reference, field, has_value, within, position)
        if stretches:
            holders[reference] = stretches
    return holders


def narrowed(
    source: Source,
    holders: Mapping[str, Sequence[Stretch]],
    described: Iterable[tuple[str, Value]],
    within: Stretch,
    position: int,
) -> dict[str, list[Stretch]]:
    """Of those who had a value, who had each other one of a description, and when all of them at once."""
    found = {reference: [*stretches] for reference, stretches in holders.items()}
    for field, value in described:
        has_value = _finder(source, field, value)
        for reference, stretches in found.items():
            source.reads.note([reference], [PERSONAL_FIELDS[field]])
            also = _had(source, reference, field, has_value, within, position)
            found[reference] = [
                cut for one in stretches for other in also if (cut := cut_to(one, other))
            ]
    return {reference: stretches for reference, stretches in found.items() if stretches}


def had_number(
    source: Source, streams: Iterable[Sequence[RecordedEvent]], value: Value, within: Stretch
) -> tuple[Stretch, ...]:
    """When a person had a telephone number, in whatever field it stands. The caller noted the read."""
    return tuple(
        stretch
        for counted in streams
        for field in NUMBERS
        for stretch in stretches_of(counted, field, _finder(source, field, value), within)
    )


def ever_had(source: Source, reference: str, field: str, value: Value) -> bool:
    """Whether a person ever had a value, a telephone number in whatever field it stands."""
    source.reads.note([reference], [PERSONAL_FIELDS[field]])
    position = head_position(source.session)
    fields = NUMBERS if field in NUMBERS else (field,)
    return any(
        _had(source, reference, one, _finder(source, one, value), EVER, position) for one in fields
    )


def _had(
    source: Source,
    reference: str,
    field: str,
    has_value: Callable[[RecordedEvent], bool],
    within: Stretch,
    position: int,
) -> list[Stretch]:
    try:
        streams = selections(source, reference, Moment(at_position=position))
    except UnknownSubject:
        return []
    return [
        stretch
        for stream in streams
        for stretch in stretches_of(stream.selected.counted, field, has_value, within)
    ]


def _candidates(
    source: Source,
    field: str,
    value: Value,
    has_value: Callable[[RecordedEvent], bool],
    position: int,
) -> list[str]:
    """Everyone who may have the value, or may have had it, sorted."""
    if field in BLIND_FIELDS and _has_index(source):
        return _indexed(source, field, value)
    source.reads.note_many([PERSONAL_FIELDS[field]], everyone=True)
    events = LedgerReader(source.session).replay(upto=position)
    streams = {event.stream for event in events if fields_of(event, [field]) and has_value(event)}
    return sorted(name for name in source.names(streams).values() if isinstance(name, str))


def _indexed(source: Source, field: str, value: Value) -> list[str]:
    key = source.opener.ledger_key("blind")
    # As it is written, and as a number is written internationally: a field with an index holds only that.
    spelled = {str(each) for each in each_of(value)} | marks(field, value)
    hashes = [blind_hash(key, field, each) for each in sorted(spelled)]
    return sorted({found for digest in hashes for found in source.opener.find(digest)})


def _has_index(source: Source) -> bool:
    """Whether the index is there. A standby has none, as it is in no write-ahead log.

    It is asked first whether it is one: there each statement about the index is an error, of which the server
    writes a line into its log.
    """
    return not blind.is_standby(source.session) and blind.is_complete(source.session)


def _finder(source: Source, field: str, value: Value) -> Callable[[RecordedEvent], bool]:
    wanted = marks(field, value)

    def has_value(event: RecordedEvent) -> bool:
        held = source.personal(event).get(field, Missing.ERASED)  # a removal gives none
        return not isinstance(held, Missing) and not wanted.isdisjoint(marks(field, held))

    return has_value
