"""Recipients who were told that data was changed, or why they were not (GDPR Art. 19)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from application.acts.acting import Act, one_at_a_time
from application.acts.requesting import record
from application.queries.disclosures.notifications import (
    Notification,
    NotificationFilter,
    notification_tasks,
)
from application.site import Site
from application.source import Source
from ledger.errors import Misconfigured, Reject
from ledger.event import instant
from schemas import names

EXCEPTIONS = ("impossible", "disproportionate-effort")
OUTCOMES = ("told", *EXCEPTIONS)
"""What may come of a task: GDPR Art. 19 knows two reasons not to tell a recipient."""


class NotificationWord(msgspec.Struct, frozen=True):
    """What became of a task: the recipient was told, or why it was not."""

    subject: str
    recipient: str
    action: str
    outcome: str = "told"
    ground: str | None = None
    categories: Sequence[str] = ()


def notification(source: Source, word: NotificationWord, time: datetime) -> Act:
    """The act that says what became of a task. Raises Reject when there is no such task, Misconfigured."""
    _check(source, word, time)
    facts = {"recipient": word.recipient, "action": word.action, "outcome": word.outcome}
    return Act(
        name=names.RECIPIENT_NOTIFIED,
        subject=word.subject,
        provision="eu.gdpr.19",
        facts=facts | ({"ground": word.ground} if word.ground else {}),
        categories=list(word.categories) if word.categories else msgspec.UNSET,
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
    return row.action == word.action and (not word.categories or _covers(word, row))


def _covers(word: NotificationWord, row: Notification) -> bool:
    return bool(set(word.categories) & set(row.categories))


def notify(site: Site, source: Source, word: NotificationWord, time: datetime) -> None:
    """Record what became of a task, under the lock of the office. Raises what `notification` does."""
    with one_at_a_time(site):
        record(site, [notification(source, word, time)], time)
