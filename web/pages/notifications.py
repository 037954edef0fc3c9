"""Recipients who must be told that data which they received was changed, and those who were told."""

from collections.abc import Mapping

from application.listings.notifications import NOTIFICATIONS
from application.queries.disclosures.notifications import Notification, NotificationPage
from web.context import RequestContext
from web.linking import act
from web.page import Page
from web.pages.common import also, filtered, more
from web.pages.declared import listed, title_of
from web.parts import Input
from web.pieces import Link
from web.resources import requests as resources
from web.resources.requests import NotificationsParams
from web.words import counted, t


def _list(
    context: RequestContext, params: NotificationsParams, answer: NotificationPage
) -> Mapping[str, object]:
    shown = sum(row.open for row in answer.tasks)
    waiting = shown if answer.open is None else answer.open
    may = context.may("requests")
    return {
        "title": title_of(NOTIFICATIONS),
        "said": t("notifications.said", counted("recipient", waiting)),
        "parts": (
            filtered(
                context,
                "/notifications",
                Input("subject", value=params.subject or "", hint="subject"),
                Input("recipient", value=params.recipient or ""),
                also("all", params.all),
            ),
            listed(context, NOTIFICATIONS, answer.tasks, "notifications", _act if may else None),
        ),
        "more": more(context, "notifications", params, answer.next),
        "forms": ("csv", "xlsx", "json"),
    }


def _act(row: Notification) -> Link | None:
    """To record that a recipient was told, of a person who can be named."""
    if not (row.open and isinstance(row.subject, str)):
        return None
    named = {"subject": row.subject, "recipient": row.recipient, "action": row.action}
    return Link(act("acts", "tell-recipient", **named), t("act-notification-record.title"))


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
