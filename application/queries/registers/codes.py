"""`ledger codes list`: codes that nobody declared and were recorded, and who declared the others."""

from datetime import datetime
from typing import Final, Literal

import msgspec

from application.answer import Answer
from application.source import Source
from consumers.register import declared_now, secret_now
from ledger.event import RecordedEvent, instant
from ledger.reading import LAST, decoded
from schemas import ALL_TYPES, AdmissionRules
from schemas.secrecy import CODED

MOST_READ: Final = 100_000
"""So many of the newest events are looked through for undeclared codes."""
_PAGE: Final = 2_000

_SAYING: Final = sorted(
    {
        entry.name
        for entry in ALL_TYPES.values()
        if any(field.name in CODED for field in msgspec.structs.fields(entry.data))
    }
)


class UndeclaredCode(Answer, frozen=True):
    """A code that nobody declared: in which members, in how many events, and the first and last of them.

    `first`, `last`: when these occurred. `first_position`, `last_position`: where they are recorded.
    """

    code: str
    members: list[str]
    events: int
    first: str
    first_position: int
    last: str
    last_position: int


class DeclaredCode(Answer, frozen=True):
    """A code that is declared ordinary, and by what."""

    code: str
    by: Literal["rulebook", "register", "house"]


class Codes(Answer, frozen=True):
    """Codes, sorted. `read`: events that were looked through, the newest; `whole`: these are all there are.

    `undeclared`: recorded, since they stand where any code may; the most frequent first. `secret`: of a
    confidential ledger, those that it declared secret; an open one has none to tell.
    """

    undeclared: list[UndeclaredCode]
    declared: list[DeclaredCode]
    secret: list[str]
    read: int
    whole: bool


class HandedCodes(Answer, frozen=True):
    """How many codes were handed over. `codes`: all that are declared secret now."""

    codes: int


class _Seen(msgspec.Struct):
    members: set[str]
    events: int
    first: tuple[datetime, int]
    last: tuple[datetime, int]


def codes(source: Source, intake: AdmissionRules) -> Codes:
    """The codes of a ledger. `intake`: what its settings accept.

    Annulled events are looked through as well: their codes were recorded.
    """
    secret = secret_now(intake, source.session) if intake.confidential else []
    registered = declared_now(intake, source.session)
    declared = {code: DeclaredCode(code, by) for code, by in registered.items()}
    declared |= {code: DeclaredCode(code, "rulebook") for code in intake.secrecy.rules.ordinary}
    judge = intake.secrecy.declaring(frozenset(registered))
    seen: dict[str, _Seen] = {}
    read, before = 0, LAST
    while read < MOST_READ and (page := _events_before(source, before)):
        read, before = read + len(page), page[-1].position
        for event in page:
            for member, code in judge.undeclared(event.facts):
                _add(seen, code, member, event)
    rows = [_row(code, one) for code, one in seen.items()]
    return Codes(
        undeclared=sorted(rows, key=lambda row: (-row.events, row.code)),
        declared=sorted(declared.values(), key=lambda row: row.code),
        secret=secret,
        read=read,
        whole=read < MOST_READ,
    )


def _events_before(source: Source, position: int) -> list[RecordedEvent]:
    found = {"before": position, "names": _SAYING, "count": _PAGE}
    return decoded(source.session.of("ledger").rows("coded_events", **found))


def _add(seen: dict[str, _Seen], code: str, member: str, event: RecordedEvent) -> None:
    at = event.time, event.position
    one = seen.get(code)
    if one is None:
        seen[code] = _Seen({member}, 1, at, at)
        return
    one.members.add(member)
    one.events += 1
    one.first, one.last = min(one.first, at), max(one.last, at)


def _row(code: str, one: _Seen) -> UndeclaredCode:
    (first, first_position), (last, last_position) = one.first, one.last
    return UndeclaredCode(
        code,
        sorted(one.members),
        one.events,
        instant(first),
        first_position,
        instant(last),
        last_position,
    )
