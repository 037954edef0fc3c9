"""`ledger codes list`: codes that nobody declared and were recorded, and who declared the others."""

from datetime import datetime
from typing import Final, Literal

import msgspec

from application.answer import Answer
from application.source import Source
from consumers.register import declared_now, secret_now
from ledger.event import RecordedEvent, instant
from ledger.reading import LAST, decoded
from schemas import AdmissionRules

MOST_READ: Final = 10_000
"""So many events one part looks through for undeclared codes."""


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
    """Codes, sorted. `read`: how many events were looked through; `next`: before which the next part begins.

    `undeclared`: recorded, since they stand where any code may; the most frequent first. `secret`: of a
    confidential ledger, those that it declared secret; an open one has none to tell.
    """

    undeclared: list[UndeclaredCode]
    declared: list[DeclaredCode]
    secret: list[str]
    read: int
    next: int | None

    @property
    def here(self) -> list[DeclaredCode]:
        """What was declared in this ledger, and not by the rulebook."""
        return [row for row in self.declared if row.by != "rulebook"]


class HandedCodes(Answer, frozen=True):
    """How many codes were handed over. `codes`: all that are declared secret now."""

    codes: int


class _Seen(msgspec.Struct):
    members: set[str]
    events: int
    first: tuple[datetime, int]
    last: tuple[datetime, int]


def codes(
    source: Source, intake: AdmissionRules, before: int | None = None, most: int = MOST_READ
) -> Codes:
    """The codes of a ledger, undeclared ones of the newest events before a position.

    `intake`: what its settings accept. `most`: so many events are looked through. Annulled ones are looked
    through as well: their codes were recorded.
    """
    secret = secret_now(intake, source.session) if intake.confidential else []
    registered = declared_now(intake, source.session)
    declared = {code: DeclaredCode(code, by) for code, by in registered.items()}
    declared |= {code: DeclaredCode(code, "rulebook") for code in intake.secrecy.rules.ordinary}
    judge = intake.secrecy.declaring(frozenset(registered))
    seen: dict[str, _Seen] = {}
    asked = {"before": LAST if before is None else before, "count": most}
    events = decoded(source.session.of("ledger").rows("newest_events", **asked))
    for event in events:
        for member, code in judge.undeclared(event.facts):
            _add(seen, code, member, event)
    rows = [_row(code, one) for code, one in seen.items()]
    return Codes(
        undeclared=sorted(rows, key=lambda row: (-row.events, row.code)),
        declared=sorted(declared.values(), key=lambda row: row.code),
        secret=secret,
        read=len(events),
        next=events[-1].position if len(events) == most and events[-1].position > 1 else None,
    )


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
