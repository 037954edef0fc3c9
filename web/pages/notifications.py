"""Recipients who must be told that data which they received was changed, and those who were told."""

from collections.abc import Mapping

from application.answer import given
from application.queries.disclosures.notifications import Notification, NotificationPage
from application.words import say
from web.linking import act, person
from web.moments import when
from web.page import Page
from web.pages.common import also, cap, codes, filtered, headings, more
from web.parts import Input, Nothing, Table, lines
from web.pieces import Id, Link, Tag
from web.rendering import code
from web.resources import requests as resources
from web.resources.requests import NotificationsParams
from web.visit import Visit
from web.words import counted, t


def _list(
    visit: Visit, params: NotificationsParams, answer: NotificationPage
) -> Mapping[str, object]:
    table = Table(
        t("notifications.title"),
        headings("notify", "recipient about of since status"),
        tuple(_row(visit, row) for row in answer.tasks),
    )
    shown = sum(row.open for row in answer.tasks)
    waiting = shown if answer.open is None else answer.open
    nothing = Nothing(t("notifications.nothing"), t("notifications.nothing_how"))
    return {
        "title": t("notifications.title"),
        "said": t("notifications.said", counted("recipient", waiting)),
        "parts": (
            filtered(
                visit,
                "/notifications",
                Input("subject", value=params.subject or "", hint="subject"),
                Input("recipient", value=params.recipient or ""),
                also("all", params.all),
            ),
            table if answer.tasks else nothing,
        ),
        "more": more(visit, "notifications", params, answer.next),
        "forms": ("csv", "xlsx", "json"),
    }


def _row(visit: Visit, row: Notification) -> tuple[object, ...]:
    name = row.recipient_name if isinstance(row.recipient_name, str) else None
    return (
        lines(name, Id(row.recipient)),
        lines(person(visit, row.subject), *(given(row.references) or ())),
        lines(cap(code(row.action, "right")), codes("category", row.categories)),
        when(row.since),
        _status(visit, row),
    )


def _status(visit: Visit, row: Notification) -> object:
    if not row.open:
        told = (code(one, "told") for one in (row.outcome, row.ground) if one)
        return lines(*told, when(row.told_at) if row.told_at else None)
    waits = Tag(say("notify", "open"), "due")
    if not (visit.may("requests") and isinstance(row.subject, str)):
        return waits
    named = {"subject": row.subject, "recipient": row.recipient, "action": row.action}
    return lines(
        waits, Link(act("acts", "tell-recipient", **named), t("act-notification-record.title"))
    )


PAGES = (
    Page(
        "/notifications",
        "requests",
        resources.notifications,
        "parts.html",
        _list,
        export=resources.every_notification,
    ),
)
