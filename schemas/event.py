"""The decoded event: a message that fulfils the contract; and the rules by which a ledger accepts it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import Struct

from schemas.powers import Claim, Speakers
from schemas.secrecy import Secrecy
from schemas.secret_codes import SecretCodes

OWN_SOURCES = "urn:processing-ledger:"
"""Prefix of the sources that only a ledger itself may use."""


class Event(Struct, frozen=True, gc=False):
    """A valid message, decoded. Values are exactly those received; nothing is normalised.

    `time` is aware, in UTC, with microseconds. `trace` holds those present of `traceparent`, `correlationid`,
    `causationid`. `facts` are the members of the event's type, `personal` maps a field to its value.
    `canonical` is the sorted-key JSON of the whole event in structured form (UTF-8), the input of the
    fingerprint. `claim`: of an event that may end or change events of others.
    """

    type: str
    id: str
    source: str
    subject: str
    time: datetime
    sequence: int | None
    trace: dict[str, str]
    activity: str | None
    legal_basis: str | None
    provision: str | None
    categories: tuple[str, ...]
    facts: dict[str, Any]
    personal: dict[str, Any]
    canonical: bytes
    claim: Claim | None = None


class SignedMessages(Struct, frozen=True):
    """The messages that a topic or files of its own take from known signers alone (`schemas.signed`).

    `open`: from a message to its signed text; None for a message that no known signer signed.
    """

    topic: str
    open: Callable[[bytes], bytes | None]


class AdmissionRules(Struct, frozen=True):
    """The rules by which one ledger accepts messages.

    Those that `secrecy` withholds are for the confidential ledger only.

    `speakers`: which source may say what (`schemas.sources`); None: all may say all, where nothing is
    recorded. `signed`: the messages that it takes from signers; None: it takes none. `office`: the messages
    that the privacy office signs; None: by the topic of the register its name is enough. `secret_codes`: asks
    for the codes that another office declared secret; `consumers.register` asks once for a batch.
    """

    confidential: bool = False
    secrecy: Secrecy = Secrecy()
    speakers: Speakers | None = None
    signed: SignedMessages | None = None
    office: SignedMessages | None = None
    secret_codes: Callable[[], SecretCodes] = SecretCodes

    def office_signs(self, place: str) -> bool:
        """Whether the name of the privacy office is not enough at a place of its own: it signs there."""
        return self.office is not None and place == self.office.topic
