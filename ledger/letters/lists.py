"""Dead letters by their properties, a page at a time: there may be a million."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from ledger.errors import Reject
from ledger.letters.dead import Letter
from ledger.storage.postgres import Session

LETTER_DIGITS = 64
_PAGE = 1_000
_After = tuple[datetime, bytes] | tuple[None, None]
FIRST: _After = (None, None)


class LetterFilter(msgspec.Struct, frozen=True):
    """A choice of letters; a member that is None does not matter. Times: of arrival, both included.

    `types`: full names. `mended`: whether the message was recorded since, by source and id. `letter`: a name.
    """

    code: str | None = None
    source: str | None = None
    topic: str | None = None
    types: tuple[str, ...] | None = None
    seen_from: datetime | None = None
    seen_to: datetime | None = None
    mended: bool | None = None
    letter: str | None = None

    @property
    def every(self) -> bool:
        """Whether all letters are meant, or all that nothing mended."""
        return self in {LetterFilter(), OPEN}


OPEN = LetterFilter(mended=False)
"""What still waits for its sender."""


def letters_like(session: Session, kind: LetterFilter, most: int | None = None) -> Iterator[Letter]:
    """Letters of a kind, oldest first, in flat memory; those that go meanwhile are passed over."""
    # A page begins after the last letter of the one before, so that removals shift nothing.
    after = FIRST
    page_size = _PAGE
    while page_size == _PAGE and most != 0:
        size = _PAGE if most is None else min(_PAGE, most)
        page = letters_page(session, kind, after, size)
        yield from page
        most = None if most is None else most - len(page)
        page_size = len(page)
        if page:
            after = (page[-1].first_seen, bytes.fromhex(page[-1].letter))


def letters_page(session: Session, kind: LetterFilter, after: _After, count: int) -> list[Letter]:
    """At most `count` letters of a kind, oldest first, after the letter with this arrival time and name."""
    first_seen, letter = after
    rows = session.of("ledger").rows(
        "letters_like", **_parameters(kind), seen_after=first_seen, letter_after=letter, count=count
    )
    return [Letter(bytes(row[0]).hex(), *row[1:]) for row in rows]


def count_letters(session: Session, kind: LetterFilter) -> tuple[int, int]:
    """How many letters are of a kind, and how many messages they were."""
    letters, messages = session.of("ledger").row("count_letters_like", **_parameters(kind)) or (
        0,
        0,
    )
    return int(letters), int(messages)


def names_in_letters(session: Session) -> tuple[set[str], set[str], set[str]]:
    """The sources, topics and types of all letters, each by itself."""
    rows = list(session.of("ledger").rows("names_in_letters"))
    sources, topics, types = ({row[place] for row in rows} - {None} for place in range(3))
    return sources, topics, types


def _parameters(kind: LetterFilter) -> dict[str, object]:
    types = None if kind.types is None else list(kind.types)
    letter = None if kind.letter is None else bytes.fromhex(kind.letter)
    return msgspec.structs.asdict(kind) | {"types": types, "letter": letter}


def letters_named(session: Session, beginning: str) -> list[str]:
    """The letters whose names begin so; two stand for more. Raises Reject for what begins no name."""
    try:
        # A beginning is a range of names, which the primary key finds.
        least = bytes.fromhex(beginning.ljust(LETTER_DIGITS, "0"))
        most = bytes.fromhex(beginning.ljust(LETTER_DIGITS, "f"))
    except ValueError:
        raise Reject("there is no such letter; `ledger dead-letters list` shows them") from None
    rows = session.of("ledger").rows("letters_between", least=least, most=most)
    return [bytes(letter).hex() for (letter,) in rows]
