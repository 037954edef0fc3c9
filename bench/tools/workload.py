"""What the benchmarks of the record path record: events with four sealed fields in three categories.

One of the four can be searched by, so it also gets a row in the blind index. Messages of about 550 bytes
become states of about 1,000, since every sealed value carries nonce, tag and padding.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import islice

import orjson

from consumers.lines import Line, messages_of_lines
from ledger.recording.arrivals import Arrivals
from ledger.recording.batch import Batch
from ledger.writing.append import Span
from schemas import AdmissionRules

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def four_fields(events: int, people: int, label: str, first: int = 0) -> list[bytes]:
    """Messages about `people` customers from a first one on, in turn; `label` makes their ids unique."""
    return [_message(f"{label}-{number}", first + number % people) for number in range(events)]


def _message(id: str, person: int) -> bytes:
    personal = {
        "name": f"J. de Vries {person}",
        "email": f"j.devries{person}@example.nl",
        "street": "Dorpsstraat",
        "postcode": "1234 AB",
    }
    data = {
        "activity": "subscription-management",
        "legal_basis": "6-1-b",
        "origin": "customer",
        "channel": "portal",
        "necessity": "mandatory",
        "notice_version": "2026-1",
        "categories": ["identity", "contact", "address"],
        "personal": personal,
    }
    event = {
        "specversion": "1.0",
        "id": id,
        "source": "urn:voipzeker:crm",
        "type": "nl.voipzeker.ledger.personal-data-collected.v1",
        "subject": f"customer/{10_000 + person}",
        "time": "2026-11-24T10:15:00+01:00",
        "datacontenttype": "application/json",
        "data": data,
    }
    return orjson.dumps(event)


def batches(texts: Iterable[bytes], size: int) -> Iterator[Batch]:
    """Lines of a file as batches; lines are decoded when they are looked at."""
    lines = (Line(number, text, len(text)) for number, text in enumerate(texts, 1))
    read = partial(messages_of_lines, "bench", intake=AdmissionRules(), now=NOW)
    while held := list(islice(lines, size)):
        yield Batch(Arrivals(held, read), Span("file:bench"))
