"""Whether an event leaves a mark at all. Pure."""

from ledger.event import RecordedEvent


def is_ours(event: RecordedEvent) -> bool:
    """Whether the ledger recorded an event itself."""
    return event.ours


def counts(event: RecordedEvent) -> bool:
    """Whether an event has an effect."""
    return not event.void


def says_types(event: RecordedEvent) -> bool:
    """Whether a system says which types it sends."""
    return counts(event) and "types" in event.facts


def carries_over(event: RecordedEvent) -> bool:
    """Whether an act says what goes on in a new relationship."""
    return "carries_over" in event.facts


def asks_for_more(event: RecordedEvent) -> bool:
    """Whether the house asked a person for more proof of identity."""
    return "information_asked" in event.facts


def is_contacts(event: RecordedEvent) -> bool:
    """Whether a permission is about the contacts of a device."""
    return bool(event.facts["permission"] == "contacts")


def is_party(event: RecordedEvent) -> bool:
    """Whether the event of a takeover is about a person whom it names."""
    return str(event.stream) in {event.facts["from_customer"], event.facts["to_customer"]}
