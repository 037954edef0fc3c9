"""Tables on whether a person may be approached, by law and by our own promise."""

from collections.abc import Iterable

from rich.console import RenderableType

from application.language import spoken
from application.queries.persons.marketing import (
    Approachable,
    ChannelDecision,
    MarketingAnswer,
    MarketingVerdict,
)
from application.register_words import RegisterWords
from application.words import in_words, say, told_in
from console.show.text import Stack, pairs, worded
from documents.messages import told
from documents.text import clean

_ABOUT = "marketing"


def marketing_tables(answer: MarketingAnswer) -> list[RenderableType]:
    """The facts that the decisions rest on, then a row for each channel and rule."""
    rows = [
        (
            Stack([in_words("channel", decision.channel), _may(decision)]),
            Stack([say("layer", verdict.layer), _may(verdict)]),
            Stack([told_in(verdict, "why"), _consents_asked(verdict), told_in(verdict, "title")]),
            Stack([RegisterWords(spoken()).cited(verdict.citation), _doubt(verdict)]),
        )
        for decision in answer.decisions
        for verdict in decision.verdicts
    ]
    title = say(_ABOUT, "title", clean(answer.subject), answer.as_of)
    return [
        pairs(title, _addressee(answer.person)),
        worded(_ABOUT, "channel by why rule", rows, title="decisions"),
    ]


def _may(decision: ChannelDecision | MarketingVerdict) -> str:
    return say(_ABOUT, "allowed" if decision.allowed else "not-allowed")


def _addressee(person: Approachable) -> Iterable[tuple[str, object]]:
    """What is known of a person, with what the words of the rules mean by it."""
    values = {
        "kind": in_words("kind", person.kind),
        "account": say(_ABOUT, "active" if person.active else "inactive"),
        "customer": person.customer or say(_ABOUT, "no-customer"),
        "consents": in_words("purpose", person.consents) or say(_ABOUT, "none"),
        "ended": _without_effect(person),
        "objections": in_words("channel", person.objections) or say(_ABOUT, "none"),
        "restricted": in_words("category", person.restricted) or say("value", "nothing"),
    }
    facts = ((name, value) for name, value in values.items() if name != "ended" or value)
    return ((say(_ABOUT, name), value) for name, value in facts)


def _without_effect(person: Approachable) -> Stack:
    return Stack(
        f"{in_words('purpose', consent.purpose)}: {clean(told(consent.why))}"
        for consent in person.without_effect
    )


def _consents_asked(verdict: MarketingVerdict) -> str | None:
    """The consents of which one is needed, where the person gave none of them."""
    if verdict.code != "no-consent":
        return None
    purposes = in_words("purpose", verdict.consent_for)
    return say(_ABOUT, "asked-for", f" {say('value', 'or')} ".join(purposes))


def _doubt(verdict: MarketingVerdict) -> str | None:
    return say("confidence", "doubt") if verdict.confidence == "unconfirmed" else None
