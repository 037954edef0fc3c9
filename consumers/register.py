"""What a ledger accepts just now, and which sources it knows. A registration counts from the next batch."""

import msgspec

from ledger.event import RecordedEvent
from ledger.storage.postgres import Session
from ledger.systems import registered_sources, registered_systems
from ledger.writing.message import place_in
from rulebook.sources import SYSTEM_OF, senders_with
from schemas import AdmissionRules
from schemas.powers import Speakers
from schemas.sources import gives_power


def accepted_now(intake: AdmissionRules, session: Session) -> AdmissionRules:
    """The intake with the systems that are registered by now. Asks the database only where they matter.

    Asked once for a batch, so all of its messages are held against the same register.
    """
    speakers = intake.speakers
    if speakers is None or speakers.senders is None:
        return intake
    senders = senders_with(registered_systems(session, lambda event: _counts(event, speakers)))
    return msgspec.structs.replace(
        intake, speakers=msgspec.structs.replace(speakers, senders=senders)
    )


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
    """The sources of a system by now: those of the house's table, and over it what was registered."""
    speakers = intake.speakers or Speakers()
    registered = registered_sources(session, lambda event: _counts(event, speakers))
    systems = {**SYSTEM_OF, **registered}
    return frozenset(source for source, of in systems.items() if of == system)


def _counts(event: RecordedEvent, speakers: Speakers) -> bool:
    power, place = speakers.powers.get(event.type), place_in(event.origin)
    return gives_power(power, event.name, event.source, place, speakers.office, speakers.house)
