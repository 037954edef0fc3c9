"""Answers about dead letters: `ledger dead-letters list`, `show`, `retry`."""

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from application.answer import Answer
from consumers.retry import Outcome, RetryOutcome
from ledger.event import instant
from ledger.letters.dead import Letter
from ledger.letters.lists import LetterFilter
from ledger.letters.withheld import count_withheld
from ledger.storage.postgres import Session
from rulebook import period
from schemas import EVENT_TYPES, Code
from schemas.codes import words_for
from schemas.texts import Language

WITHHELD = Code.WITHHELD.value


class DeadLetter(Answer, frozen=True):
    """A message that was refused, without the message: nothing in it quotes a value.

    `pointer`: what is wrong in it. `words`: why, and what its sender must do. `times`: how often it came.
    `mended_by`: position of the event that was recorded since, when the sender had mended the message.
    All that is withheld is one row with the code as its name, the number of messages, and nothing else.
    """

    letter: str
    code: str
    pointer: str
    times: int
    type: str | None
    source: str | None
    id: str | None
    topic: str | None
    partition: int | None
    offset: int | None
    mode: str | None
    first_seen: str | None
    last_seen: str | None
    forgotten_after: str | None
    mended_by: int | None
    words: dict[Language, str] | None


class DeadLetters(Answer, frozen=True):
    """Dead letters, oldest first: how many are `matching` what was asked for, and how many there are."""

    dead_letters: list[DeadLetter]
    matching: int
    total: int


class OpenedLetter(DeadLetter, frozen=True, kw_only=True):
    """A dead letter with its message; `body`: its bytes in base64."""

    body: str


class HandedOver(Answer, frozen=True):
    """How many withheld messages were written for the holder of their key, or are removed here.

    `files`: into which they were written.
    """

    handed_over: int | UnsetType = UNSET
    files: list[str] | UnsetType = UNSET
    removed: int | UnsetType = UNSET


def letter_row(letter: Letter) -> DeadLetter:
    """A dead letter without its message."""
    return DeadLetter(
        letter=letter.letter,
        code=letter.code,
        pointer=letter.pointer,
        times=letter.times,
        type=letter.type,
        source=letter.source,
        id=letter.id,
        topic=letter.topic,
        partition=letter.partition,
        offset=letter.offset,
        mode=letter.mode,
        first_seen=instant(letter.first_seen),
        last_seen=instant(letter.last_seen),
        forgotten_after=forgotten_after(letter).isoformat(),
        mended_by=letter.mended_by,
        words=dict(words_for(letter.code, letter.type, letter.pointer)) or None,
    )


def withheld_row(count: int) -> DeadLetter:
    """All that is withheld, in the form of a dead letter."""
    # Type, source or time would give away what only the confidential ledger may know.
    nothing: dict[str, None] = dict.fromkeys(DeadLetter.__struct_fields__)
    facts = {"letter": WITHHELD, "code": WITHHELD, "pointer": "", "times": count}
    return msgspec.convert(nothing | facts, DeadLetter)


def with_withheld(
    rows: Iterable[DeadLetter], reader: Session, kind: LetterFilter
) -> Iterator[DeadLetter]:
    """The rows, then one row for all withheld letters: of these only the code and the number are known."""
    yield from rows
    if kind.every or replace(kind, mended=None) == LetterFilter(WITHHELD):
        count = count_withheld(reader)
        if count:
            yield withheld_row(count)


def types_named(name: str | None) -> tuple[str, ...] | None:
    """A type by its full name, or all versions of one by its short name."""
    if name is None:
        return None
    return (name, *(entry.type for entry in EVENT_TYPES.values() if entry.name == name))


def forgotten_after(letter: Letter) -> date:
    """The last day on which a letter is kept."""
    return letter.day + period("dead-letter-retention")


class RetriedLetter(Answer, frozen=True):
    """What became of a dead letter that was tried again; `code`, `pointer`: why it was refused again."""

    letter: str
    outcome: Outcome
    code: str | None
    pointer: str


class RetriedLetters(Answer, frozen=True):
    """What became of dead letters, oldest first. `matching`: how many there were of the kind."""

    dead_letters: list[RetriedLetter]
    matching: int | UnsetType = UNSET


def retried_row(retried: RetryOutcome) -> RetriedLetter:
    """What became of a dead letter."""
    return RetriedLetter(
        letter=retried.letter,
        outcome=retried.outcome,
        code=retried.code.value if retried.code else None,
        pointer=retried.pointer,
    )
