"""Recording that a person took a consent back, such as by telephone."""

from collections.abc import Sequence

from application.acts.offered import WAYS
from application.acts.on_consents import Withdrawal, given_consents, withdraw, withdrawn
from schemas.events.consent import Purpose
from web.acts import AT, Act, ActData, offered, options, time_of
from web.linking import act, person_parts
from web.page import Preview, previewed
from web.parts import Input, Text
from web.rendering import code
from web.resource import Params
from web.resources.periods import person_named
from web.visit import Visit
from web.words import t

_ABOUT = "consents"


class WithdrawingParams(Params, frozen=True, kw_only=True):
    """Whose consent, and to what: a link says so."""

    subject: str
    purpose: str | None = None


class Withdrawing(ActData, frozen=True, kw_only=True):
    """Which consent a person took back, and by which way."""

    subject: str
    purpose: Purpose
    channel: str


def _inputs(visit: Visit, params: WithdrawingParams) -> Sequence[Input]:
    """Only consents that are in force can be chosen."""
    subject = person_named(params.subject)
    given = given_consents(visit.source(_ABOUT), str(subject), visit.now)
    return (
        Input("subject", "hidden"),
        Input("purpose", "choice", options("purpose", sorted(given)), required=True),
        offered("channel", "channel", WAYS, required=True, label="said_by"),
        AT,
    )


def _wanted(fields: Withdrawing) -> Withdrawal:
    return Withdrawal(fields.subject, fields.purpose, fields.channel)


def _would(visit: Visit, fields: Withdrawing) -> Preview:
    withdrawn(visit.source(_ABOUT), _wanted(fields), time_of(visit, fields))
    purpose, channel = code(fields.purpose, "purpose"), code(fields.channel, "channel")
    return previewed((Text(t("act-consent-withdraw.would", purpose, channel)),), fields)


def _do(visit: Visit, fields: Withdrawing) -> str:
    withdraw(visit.site, visit.source(_ABOUT), _wanted(fields), time_of(visit, fields))
    return _back(fields)


def _back(whose: Withdrawing | WithdrawingParams) -> str:
    return act(*person_parts(whose.subject), "consents")


def _whose(_visit: Visit, params: WithdrawingParams) -> Sequence[tuple[object, object]]:
    return ((t("field.subject"), params.subject),)


ACTS = (
    Act(
        name="consent-withdraw",
        path="/acts/withdraw-consent",
        section="person",
        part="persons",
        deed="requests",
        params=WithdrawingParams,
        fields=Withdrawing,
        inputs=_inputs,
        do=_do,
        back=_back,
        about=_whose,
        preview=_would,
        open_codes=("channel",),
    ),
)
PAGES = tuple(one.page for one in ACTS)
FORMS = tuple(one.form for one in ACTS)
