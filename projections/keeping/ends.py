"""The end of everything about a person; long after it their entries lead to no person any more. Pure.

A running account, an open portal, a job and a role have no end.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from projections.dossier.dossier import FOREVER, RUNNING, Dossier, topic_of
from projections.dossier.look import FactContext
from projections.dossier.said import Granted
from projections.keeping.lasting import keepings_around
from projections.keeping.person import Person
from projections.keeping.retention import closed_at
from rulebook import period
from rulebook.calendar import day_of
from schemas.formats import instant_of


def is_forgotten(person: Person, day: date) -> bool:
    """Whether no data is held of a person on a day, nothing keeps any, and everything ended long before."""
    # Of a request that was answered the file was kept for a time, which may be over.
    keepings = person.look.once(keepings_around)
    if person.held or any(keeping.until is None or day < keeping.until for keeping in keepings):
        return False
    # Traces keep the first event of each source only: where these are old enough, the latest is read.
    known = list(_known_ends(person))
    return _are_long_ago(known, day) and _are_long_ago([person.latest() or known[0]], day)


def _are_long_ago(ends: Iterable[datetime], day: date) -> bool:
    ended = max(ends, default=FOREVER)
    return ended != FOREVER and day_of(ended + period("ledger-entry")) <= day


def _known_ends(person: Person) -> Iterator[datetime]:
    """When what is known of a person ended; nothing of who is erased already."""
    account = person.dossier.all("account")[-1:]
    if person.traces.first and not any(mark.says == "erased" for mark in account):
        yield from (trace.time for trace in person.traces.first.values())
        yield from (mark.order.time for mark in account)
        yield from _ends_of_relations(person.look)
        yield from _ends_of_work(person.dossier)


def _ends_of_relations(look: FactContext) -> Iterator[datetime]:
    """When somebody stopped being a customer or a contact person, and when their portal was closed."""
    dossier = look.own
    if any(map(dossier.all, ("registered", "contact", "account"))):
        yield closed_at(look) or FOREVER
    if any(mark.says == "open" for mark in dossier.all("portal")[-1:]):
        yield FOREVER


def _ends_of_work(dossier: Dossier) -> Iterator[datetime]:
    """When somebody stopped, or stops, working here: in each job, and in roles that ended with no job."""
    for job in dossier.all("job")[-1:]:
        yield FOREVER if job.says == RUNNING else job.order.time
    for role in _roles(dossier):
        yield instant_of(role.valid_until or "") or FOREVER


def _roles(dossier: Dossier) -> Iterator[Granted]:
    """Roles that were not revoked, and that no job took along when it ended."""
    left = [mark.order for mark in dossier.all("employment")]
    for topic in dossier.marks:
        role = dossier.all(topic)[-1]
        # Who comes back through another firm has a role after the job ended.
        stays = topic_of(topic) == "role" and not any(role.order < end for end in left)
        if stays and isinstance(role.says, Granted):
            yield role.says
