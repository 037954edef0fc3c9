"""Names by which dead letters are asked for: a name that no message ever had is an error."""

from application.lookups import Names, NotKnown, event_types, folded, plain, unknown
from ledger.letters.lists import LetterFilter, names_in_letters
from ledger.recording.quarantine import OTHERS, sources_of
from ledger.storage.postgres import Session
from schemas import EVENT_TYPES

_SOURCES = "ledger kafka sources"


def check_names(session: Session, kind: LetterFilter) -> None:
    """Raise NotKnown for a name that no message and no letter ever had, with what is near.

    A known name without letters is no error.
    """
    sources, topics, types = names_in_letters(session)
    for topic, source, _ in sources_of(session):
        topics.add(topic)
        sources |= {source} - {OTHERS}
    if kind.source is not None:
        _check(kind.source, plain(sources), _SOURCES, "source")
    if kind.topic is not None:
        _check(kind.topic, plain(topics), _SOURCES, "topic")
    if kind.types is not None:
        names = {**plain(types), **event_types(EVENT_TYPES.values())}
        _check(kind.types[0], names, "ledger schema list", "type")


def _check(name: str, names: Names, see: str, field: str) -> None:
    if name not in names.values() and folded(name) not in names:
        raise NotKnown(str(unknown(name, names, see)), field=field)
