"""The rights of sources: which source may send a message at all, through the place that it came by.

Pure. A place is a Kafka topic, or `file:` and a label. The program gives it where a message arrives; no
message, letter or file name chooses it. `source` is only a name that a sender writes: the rights of a name
depend on who can write to that place, which the broker and the operator decide. A confidential ledger trusts
its own commands alone: it marks every other file and post (`label_in`), reads no register topic, and takes no
annulment from outside.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec

from schemas import names
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
OWN_COMMANDS: Final = f"{_FILE}{OFFICE_LABEL}"
"""The place of what the ledger's own commands record."""
_TAKEN_OVER = "withheld"
# That an order came in shows whatever brought it, and gives nobody anything: the desk finds out whether it
# is genuine.
_EVIDENCE: Final = frozenset({names.ORDER_RECEIVED})
_BROUGHT = "brought"
_POSTED = "http"


def powers_of(table: Sequence[Power]) -> Powers:
    """The table of powers by the types that claim one, or are subject to it, in all their versions."""
    by_name = {name: power for power in table for name in (*power.opens, *power.acts)}
    return {type: by_name[e.name] for type, e in ALL_TYPES.items() if e.name in by_name}


def office_label(label: str) -> str:
    """The label of a file that the operator ingests as one of the privacy office."""
    return f"{OFFICE_LABEL}/{label}"


def taken_over_label(origin: str) -> str:
    """The label of messages that another ledger withheld. `origin`.

    Where it came from there, which is evidence only.
    """
    return f"{_TAKEN_OVER}/{origin}"


def is_taken_over(place: str) -> bool:
    """Whether another ledger withheld what came by a place."""
    return place.startswith(f"{_FILE}{_TAKEN_OVER}/")


def posted_label(client: str) -> str:
    """The label under which the events of a client over HTTP are kept."""
    return f"{_POSTED}/{client}"


def label_in(intake: AdmissionRules, label: str) -> str:
    """The label under which a ledger keeps a file or a post.

    A confidential one marks all but its own commands.
    """
    own = label == OFFICE_LABEL or not intake.confidential
    return label if own else f"{_BROUGHT}/{label}"


def is_office_place(place: str) -> bool:
    """Whether a message through a place, under the office's source, is surely from the office.

    Those are the register's topic, the ledger's own commands, and files that were ingested as its own. A
    confidential ledger has the commands alone.
    """
    return place in {REGISTER_TOPIC, OWN_COMMANDS} or place.startswith(f"{OWN_COMMANDS}/")


def is_surely(source: str, place: str, office: Collection[str]) -> bool:
    """Whether a message through a place, under a source, is surely from the privacy office."""
    return source in office and is_office_place(place)


def _is_file(place: str) -> bool:
    """Whether a person of an open ledger ingested the file, under its own name."""
    return place.startswith(_FILE) and "/" not in place


def is_brought(place: str) -> bool:
    """Whether a person of this ledger brought it, by command or file: nobody posted, sent or withheld it."""
    brought = f"{_FILE}{_BROUGHT}/"
    rest = place.removeprefix(brought)
    return place == OWN_COMMANDS or _is_file(place) or (rest != place and "/" not in rest)


def through(intake: AdmissionRules, place: str) -> AdmissionRules:
    """The rules of a ledger for messages through one place."""
    speakers = intake.speakers
    if speakers is None or speakers.place == place:
        return intake
    return msgspec.structs.replace(intake, speakers=msgspec.structs.replace(speakers, place=place))


def without_register(intake: AdmissionRules) -> AdmissionRules:
    """The rules of a ledger for messages from any system: only the ledger knows which are registered."""
    speakers = intake.speakers
    if speakers is None or speakers.senders is None:
        return intake
    return msgspec.structs.replace(intake, speakers=msgspec.structs.replace(speakers, senders=None))


def not_allowed(message: Mapping[str, Any], intake: AdmissionRules) -> str | None:
    """The pointer of the member that its source may not send; None where it may send all.

    Expects a message of a known type; the rest may have any shape. Rights that depend on the recorded events,
    whose facts an act is about, are checked when it is recorded: see `claimed`.
    """
    speakers = intake.speakers
    if speakers is None:
        return None
    source, is_office = message["source"], message["source"] in speakers.office
    # Only the office can write to this place, so the source is surely its own; unless it signs there.
    if is_office and is_office_place(speakers.place):
        return "/source" if intake.office_signs(speakers.place) else None
    if pointer := _own(message, source, intake):
        return pointer
    if is_office and _is_commanded(message["type"], speakers):
        return "/source"
    return None if speakers.senders is None else _unknown(message, speakers, speakers.senders)


def _own(message: Mapping[str, Any], source: str, intake: AdmissionRules) -> str | None:
    """The pointer of a fact that only the ledger itself may state, or of the source of an annulled event."""
    data, type = message.get("data"), message["type"]
    facts = data if isinstance(data, dict) else {}
    if ALL_TYPES[type].names_actor and "employee" in facts:
        return "/data/employee"
    if type != ANNULLED:
        return None
    if intake.confidential:
        return "/source"  # no source is authenticated there
    annulled_source = facts.get("annuls_source")
    is_of_another = isinstance(annulled_source, str) and annulled_source != source
    return "/data/annuls_source" if is_of_another else None


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
    """Whether an event of a type, by short name, counts where it gives power or takes it.

    True for types that do neither. A `listed` type counts from the privacy office, and from sources that the
    house lists for the type, through a place that it lists: not from a sender who only writes that name.
    """
    if power is None or not power.listed:
        return True
    if source in office:
        return is_office_place(place) or _is_file(place)
    sender = house.get(source)
    return sender is not None and name in sender.types and _speaks_through(sender, place)


def counts(
    power: Power, name: str, source: str, place: str, office: Collection[str], house: Senders
) -> bool:
    """Whether an event of a type gives power or takes it, from a source by a place: see the other two."""
    return gives_power(power, name, source, place, office, house) and has_effect(
        power, name, source, place, office
    )


def has_effect(power: Power, name: str, source: str, place: str, office: Collection[str]) -> bool:
    """Whether an event of a type, by short name, can have an effect at all, by the place that it came by.

    A message that another ledger withheld is evidence. A `brought` type counts from commands and files of
    this ledger's people, and not from a topic or a post. The acts of the confidential office count from that
    ledger's own commands alone.
    """
    if power.office and name in power.acts:
        return source in office and place == OWN_COMMANDS
    if name in power.brought:
        return is_brought(place)
    return not is_taken_over(place) or name in _EVIDENCE


def _unknown(message: Mapping[str, Any], speakers: Speakers, senders: Senders) -> str | None:
    """The pointer of the member that is not registered for a source."""
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


def _speaks_through(sender: Sender, place: str) -> bool:
    """Whether a place is one of a sender's places for events that give power.

    A label that another ledger, or a confidential one, marked gives no power.
    """
    if not place.startswith(_FILE):
        return _is_through(sender, place)
    return (_is_file(place) or is_office_place(place)) and _is_through(sender, place)


def claimed(
    outcomes: Sequence[Event | Rejection], intake: AdmissionRules
) -> list[Event | Rejection]:
    """The outcomes, in order; events that claim power over the events of other sources carry their claim."""
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
        for_office=is_surely(event.source, place, office),
        office=office,
        house=house,
        counts=counts(power, name, event.source, place, office, house),
    )
    return msgspec.structs.replace(event, claim=claim)
