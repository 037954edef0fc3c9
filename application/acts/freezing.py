"""What another ledger must keep: the keep list, written anew from what is recorded here."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from application.answer import Answer
from application.site import Site
from ledger.erasure.keep_list import KeepKey
from ledger.erasure.keep_writing import Keep, KeepWriter, Published
from ledger.keys.opening import Opener
from projections.following.derive import streams_saying
from projections.keeping.freezes import DECIDING, Freeze, last_words
from rulebook.calendar import day_of


class KeepListWritten(Answer, frozen=True):
    """The keep list as it was written. `kept`: how many tokens of it stand for something that is kept."""

    kept: int
    written_at: str


def write_keep_list(site: Site, writer: KeepWriter) -> Published:
    """Write the list of what is to be kept today. Raises what the writer raises."""
    now = site.clock()
    return writer.publish(_known(site, writer.key(), now), now, day_of(now))


def _known(site: Site, key: KeepKey, now: datetime) -> Iterator[Keep]:
    """What the recorded acts keep, or kept. Of a person who was erased here only the list of before knows."""
    session = site.session("reader")
    found: dict[UUID, list[Freeze]] = {
        stream: kept
        for stream, events in streams_saying(session, DECIDING)
        if (kept := last_words(events, site.privacy_office, now))
    }
    references = Opener(session, site.provider, site.ledger).references(found)
    for stream, reference in references.items():
        for freeze in found[stream]:
            yield _keep(key, reference, freeze)


def _keep(key: KeepKey, reference: str, freeze: Freeze) -> Keep:
    return Keep(
        known_as=key.known_as(reference, f"{freeze.what}/{freeze.category}"),
        name=key.name(reference, freeze.category),
        until=freeze.until,
        ended=freeze.ended,
        at=freeze.at,
    )
