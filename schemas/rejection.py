"""Why a message cannot be recorded: the codes of the contract and the details that may be told.

Invariant: nothing here quotes a value of the message. A pointer holds member names of the contract
and list indexes only; `type`, `source` and `id` are echoed only when they match their pattern.
"""

from enum import StrEnum

from msgspec import Struct

from schemas.withholding import Why


class Code(StrEnum):
    """The reason codes, in the order in which the checks run; the first failing check names it."""

    TOO_LARGE = "too-large"
    NOT_JSON = "not-json"
    NOT_A_CLOUDEVENT = "not-a-cloudevent"
    UNKNOWN_TYPE = "unknown-type"
    WITHHELD = "withheld"
    WRONG_LEDGER = "wrong-ledger"
    SOURCE_NOT_ALLOWED = "source-not-allowed"
    UNKNOWN_FIELD = "unknown-field"
    SCHEMA = "schema"
    PERSONAL_DATA_IN_FACTS = "personal-data-in-facts"
    TIME_IN_FUTURE = "time-in-future"
    CONFLICTING_DUPLICATE = "conflicting-duplicate"
    ERASED_SUBJECT = "erased-subject"
    QUARANTINED = "quarantined"


class Rejection(Struct, frozen=True):
    """A refused message: code, JSON pointer (RFC 6901) and the attributes that may be echoed to its sender.

    `subject` is the reference of the person or entry, when it was readable. It is for an HMAC only:
    never show it, log it or send it. `traceparent`: the sender's trace context (W3C), when it was one.
    `hidden`: the message tells of what the open ledger may not know, in whichever way it is wrong. It is
    sealed for the confidential ledger; its sender gets no answer, and nothing of it is echoed. `why`: of
    such a message, for whoever brings it; it is neither stored nor sent.
    """

    code: Code
    pointer: str = ""
    type: str | None = None
    source: str | None = None
    id: str | None = None
    subject: str | None = None
    traceparent: str | None = None
    hidden: bool = False
    why: Why | None = None

    @property
    def trace_id(self) -> str | None:
        """By which the sender finds its own request: 32 hexadecimal digits."""
        return self.traceparent.split("-")[1] if self.traceparent else None


WITHHELD = Rejection(Code.WITHHELD, hidden=True)
"""The rejection of an event of the right shape that the open ledger may not know."""
