"""`ledger notify`: telling recipients that data which they received was corrected, erased or restricted."""

from functools import partial
from typing import Annotated

from application.acts.notifying import NotificationWord, notify
from application.listings.notifications import NOTIFICATIONS
from application.queries.disclosures.notifications import (
    NotificationFilter,
    Notifications,
    notification_tasks,
)
from application.queries.lookups import known_recipient
from application.queries.subjects import check_person
from console.commands.people import OptionalSubject, prepare, reading, working
from console.flags import AtMoment, Json, configured, option, switch
from console.output import emit, people, print_rows
from console.show.declared import table_of
from host.settings import Settings
from projections.folds.timetravel import NOW


@configured("store")
def list_tasks(
    settings: Settings,
    subject: OptionalSubject = None,
    recipient: Annotated[
        str | None, option("--recipient", "R", "Only this recipient, by id or name.")
    ] = None,
    everything: Annotated[
        bool, switch("--all", "Also recipients that were told, with the outcome.")
    ] = False,
    moment: AtMoment = NOW,
    as_json: Json = False,
) -> None:
    """Print which recipients you must still tell of a correction, an erasure or a restriction."""
    if subject is not None:
        check_person(subject)
    with reading(settings, "notify", moment, subject) as (site, source):
        prepare(site, moment)
        party = known_recipient(source, recipient) if recipient else None
        rows = notification_tasks(source, NotificationFilter(subject, party, everything), moment)
        print_rows("tasks", rows, partial(table_of, NOTIFICATIONS), as_json, count_as="count")


@configured("store")
def record_word(settings: Settings, given: NotificationWord, as_json: Json = False) -> None:
    """Record that you told a recipient, or why you cannot. Refused when there is nothing to tell it."""
    with working(settings, "notify", given.at) as (site, source, time):
        word = notify(site, source, given, time)
        criteria = NotificationFilter(word.subject, word.recipient, done=True)
        rows = list(notification_tasks(source, criteria))
    if as_json:
        emit(Notifications(tasks=rows, count=len(rows)))
    else:
        people().print(table_of(NOTIFICATIONS, rows))
