"""`ledger notify`: which recipients must be told that data was changed, and which ones were told."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from application.answer import Answer, Name
from application.queries.parts import Part, place_named, taken
from application.queries.registers.recipients import RecipientNames, recipients_known
from application.queries.subjects import known_streams, note_read
from application.source import Shown, Source, instant_or_none, rows_known, unless_erased
from ledger.event import instant
from ledger.reading import events_but_reads
from projections.folds.timetravel import NOW, Moment, fold_at
from projections.following.derive import check_told
from projections.reading.known import NOBODY, known_rows
from projections.reading.views import (
    disclosed,
    notifications,
    notifications_after,
    open_notifications,
)
from projections.views import disclosures
from projections.views.disclosures import Disclosure
from projections.views.notifications import VIEW, Changes, NotificationTask, tasks

_BLOCK_ROWS = 1_000


class NotificationFilter(msgspec.Struct, frozen=True):
    """Which tasks: about a person, for a recipient; also those that are done."""

    subject: str | None = None
    recipient: str | None = None
    done: bool = False


class Notification(Answer, frozen=True):
    """A recipient who must be told that data of a person changed, or who was told.

    `subject`: null once the person was erased. `outcome`: told, or why they were not, with its `ground`; null
    while it is `open`. `references`: of the person whom the question was about, by which the recipient knows
    them.
    """

    subject: Name | None
    data_subject: str
    recipient: str
    recipient_name: Shown | None
    action: str
    categories: list[str]
    since: str
    open: bool
    outcome: str | None
    ground: str | None
    told_at: str | None
    references: list[str] | UnsetType = UNSET


class Notifications(Answer, frozen=True):
    """Recipients and what they must be told, person by person."""

    tasks: list[Notification]
    count: int


class NotificationPage(Answer, frozen=True):
    """Recipients of some persons' data, and what they must be told; what is of one person is not parted.

    `open`: how many are to be told in all; null where that is not counted: of one person or recipient, of the
    past. `next`: the key of the part that follows.
    """

    tasks: list[Notification]
    open: int | None
    next: str | None


def notification_page(
    source: Source, criteria: NotificationFilter, part: Part, moment: Moment
) -> NotificationPage:
    """The tasks of a part, by key. Raises UnknownSubject, Misconfigured."""
    people = _people(source, criteria, part, moment)

    def fitting(person: tuple[UUID, Changes]) -> tuple[UUID, list[NotificationTask]] | None:
        some = [task for task in tasks(person[1]) if _is_meant(criteria, task)]
        return (person[0], some) if some else None

    found, following = taken(source, ((row[0], row) for row in people), part.limit, fitting)
    rows = ((stream, task) for stream, some in found for task in some)
    shown = list(_notifications(source, rows, criteria, moment))
    if moment != NOW or criteria.subject or criteria.recipient:
        return NotificationPage(shown, None, following)
    return NotificationPage(shown, open_notifications(source.session), following)


def _people(
    source: Source, criteria: NotificationFilter, part: Part, moment: Moment
) -> Iterator[tuple[UUID, Changes]]:
    """What was changed of the persons of whom a part may be, in the order of streams, as of a moment."""
    streams = known_streams(source, criteria.subject) if criteria.subject else None
    note_read(source, criteria.subject)
    after, first = place_named(source, part.after, UUID) if part.after else NOBODY, part.limit + 1
    if moment == NOW:
        open_only = not criteria.done
        return notifications_after(
            source.session, after, streams=streams, open_only=open_only, first=first
        )
    check_told(source.session, moment, streams)
    rows = known_rows(source.session, VIEW, moment, source.privacy_office, after)
    return ((key[0], changes) for key, changes in rows if streams is None or key[0] in streams)


def _is_meant(criteria: NotificationFilter, task: NotificationTask) -> bool:
    wanted = criteria.recipient in {None, task.recipient}
    return wanted and (criteria.done or task.told is None)


def notification_tasks(
    source: Source, criteria: NotificationFilter, moment: Moment = NOW
) -> Iterator[Notification]:
    """Tasks person by person, then by recipient and action. Raises UnknownSubject."""
    streams = known_streams(source, criteria.subject) if criteria.subject else None
    note_read(source, criteria.subject)
    rows = (
        (stream, task)
        for stream, changes in _changes(source, criteria, streams, moment)
        for task in tasks(changes)
        if _is_meant(criteria, task)
    )
    return _notifications(source, rows, criteria, moment)


def _changes(
    source: Source, criteria: NotificationFilter, streams: Sequence[UUID] | None, moment: Moment
) -> Iterable[tuple[UUID, Changes]]:
    if moment == NOW:
        return notifications(source.session, streams=streams, open_only=not criteria.done)
    return (
        (stream, rows[""])
        for stream, rows in rows_known(source, VIEW, moment)
        if streams is None or stream in streams
    )


def _notifications(
    source: Source,
    rows: Iterable[tuple[UUID, NotificationTask]],
    criteria: NotificationFilter,
    moment: Moment,
) -> Iterator[Notification]:
    names, rows = RecipientNames(source, recipients_known(source, moment)), iter(rows)
    time = moment.as_of or source.now
    while block := list(islice(rows, _BLOCK_ROWS)):
        names.note((task.recipient, time) for _, task in block)
        people = source.names(stream for stream, _ in block)
        for stream, task in block:
            references = _references(source, stream, task, moment) if criteria.subject else UNSET
            person = criteria.subject or unless_erased(people[stream])
            data_subject = source.pseudonym(stream)
            told = names.at(task.recipient, time)
            yield _notification(person, data_subject, task, told, references)


def _notification(
    subject: Name | str | None,
    data_subject: UUID,
    task: NotificationTask,
    recipient_name: Shown | None,
    references: list[str] | UnsetType,
) -> Notification:
    notice = task.told
    return Notification(
        subject=subject,
        data_subject=str(data_subject),
        recipient=task.recipient,
        recipient_name=recipient_name,
        action=task.action,
        categories=list(task.categories),
        since=instant(task.since),
        open=notice is None,
        outcome=notice.outcome if notice else None,
        ground=notice.ground if notice else None,
        told_at=instant_or_none(notice.order.time if notice else None),
        references=references,
    )


def _references(source: Source, stream: UUID, task: NotificationTask, moment: Moment) -> list[str]:
    """The cases by which a recipient got data of a person, up to the change."""
    rows: Iterable[Disclosure]
    if moment == NOW:
        rows = disclosed(
            source.session, streams=[stream], recipient=task.recipient, until=task.since
        )
    else:
        events = events_but_reads(source.session, [stream])
        rows = fold_at(disclosures.VIEW, events, moment, source.privacy_office).values()
    return sorted(
        {
            row.case_ref
            for row in rows
            if row.case_ref and row.recipient == task.recipient and row.occurred_at <= task.since
        }
    )
