"""Dead letters once more: the same pipeline, the same origin, today's rules.

A letter goes in the transaction that records its message, so there is never both and never neither.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Literal

import msgspec

from consumers.pipeline import again
from consumers.register import accepted_now
from ledger.application import Ledger
from ledger.errors import KeyLost, Reject
from ledger.letters.dead import Letter, open_letter
from ledger.letters.lists import LetterFilter, letters_like
from ledger.recording.batch import Batch
from ledger.writing.append import Span
from ledger.writing.message import FileOrigin, KafkaOrigin
from schemas import AdmissionRules, Code, Rejection

_FILE = "file:"


Outcome = Literal["recorded", "duplicate", "refused", "truncated", "unreadable", "withheld"]


class RetryOutcome(msgspec.Struct, frozen=True):
    """The outcome of a letter. `refused`: it stays, for the reason in `code` and `pointer`.

    `withheld`: it is sealed for the confidential ledger instead. `truncated`: it stays, and can never be
    recorded, since only its start was kept. `unreadable`: it stays until it expires, and does not open, since
    its day's key is gone or differs.
    """

    letter: str
    outcome: Outcome
    code: Code | None = None
    pointer: str = ""


def retry_like(
    ledger: Ledger, kind: LetterFilter, most: int | None, intake: AdmissionRules, now: datetime
) -> Iterator[RetryOutcome]:
    """Try at most `most` letters of a kind again, oldest first, in flat memory.

    A letter that an erasure removes meanwhile is passed over. A letter that does not open is reported, and
    does not stop the others.
    """
    for letter in letters_like(ledger.session, kind, most):
        with suppress(Reject):
            yield _retry(ledger, letter.letter, intake, now)


def retry(
    ledger: Ledger, names: Iterable[str], intake: AdmissionRules, now: datetime
) -> Iterator[RetryOutcome]:
    """Try letters again, one transaction each; a result is yielded when its letter is done.

    Raises Reject when there is no such letter, Retry or Halt; letters before it are done.
    """
    for name in names:
        yield _retry(ledger, name, intake, now)


def _retry(ledger: Ledger, name: str, intake: AdmissionRules, now: datetime) -> RetryOutcome:
    try:
        letter, body = open_letter(ledger.session, ledger.keyring, name)
    except KeyLost:
        return RetryOutcome(name, "unreadable")
    accepted = accepted_now(intake, ledger.session)
    if letter.mode == "truncated" and not is_hidden(letter, body, accepted, now):
        return RetryOutcome(name, "truncated")
    message = again(body, letter.mode, _origin(letter), accepted, now)
    if isinstance(message.outcome, Rejection) and not message.outcome.hidden:
        # Not recorded once more: the message did not arrive once more.
        return _refused_outcome(name, message.outcome)
    batch = Batch([message], Span("command:retry"), letters={0: bytes.fromhex(name)})
    outcome = ledger.record(batch)
    if outcome.withheld:
        return RetryOutcome(name, "withheld", Code.WITHHELD)
    if outcome.rejections:
        return _refused_outcome(name, outcome.rejections[0][1])
    return RetryOutcome(name, "recorded" if outcome.recorded else "duplicate")


def is_hidden(letter: Letter, body: bytes, intake: AdmissionRules, now: datetime) -> bool:
    """Whether a letter from before today's rules holds what only the confidential ledger may know."""
    outcome = again(body, letter.mode, _origin(letter), intake, now).outcome
    return isinstance(outcome, Rejection) and outcome.hidden


def _refused_outcome(name: str, rejection: Rejection) -> RetryOutcome:
    return RetryOutcome(name, "refused", rejection.code, rejection.pointer)


def _origin(letter: Letter) -> KafkaOrigin | FileOrigin:
    """Where the message came from, as its event would have said."""
    if letter.topic.startswith(_FILE):
        return FileOrigin(letter.topic.removeprefix(_FILE), letter.offset)
    if letter.topic.startswith("command:"):
        raise Reject("this dead letter did not come from outside")
    return KafkaOrigin(letter.topic, letter.partition, letter.offset)
