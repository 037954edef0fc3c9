"""Looks at personal data, and visits: looks of one reader at one person that follow each other closely.

Pure. A visit is what its looks are: whoever has them finds the same visits, whichever process noted them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from ledger.crypto.sealing import keyed_hash
from ledger.event import OWN_SOURCE, instant
from ledger.writing.message import Message
from ledger.writing.own_message import OwnAct, own_message
from schemas import names
from schemas.encoding import to_json

SOURCE = f"{OWN_SOURCE}reads"
VISIT = "visit"
"""The query of an event that stands for several looks."""
IDLE, LASTS = timedelta(minutes=15), timedelta(hours=1)
"""A visit is over so long after its last look, or so long after its first one."""
MOST_LOOKS = 500
"""So many looks has a visit at most: its event stays far below the largest entry of the log."""
_TYPE = names.type_of(names.LEDGER_READ)
_NAME_BYTES = 16


class Read(msgspec.Struct, frozen=True, omit_defaults=True):
    """One look. `subject`, `reader`: references of persons; `query`: name of the command.

    `role_held`: False when the register grants the reader no such role and the read was let through.
    `reason`, `case_ref`: why, where the reader had to say it. `visit`: it is recorded with the other looks of
    its visit, when that is over; otherwise by itself, at once.
    """

    id: str
    time: datetime
    subject: str
    reader: str
    role: str
    query: str
    categories: tuple[str, ...]
    everyone: bool = False
    role_held: bool = True
    reason: str | None = None
    case_ref: str | None = None
    visit: bool = False


def about(key: bytes, subject: str) -> str:
    """How the name of each visit at a person begins."""
    return keyed_hash(key, subject.encode())[:_NAME_BYTES].hex()


def name_of_visit(key: bytes, read: Read) -> str | None:
    """By which looks of one reader, in one role, at one person find each other; None of one by itself."""
    if not read.visit:
        return None
    who = to_json([read.subject, read.reader, read.role])
    return about(key, read.subject) + keyed_hash(key, who)[:_NAME_BYTES].hex()


def visits_among(reads: Iterable[Read]) -> list[list[Read]]:
    """Looks of one reader at one person as visits, by time. A look that is there twice counts once."""
    once = {read.id: read for read in reads}
    visits: list[list[Read]] = []
    for read in sorted(once.values(), key=lambda read: (read.time, read.id)):
        if visits and not _is_closed(visits[-1], read.time):
            visits[-1].append(read)
        else:
            visits.append([read])
    return visits


def is_over(visit: Sequence[Read], now: datetime) -> bool:
    """Whether no look belongs to a visit any more."""
    return not visit[0].visit or _is_closed(visit, now)


def _is_closed(visit: Sequence[Read], time: datetime) -> bool:
    first, last = visit[0].time, visit[-1].time
    return time - last >= IDLE or time - first >= LASTS or len(visit) >= MOST_LOOKS


def message_of(visit: Sequence[Read]) -> Message:
    """The event of a visit, checked against the contract like any other of the ledger's own.

    Of one look alone it is that look, under the id of its note.
    """
    first = visit[0]
    categories = sorted({category for read in visit for category in read.categories})
    facts: dict[str, Any] = {
        "reader": first.reader,
        "role": first.role,
        "query": first.query,
        "categories": categories,
    }
    id = first.id
    if len(visit) > 1:
        ids = "\n".join(read.id for read in visit)
        id = str(UUID(bytes=sha256(ids.encode()).digest()[:16], version=4))
        facts |= {"query": VISIT, "looks": _looks(visit)}
    if first.everyone:
        facts["everyone"] = True
    if not first.role_held:
        facts["role_held"] = False
    facts |= {
        name: said
        for name, said in (("reason", first.reason), ("case_ref", first.case_ref))
        if said is not None
    }
    act = OwnAct(
        type=_TYPE,
        id=id,
        source=SOURCE,
        subject=first.subject,
        time=first.time,
        facts=facts,
        categories=categories,
    )
    return own_message(act, facts["query"])


def _looks(visit: Sequence[Read]) -> list[dict[str, Any]]:
    """The looks of a visit by query and categories, in the order of the first of each, with all times."""
    times: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for read in visit:
        times.setdefault((read.query, read.categories), []).append(instant(read.time))
    return [
        {"query": query, "categories": list(categories), "times": at}
        for (query, categories), at in times.items()
    ]
