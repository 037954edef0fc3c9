"""What a person decided on, and whether they may be approached: what each rule says, and why."""

from collections.abc import Iterable, Mapping
from heapq import nlargest

from application.queries.persons.consents import ChoiceShown, ConsentAct, Consents, ConsentShown
from application.queries.persons.marketing import ChannelDecision, MarketingAnswer, MarketingVerdict
from application.words import say, told_in
from documents.messages import told
from web.context import RequestContext
from web.linking import event
from web.moments import day, when
from web.names import cited
from web.page import Page
from web.pages.common import acts
from web.pages.persons import head
from web.parts import Table, columns, lines
from web.pieces import Figure, Link, Tag
from web.rendering import code
from web.resources.persons import PersonParams, person_channels, person_consents
from web.words import t

SHOWN = 50
"""So many acts stand on the page, the latest; the file has all of them."""


def _consents(
    context: RequestContext, params: PersonParams, answer: Consents
) -> Mapping[str, object]:
    effective = sum(consent.effective for consent in answer.consents)
    said = t("consents.said", Figure(effective, "#consents"), len(answer.consents))
    channels = person_channels.load(context, params)
    consented = (_consent(context, answer.subject, row) for row in answer.consents)
    tables = (
        _table("consents", "purpose status effective", consented),
        _table("choices", "choice since facts", map(_choice, answer.choices)),
        _channels(channels),
        _table("acts", "act when purpose how", (_act(context, act) for act in _acts(answer))),
    )
    return head(context, params, "consents", said) | {"parts": tuple(filter(None, tables))}


def _table(name: str, headings: str, rows: Iterable[tuple[object, ...]]) -> Table | None:
    """A table of this page; None without a row."""
    listed = tuple(rows)
    texts = columns(*(t(f"consents.{heading}") for heading in headings.split()))
    return Table(t(f"consents.{name}_title"), texts, listed, name) if listed else None


def _consent(context: RequestContext, subject: str, consent: ConsentShown) -> tuple[object, ...]:
    until = t("consents.until", day(consent.valid_until)) if consent.valid_until else None
    counts = Tag(t("consents.counts"), "good") if consent.effective else Tag(t("consents.not"))
    return (
        code(consent.purpose, "purpose"),
        lines(
            code(consent.status, "consent-status"),
            day(consent.since),
            until,
            *_withdrawing(context, subject, consent),
        ),
        lines(counts, told(consent.why)),
    )


def _withdrawing(context: RequestContext, subject: str, consent: ConsentShown) -> tuple[Link, ...]:
    """The form that takes it back, while it is in force."""
    if consent.status != "given" or not context.may("requests"):
        return ()
    named: dict[str, str | None] = {"subject": subject, "purpose": consent.purpose}
    return acts(context, ("consent-withdraw", "acts/withdraw-consent", named))


def _choice(choice: ChoiceShown) -> tuple[object, ...]:
    facts = (
        t("consents.fact", code(name.replace("_", "-"), "member"), _fact(name, value))
        for name, value in choice.facts.items()
        if isinstance(value, str | bool | int)
    )
    return code(choice.choice, "choice"), when(choice.since), lines(*facts)


def _fact(name: str, value: object) -> object:
    if isinstance(value, bool):
        return t("value.yes" if value else "value.no")
    return code(str(value), name) if isinstance(value, str) else value


def _channels(answer: MarketingAnswer) -> Table:
    rows = tuple(
        (
            lines(code(decision.channel, "channel"), _may(decision)),
            lines(say("layer", verdict.layer), _may(verdict)),
            lines(told_in(verdict, "why"), _asked(verdict)),
            lines(told_in(verdict, "title"), cited(verdict.citation)),
        )
        for decision in answer.decisions
        for verdict in decision.verdicts
    )
    headings = columns(*(t(f"consents.{name}") for name in ("channel", "by", "why", "rule")))
    return Table(t("consents.channels_title"), headings, rows, "channels")


def _may(said: ChannelDecision | MarketingVerdict) -> Tag:
    return Tag(
        say("marketing", "allowed" if said.allowed else "not-allowed"),
        "good" if said.allowed else "plain",
    )


def _asked(verdict: MarketingVerdict) -> str | None:
    """The consents of which one is needed, where the person gave none of them."""
    if verdict.code != "no-consent":
        return None
    purposes = (code(purpose, "purpose") for purpose in verdict.consent_for)
    return say("marketing", "asked-for", f" {say('value', 'or')} ".join(purposes))


def _acts(answer: Consents) -> list[ConsentAct]:
    acts = answer.history if isinstance(answer.history, list) else []
    return nlargest(SHOWN, acts, key=lambda act: act.position)


def _act(context: RequestContext, act: ConsentAct) -> tuple[object, ...]:
    taken_back = Tag(t("event.annulled"), "due") if act.annulled_by else None
    return (
        lines(code(act.act, "consent-status"), taken_back),
        event(context, act.position, when(act.from_)),
        code(act.purpose, "purpose"),
        lines(
            code(act.channel, "channel") if act.channel else None,
            code(act.method, "method") if act.method else None,
            act.text_version,
        ),
    )


PAGES = (
    Page("/persons/{kind}/{id}/consents", "person", person_consents, "person_part.html", _consents),
)
