"""Recording that a recipient was told of a change, or why it cannot be."""

from collections.abc import Sequence

from application.acts.notifying import (
    EXCEPTIONS,
    NotificationWord,
    notification,
    notify,
    with_recipient,
)
from web.acts import Act, asked, time_of
from web.context import RequestContext
from web.names import naming, recipient_options
from web.page import Preview, previewed
from web.parts import Input, Text
from web.rendering import code
from web.resource import Params
from web.words import t


class TellingParams(Params, frozen=True, kw_only=True):
    """Which recipient must be told what of whom, where a link says so."""

    subject: str | None = None
    recipient: str | None = None
    action: str | None = None


def _inputs(context: RequestContext, _params: TellingParams) -> Sequence[Input]:
    """Recipients that the register knows are offered by their names."""
    known = {"kind": "choice", "options": recipient_options(context), "free": True}
    return asked(NotificationWord, recipient=known)


def _would(context: RequestContext, given: NotificationWord) -> Preview:
    source = context.source("notify")
    word = with_recipient(source, given)
    notification(source, word, time_of(context, word))
    cannot = word.outcome in EXCEPTIONS
    text = "act-notification-record.would_not" if cannot else "act-notification-record.would"
    name = naming(context).recipient(word.recipient, context.now)
    told = t(text, name, code(word.action, "right"), word.subject)
    return previewed((Text(told),), word)


def _do(context: RequestContext, given: NotificationWord) -> str:
    notify(context.site, context.source("notify"), given, time_of(context, given))
    return "/notifications"


ACTS = (
    Act(
        name="notification-record",
        path="/acts/tell-recipient",
        section="requests",
        part="requests",
        deed="requests",
        params=TellingParams,
        fields=NotificationWord,
        inputs=_inputs,
        do=_do,
        back=lambda _params: "/notifications",
        preview=_would,
    ),
)
PAGES = tuple(one.page for one in ACTS)
FORMS = tuple(one.form for one in ACTS)
