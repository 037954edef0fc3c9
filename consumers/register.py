"""The sources and codes that a ledger knows just now, and the messages that it accepts.

A registration or a declaration counts from the next batch.
"""

from collections.abc import Iterator
from secrets import token_bytes
from typing import Final, Literal

import msgspec

from ledger.event import RecordedEvent
from ledger.storage.postgres import Session
from ledger.systems import (
    declaring_codes,
    declaring_secret,
    registered_sources,
    registered_systems,
)
from ledger.writing.message import place_in
from rulebook.recipients import RECIPIENT_KINDS
from rulebook.sources import SYSTEM_OF, senders_with
from schemas import AdmissionRules, names
from schemas.powers import Speakers
from schemas.secrecy import Secrecy
from schemas.secret_codes import KEY_BYTES, SecretCodes
from schemas.sources import gives_power, has_effect


def accepted_now(intake: AdmissionRules, session: Session) -> AdmissionRules:
    """The intake with the systems and the codes that are registered by now, and the codes that the house
    declared. Asks the database only where they matter.

    Asked once for a batch, so all of its messages are held against the same register.
    """
    if intake.secrecy.rules.rows:
        intake = msgspec.structs.replace(intake, secrecy=_secrecy_now(intake, session))
    speakers = intake.speakers
    if speakers is None or speakers.senders is None:
        return intake
    senders = senders_with(registered_systems(session, lambda event: _counts(event, speakers)))
    return msgspec.structs.replace(
        intake, speakers=msgspec.structs.replace(speakers, senders=senders)
    )


def _secrecy_now(intake: AdmissionRules, session: Session) -> Secrecy:
    if intake.confidential:
        hidden = SecretCodes.of(secret_now(intake, session), _OWN)
        return intake.secrecy.declaring(frozenset(), hidden)
    codes = frozenset(declared_now(intake, session))
    return intake.secrecy.declaring(codes, intake.secret_codes())


# A confidential ledger knows its codes by their words: its hashes leave no process.
_OWN: Final = token_bytes(KEY_BYTES)


def secret_now(intake: AdmissionRules, session: Session) -> list[str]:
    """Codes that a confidential ledger declares secret, sorted."""
    speakers = intake.speakers or Speakers()

    def counts(event: RecordedEvent) -> bool:
        power, place = speakers.powers.get(event.type), place_in(event.origin)
        return power is not None and has_effect(
            power, event.name, event.source, place, speakers.office
        )

    events = declaring_secret(session, counts)
    return sorted({code for event in events for code in event.facts["codes"]})


Declarer = Literal["register", "house"]
"""The declarer of an ordinary code: an entry of the register, or the house by `ledger codes declare`."""


def declared_now(intake: AdmissionRules, session: Session) -> dict[str, Declarer]:
    """Codes that the ledger declares ordinary, and by whom: the house or the register.

    The register declares the ids and purposes of activities, roles, and recipients that do not investigate.
    """
    speakers, declared = intake.speakers or Speakers(), dict[str, Declarer]()
    for event in declaring_codes(session, lambda event: _counts(event, speakers)):
        if event.name == names.CODES_DECLARED:
            declared.update((code, "house") for code in event.facts["codes"])
        else:
            for code in _registered(event):
                declared.setdefault(code, "register")
    return declared


def _registered(event: RecordedEvent) -> Iterator[str]:
    """Codes of an entry of the register."""
    facts = event.facts
    if event.name == names.RECIPIENT_REGISTERED:
        kind = RECIPIENT_KINDS.get(facts["kind"])
        if kind is None or kind.investigates:
            return
    yield str(event.subject).partition("/")[2]
    if "role" in facts and event.name == names.ROLE_DEFINED:
        yield facts["role"]
    for purpose in facts.get("purposes", ()):
        yield purpose["purpose"]


def known_now(intake: AdmissionRules, session: Session, topic: str) -> frozenset[str]:
    """The sources that the ledger knows on a topic: those of the house's table, and registered ones.

    Where sources are checked (`accepted_now` was asked before), only those that may send through the topic.
    """
    speakers = intake.speakers or Speakers()
    if speakers.senders is not None:
        senders = speakers.senders.items()
        return frozenset(name for name, one in senders if not one.through or topic in one.through)
    registered = registered_sources(session, lambda event: _counts(event, speakers))
    return frozenset({*SYSTEM_OF, *speakers.house, *registered})


def sources_now(intake: AdmissionRules, session: Session, system: str) -> frozenset[str]:
    """The sources of a system by now: those of the house's table, and over it the registered ones."""
    speakers = intake.speakers or Speakers()
    registered = registered_sources(session, lambda event: _counts(event, speakers))
    systems = {**SYSTEM_OF, **registered}
    return frozenset(source for source, of in systems.items() if of == system)


def _counts(event: RecordedEvent, speakers: Speakers) -> bool:
    power, place = speakers.powers.get(event.type), place_in(event.origin)
    return gives_power(power, event.name, event.source, place, speakers.office, speakers.house)
