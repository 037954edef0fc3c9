"""Recipients who were told that data was changed, or why they were not (GDPR Art. 19)."""

from datetime import datetime
from typing import Annotated

from msgspec import UNSET
from msgspec.structs import replace

from application.acts.acting import Act, office_lock
from application.acts.given import Ask, Choice, Person, Timed, facts_of
from application.acts.offered import NOT_TOLD
from application.acts.requesting import record
from application.queries.disclosures.notifications import (
    Notification,
    NotificationFilter,
    notification_tasks,
)
from application.queries.lookups import known_recipient
from application.queries.subjects import check_person
from application.site import Site
from application.source import Source
from ledger.errors import Misconfigured, Reject
from ledger.event import instant
from projections.views.notifications import ACTIONS
from schemas import CATEGORIES, names

EXCEPTIONS = ("impossible", "disproportionate-effort")
OUTCOMES = ("told", *EXCEPTIONS)
"""What may come of a task: GDPR Art. 19 knows two reasons not to tell a recipient."""


class NotificationWord(Timed, frozen=True, kw_only=True):
    """What became of a task: the recipient was told, or why it was not. `category`: only of these."""

    events = (names.RECIPIENT_NOTIFIED,)
    subject: Person
    recipient: Annotated[str, Ask("By id or name.", argument="RECIPIENT")]
    action: Annotated[str, Ask("One of {}.", Choice("right", ACTIONS))]
    outcome: Annotated[str, Ask("One of {}.", Choice("told", OUTCOMES))] = "told"
    ground: Annotated[
        str | None,
        Ask(
            f"Why it is {' or '.join(EXCEPTIONS)}.",
            Choice("not-told", NOT_TOLD, True),
            hint="exception",
        ),
    ] = None
    category: Annotated[
        tuple[str, ...],
        Ask(
            "Only of this category; may be repeated. Without it: of all.",
            Choice("category", CATEGORIES),
            hint="all_categories",
            fact="",
        ),
    ] = ()


def with_recipient(source: Source, given: NotificationWord) -> NotificationWord:
    """The same with the id of its recipient. Raises NotKnown."""
    return replace(given, recipient=known_recipient(source, given.recipient))


def notification(source: Source, word: NotificationWord, time: datetime) -> Act:
    """The act that says what became of a task. Raises Reject when there is no such task, Misconfigured."""
    _check(source, word, time)
    return Act(
        name=word.events[0],
        subject=word.subject,
        provision="eu.gdpr.19",
        facts=facts_of(word),
        categories=list(word.category) if word.category else UNSET,
        time=time,
    )


def _check(source: Source, word: NotificationWord, time: datetime) -> None:
    """Check that such a task exists, is open, and began before the time at which the recipient was told."""
    if (word.outcome in EXCEPTIONS) != (word.ground is not None):
        raise Misconfigured(
            f"expected with {' and '.join(EXCEPTIONS)}, and with nothing else", field="ground"
        )
    criteria = NotificationFilter(word.subject, word.recipient, done=True)
    tasks = [row for row in notification_tasks(source, criteria) if _is_meant(word, row)]
    if not tasks:
        raise Reject(
            f"there is nothing to tell {word.recipient} about: no {word.action} of data it had"
        )
    if not any(row.open for row in tasks):
        raise Reject(f"{word.recipient} was told already, at {tasks[0].told_at}")
    if instant(time) < max(row.since for row in tasks if row.open):
        raise Reject(f"{word.recipient} cannot have been told before the {word.action}")


def _is_meant(word: NotificationWord, row: Notification) -> bool:
    return row.action == word.action and (not word.category or _covers(word, row))


def _covers(word: NotificationWord, row: Notification) -> bool:
    return bool(set(word.category) & set(row.categories))


def notify(site: Site, source: Source, given: NotificationWord, time: datetime) -> NotificationWord:
    """Record what became of a task, under the lock of the office. Raises what `notification` does."""
    check_person(given.subject)
    word = with_recipient(source, given)
    with office_lock(site):
        record(site, [notification(source, word, time)], time)
    return word
