"""Systems and their sources: who may send what, through which topic or file, where that is enforced."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from rulebook.loading import load
from schemas import names
from schemas.powers import Sender
from schemas.sources import EVENTS_TOPIC, FILES

# A source may take back what it said; taking back what others said is refused elsewhere (`powers`).
_TAKES_BACK = names.EVENT_ANNULLED
_NEWCOMER = Sender(through=frozenset({EVENTS_TOPIC, FILES}))


class SourceEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """One source of a system. Without types, or kinds of subject: any."""

    source: str
    system: str
    types: tuple[str, ...]
    subjects: tuple[str, ...]
    through: tuple[str, ...]


def senders_with(
    registered: Iterable[Mapping[str, Any]], known: Mapping[str, Sender] | None = None
) -> dict[str, Sender]:
    """The permitted types by source: the table, overlaid with the registrations in their order.

    `registered`: facts of `system-registered`, the oldest first. A registration leaves unstated members as
    they were; a source outside the table may send any type through the topic of events, and files.
    """
    senders = dict(SENDERS if known is None else known)
    for facts in registered:
        for source in facts.get("sources", ()):
            senders[source] = _changed(senders.get(source, _NEWCOMER), facts)
    return senders


def is_of_another(source: str, name: str) -> bool:
    """Whether the house knows a source and does not list a type, by short name, for it."""
    sender = SENDERS.get(source)
    return sender is not None and bool(sender.types) and name not in sender.types


def _changed(sender: Sender, facts: Mapping[str, Any]) -> Sender:
    return Sender(
        _types(facts["types"]) if "types" in facts else sender.types,
        frozenset(facts.get("subject_kinds", sender.subjects)),
        frozenset(facts.get("through", sender.through)),
    )


def _types(names: Iterable[str]) -> frozenset[str]:
    types = frozenset(names)
    return types | {_TAKES_BACK} if types else types


SOURCES: tuple[SourceEntry, ...] = load("house", "source", SourceEntry)
SENDERS: Mapping[str, Sender] = {
    entry.source: Sender(_types(entry.types), frozenset(entry.subjects), frozenset(entry.through))
    for entry in SOURCES
}
SYSTEM_OF: Mapping[str, str] = {entry.source: entry.system for entry in SOURCES}
"""The system of each source of the table."""
