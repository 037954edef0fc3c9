"""Signed messages: some places take messages from known signers alone.

Pure. The signature of another ledger vouches for the content of its message: a disclosure about a person that
may be told. A message without the signature of a known signer, or about anything else, is withheld like all
that is not for this ledger. The signature of the privacy office vouches for the speaker, and for nothing
else.
"""

from datetime import datetime

import msgspec

from schemas.catalogue import DISCLOSED
from schemas.decode import MAX_MESSAGE, decode
from schemas.diagnosis import reject
from schemas.event import AdmissionRules, Event
from schemas.references import is_person
from schemas.rejection import WITHHELD, Code, Rejection
from schemas.secrecy import Secrecy
from schemas.sources import through, without_register

MOST_SIGNED_BYTES = 2 * MAX_MESSAGE
"""The limit of a signed message: base64 takes a third more than the largest message, the envelope little."""

_LABEL = "signed"
# Nothing hints, but what belongs to no open ledger is still not for one.
_VOUCHED_FOR = Secrecy()


def signed_label(label: str) -> str:
    """The label of a file of signed messages."""
    return f"{_LABEL}/{label}"


def is_signed_place(intake: AdmissionRules, place: str) -> bool:
    """Whether only signed messages come by a place."""
    if intake.signed is None:
        return False
    return place == intake.signed.topic or place.startswith(f"file:{_LABEL}/")


def admit_signed(message: bytes, intake: AdmissionRules, now: datetime) -> Event | Rejection:
    """The event of a signed message, or why it is refused; `now` is aware."""
    told = intake.signed.open(message) if intake.signed else None
    if told is None:
        return WITHHELD
    # The signer is the speaker.
    rules = msgspec.structs.replace(without_register(intake), secrecy=_VOUCHED_FOR)
    outcome = decode(told, rules, now)
    if isinstance(outcome, Event):
        tells = outcome.type == DISCLOSED and is_person(outcome.subject) and not outcome.personal
        return outcome if tells else WITHHELD
    return outcome


def signed_by_office(message: bytes, intake: AdmissionRules, place: str) -> bytes | None:
    """The message inside one that came by a place, if that is where the office signs, and it did sign."""
    return intake.office.open(message) if intake.office and intake.office_signs(place) else None


def admit_office(
    told: bytes, intake: AdmissionRules, place: str, now: datetime
) -> Event | Rejection:
    """The event of a message that the office signed, or why it is refused: its source is the office's own."""
    rules = through(msgspec.structs.replace(intake, office=None), place)
    outcome = decode(told, rules, now)
    office = rules.speakers.office if rules.speakers else frozenset()
    if isinstance(outcome, Event) and outcome.source not in office:
        about = {name: getattr(outcome, name) for name in ("type", "source", "id", "subject")}
        return reject(about, Code.SOURCE_NOT_ALLOWED, "/source")
    return outcome
