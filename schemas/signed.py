"""Signed messages: what a place takes from known signers alone.

Pure. The signature vouches for what such a message tells: a disclosure about a person that may be told. What
has no signature of a known signer, or tells anything else, is withheld like all that is not for this ledger.
"""

from datetime import datetime

import msgspec

from schemas.catalogue import DISCLOSED
from schemas.decode import decode
from schemas.event import AdmissionRules, Event
from schemas.references import is_person
from schemas.rejection import WITHHELD, Rejection
from schemas.secrecy import Secrecy
from schemas.sources import without_register

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
    # Who signed says who spoke.
    rules = msgspec.structs.replace(without_register(intake), secrecy=_VOUCHED_FOR)
    outcome = decode(told, rules, now)
    if isinstance(outcome, Event):
        tells = outcome.type == DISCLOSED and is_person(outcome.subject) and not outcome.personal
        return outcome if tells else WITHHELD
    return outcome
