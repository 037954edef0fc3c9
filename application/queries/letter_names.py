"""What is told of dead letters that were asked for in vain: names that nothing here had, and near ones."""

from collections.abc import Iterator

from application.lookups import Names, event_types, folded, plain, unknown
from ledger.letters.lists import Kind, names_in_letters
from ledger.recording.quarantine import OTHERS, sources_of
from ledger.storage.postgres import Session
from schemas import EVENT_TYPES

_SOURCES = "ledger kafka sources"


def strange_names(session: Session, kind: Kind) -> Iterator[str]:
    """A sentence for each name of a kind that no message and no letter ever had.

    Of a name that is known there may be no letters: then nothing is wrong with it.
    """
    sources, topics, types = names_in_letters(session)
    for topic, source, _ in sources_of(session):
        topics.add(topic)
        sources |= {source} - {OTHERS}
    if kind.source is not None:
        yield from _strange("--source", kind.source, plain(sources), _SOURCES)
    if kind.topic is not None:
        yield from _strange("--topic", kind.topic, plain(topics), _SOURCES)
    if kind.types is not None:
        known = {**plain(types), **event_types(EVENT_TYPES.values())}
        yield from _strange("--type", kind.types[0], known, "ledger schema list")


def _strange(flag: str, asked: str, names: Names, see: str) -> Iterator[str]:
    if asked not in names.values() and folded(asked) not in names:
        yield f"{flag}: {unknown(asked, names, see)}"
