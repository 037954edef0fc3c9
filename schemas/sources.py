"""Who may say what: which source may send a message at all, through the place that it came by.

Pure. A place is a Kafka topic, or `file:` and a label. `source` is only a name that a sender writes:
what a name may do depends on who can write to that place, which the broker and the operator decide.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec

from schemas.catalogue import ALL_TYPES, ANNULLED
from schemas.event import AdmissionRules, Event
from schemas.powers import Claim, Power, Powers, Sender, Senders, Speakers, refs_in
from schemas.references import kind_of
from schemas.rejection import Rejection

EVENTS_TOPIC: Final = "privacy.events.v1"
REGISTER_TOPIC: Final = "privacy.register.v1"
OFFICE_LABEL: Final = "privacy-office"
"""Label of what the ledger's own commands record. No file of another team gets it."""
FILES: Final = "file"
"""Stands in a table for files of any label."""
_FILE = "file:"
_TAKEN_OVER = "withheld"


def powers_of(table: Sequence[Power]) -> Powers:
    """The table of powers by the types that claim one, or are subject to it, in all their versions."""
    by_name = {name: power for power in table for name in (*power.opens, *power.acts)}
    return {type: by_name[e.name] for type, e in ALL_TYPES.items() if e.name in by_name}


def office_label(label: str) -> str:
    """The label of a file that the operator ingests as one of the privacy office."""
    return f"{OFFICE_LABEL}/{label}"


def taken_over_label(label: str) -> str:
    """The label of a file of another ledger: who was the office there is not surely the office here."""
    return f"{_TAKEN_OVER}/{label}"


def is_office_place(place: str) -> bool:
    """Whether what comes by a place, under the office's source, is surely the office.

    Those are the register's topic, the ledger's own commands, and files that were ingested as its own.
    """
    own_files = f"{_FILE}{OFFICE_LABEL}"
    return place in {REGISTER_TOPIC, own_files} or place.startswith(f"{own_files}/")


def through(intake: AdmissionRules, place: str) -> AdmissionRules:
    """What a ledger accepts through one place."""
    speakers = intake.speakers
    if speakers is None or speakers.place == place:
        return intake
    return msgspec.structs.replace(intake, speakers=msgspec.structs.replace(speakers, place=place))


def without_register(intake: AdmissionRules) -> AdmissionRules:
    """What a ledger accepts, from whichever system: only the ledger knows which are registered."""
    speakers = intake.speakers
    if speakers is None or speakers.senders is None:
        return intake
    return msgspec.structs.replace(intake, speakers=msgspec.structs.replace(speakers, senders=None))


def not_allowed(message: Mapping[str, Any], intake: AdmissionRules) -> str | None:
    """The pointer of what its source may not say; None where it may.

    Expects a message of a known type; the rest may have any shape. What depends on the recorded
    events, whose facts an act is about, is asked when it is recorded: see `claimed`.
    """
    speakers = intake.speakers
    if speakers is None:
        return None
    source, is_office = message["source"], message["source"] in speakers.office
    # Only the office can write to this place, so the source is surely its own; unless it signs there.
    if is_office and is_office_place(speakers.place):
        return "/source" if intake.office_signs(speakers.place) else None
    if message["type"] == ANNULLED and _annuls_of_another(message, source):
        return "/data/annuls_source"
    if is_office and _is_commanded(message["type"], speakers):
        return "/source"
    return None if speakers.senders is None else _unknown(message, speakers, speakers.senders)


def _annuls_of_another(message: Mapping[str, Any], source: str) -> bool:
    data = message.get("data")
    annulled_source = data.get("annuls_source") if isinstance(data, dict) else None
    return isinstance(annulled_source, str) and annulled_source != source


def _is_commanded(type: str, speakers: Speakers) -> bool:
    power = speakers.powers.get(type)
    if power is None:
        return type == ANNULLED
    return power.commanded and ALL_TYPES[type].name in power.acts


def gives_power(
    power: Power | None,
    name: str,
    source: str,
    place: str,
    office: Collection[str],
    house: Senders,
) -> bool:
    """Whether an event of a type, by short name, counts where it gives power.

    True for types that give none. The others count from the privacy office, and from sources that the house
    lists for the type, through a place that it lists: not from a sender who only writes that name.
    """
    if power is None or not power.listed or name not in power.opens:
        return True
    if source in office:
        return is_office_place(place) or place.startswith(_FILE)
    sender = house.get(source)
    return sender is not None and name in sender.types and _is_through(sender, place)


def may_act(power: Power, name: str, source: str, place: str, office: Collection[str]) -> bool:
    """Whether an act of a type, by short name, can count at all from a source, by the place it came by.

    True unless only the privacy office may: then its name counts from its own places and from files of this
    ledger, and not from a topic, nor from what another ledger withheld.
    """
    if not power.office or name not in power.acts:
        return True
    is_own_file = place.startswith(_FILE) and not place.startswith(f"{_FILE}{_TAKEN_OVER}/")
    return source in office and (is_office_place(place) or is_own_file)


def _unknown(message: Mapping[str, Any], speakers: Speakers, senders: Senders) -> str | None:
    """The pointer of what the register does not know of a source."""
    sender = senders.get(message["source"])
    if sender is None or not _is_through(sender, speakers.place):
        return "/source"
    if sender.types and ALL_TYPES[message["type"]].name not in sender.types:
        return "/type"
    subject = message.get("subject")
    kind = kind_of(subject) if isinstance(subject, str) else None
    if sender.subjects and kind is not None and kind not in sender.subjects:
        return "/subject"
    return None


def _is_through(sender: Sender, place: str) -> bool:
    allowed = sender.through
    return not allowed or place in allowed or (FILES in allowed and place.startswith(_FILE))


def claimed(
    outcomes: Sequence[Event | Rejection], intake: AdmissionRules
) -> list[Event | Rejection]:
    """The same outcomes; events that claim power over what others said carry their claim."""
    speakers = intake.speakers
    if speakers is None:
        return list(outcomes)
    powers = speakers.powers
    return [
        _with_claim(outcome, powers[outcome.type], speakers)
        if isinstance(outcome, Event) and outcome.type in powers
        else outcome
        for outcome in outcomes
    ]


def _with_claim(event: Event, power: Power, speakers: Speakers) -> Event:
    name, office, place, house = (
        ALL_TYPES[event.type].name,
        speakers.office,
        speakers.place,
        speakers.house,
    )
    claim = Claim(
        power=power,
        refs=refs_in(power, event.facts, event.categories),
        acts=name in power.acts,
        for_office=event.source in office and is_office_place(place),
        office=office,
        house=house,
        counts=gives_power(power, name, event.source, place, office, house),
    )
    return msgspec.structs.replace(event, claim=claim)
