"""The decoded event: a message that fulfils the contract, and what a ledger accepts."""

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

    `time` is aware, in UTC, with microseconds. `trace` holds those present of `traceparent`,
    `correlationid`, `causationid`. `facts` are the members of the event's type, `personal` maps a
    field to its value. `canonical` is the sorted-key JSON of the whole event in structured form
    (UTF-8), the input of the fingerprint. `claim`: of an event that may end or change what others said.
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
    """What comes from known signers alone, by a topic or files of its own (`schemas.signed`).

    `open`: from a message to what was signed; None for a message that no known signer signed.
    """

    topic: str
    open: Callable[[bytes], bytes | None]


class AdmissionRules(Struct, frozen=True):
    """What one ledger accepts: what `secrecy` withholds is for the confidential one, and only that is.

    `speakers`: who may say what (`schemas.sources`); None: all may say all, where nothing is recorded.
    `signed`: what is taken from signers; None: nothing is. `office`: what the privacy office signs; None: by
    the topic of the register its name is enough. `secret_codes`: asks for the codes that another office
    declared secret; `consumers.register` asks once for a batch.
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
