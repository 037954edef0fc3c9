"""Recording that a recipient was told of a change, or why it cannot be."""

from collections.abc import Sequence

from application.acts.notifying import EXCEPTIONS, OUTCOMES, NotificationWord, notification, notify
from application.acts.offered import NOT_TOLD
from application.queries.lookups import known_recipient
from application.source import Source
from projections.views.notifications import ACTIONS
from schemas import CATEGORIES
from web.acts import AT, Act, ActData, offered, options, time_of
from web.names import naming, recipient_options
from web.page import Preview, previewed
from web.parts import Input, Text
from web.rendering import code
from web.resource import Params
from web.visit import Visit
from web.words import t


class TellingParams(Params, frozen=True, kw_only=True):
    """Which recipient must be told what of whom, where a link says so."""

    subject: str | None = None
    recipient: str | None = None
    action: str | None = None


class Telling(ActData, frozen=True, kw_only=True):
    """Which recipient was told what of whom. `ground`: why it is one of the exceptions."""

    subject: str
    recipient: str
    action: str
    outcome: str = "told"
    ground: str | None = None
    category: tuple[str, ...] = ()


def _inputs(visit: Visit, _params: TellingParams) -> Sequence[Input]:
    return (
        Input("subject", required=True, hint="subject"),
        Input("recipient", "choice", recipient_options(visit), required=True, free=True),
        Input("action", "choice", options("right", ACTIONS), required=True),
        Input("outcome", "choice", options("told", OUTCOMES), required=True, value="told"),
        offered("ground", "not-told", NOT_TOLD, hint="exception"),
        Input("category", "checks", options("category", CATEGORIES), hint="all_categories"),
        AT,
    )


def _word(source: Source, fields: Telling) -> NotificationWord:
    return NotificationWord(
        fields.subject,
        known_recipient(source, fields.recipient),
        fields.action,
        fields.outcome,
        fields.ground,
        tuple(fields.category),
    )


def _would(visit: Visit, fields: Telling) -> Preview:
    source = visit.source("notify")
    word = _word(source, fields)
    notification(source, word, time_of(visit, fields))
    cannot = fields.outcome in EXCEPTIONS
    text = "act-notification-record.would_not" if cannot else "act-notification-record.would"
    name = naming(visit).recipient(word.recipient, visit.now)
    told = t(text, name, code(word.action, "right"), word.subject)
    return previewed((Text(told),), [word, fields.at])


def _do(visit: Visit, fields: Telling) -> str:
    source = visit.source("notify")
    notify(visit.site, source, _word(source, fields), time_of(visit, fields))
    return "/notifications"


ACTS = (
    Act(
        name="notification-record",
        path="/acts/tell-recipient",
        section="requests",
        part="requests",
        deed="requests",
        params=TellingParams,
        fields=Telling,
        inputs=_inputs,
        do=_do,
        back=lambda _params: "/notifications",
        preview=_would,
        codes={"action": ACTIONS, "outcome": OUTCOMES, "category": CATEGORIES},
        open_codes=("ground",),
    ),
)
PAGES = tuple(one.page for one in ACTS)
FORMS = tuple(one.form for one in ACTS)
