"""Recording that a person took a consent back, such as by telephone."""

from collections.abc import Sequence

from application.acts.on_consents import Withdrawal, given_consents, withdraw, withdrawn
from web.acts import Act, asked, options, time_of
from web.context import RequestContext
from web.linking import act, person_parts
from web.page import Preview, previewed
from web.parts import Input, Text
from web.rendering import code
from web.resource import Params
from web.resources.periods import person_named
from web.words import t

_ABOUT = "consents"


class WithdrawingParams(Params, frozen=True, kw_only=True):
    """Whose consent, and to what: a link says so."""

    subject: str
    purpose: str | None = None


def _inputs(context: RequestContext, params: WithdrawingParams) -> Sequence[Input]:
    """Only consents that are in force can be chosen."""
    subject = person_named(params.subject)
    given = given_consents(context.source(_ABOUT), str(subject), context.now)
    return asked(Withdrawal, purpose={"options": options("purpose", sorted(given))})


def _would(context: RequestContext, given: Withdrawal) -> Preview:
    withdrawn(context.source(_ABOUT), given, time_of(context, given))
    purpose, channel = code(given.purpose, "purpose"), code(given.channel, "channel")
    return previewed((Text(t("act-consent-withdraw.would", purpose, channel)),), given)


def _do(context: RequestContext, given: Withdrawal) -> str:
    withdraw(context.site, context.source(_ABOUT), given, time_of(context, given))
    return _back(given)


def _back(whose: Withdrawal | WithdrawingParams) -> str:
    return act(*person_parts(whose.subject), "consents")


def _whose(_visit: RequestContext, params: WithdrawingParams) -> Sequence[tuple[object, object]]:
    return ((t("field.subject"), params.subject),)


ACTS = (
    Act(
        name="consent-withdraw",
        path="/acts/withdraw-consent",
        section="person",
        part="persons",
        deed="requests",
        params=WithdrawingParams,
        fields=Withdrawal,
        inputs=_inputs,
        do=_do,
        back=_back,
        about=_whose,
        preview=_would,
    ),
)
PAGES = tuple(one.page for one in ACTS)
FORMS = tuple(one.form for one in ACTS)
