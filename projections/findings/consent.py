"""Situations of an act on a consent: whether its TC string says the same, and what the browser said. Pure.

The act is what decides; what is recorded beside it is evidence, and may contradict it. An act that can be
seen stands against a browser's general signal, which is a wish for all sites (ADR 59).
"""

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Final

from projections.dossier.dossier import COOKIES, SIGNAL
from projections.dossier.fact import Fact
from projections.dossier.look import FactContext, SeenSituation
from rulebook.calendar import day_of
from rulebook.consent_evidence import ConsentPurpose, is_explicit, lifetime_end, wanted_of
from rulebook.consent_validity import consent_lack
from schemas import names
from schemas.formats import instant_of
from schemas.tc_string import TcFault, TcString, decoded

_COOKIES: Final = names.COOKIE_PREFERENCE_RECORDED
_ANALYTICS: Final = "analytics-cookies"
_GIVING: Final = frozenset({names.CONSENT_GIVEN, names.CONSENT_RENEWED})
_DAY: Final = timedelta(days=1)
"""The string has the day in UTC, and consent tools send it some hours later."""
_DEVICE: Final = 1
"""The purpose that is not asked where the law of the publisher's country does not ask for it."""


def consent_evidence(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    """The evidence of a consent: the content, day and end of its string, and the browser's signal."""
    purpose = wanted_of(_purpose(fact), fact.facts.tcf_purposes)
    string = _string(fact)
    if string is not None:
        yield from _string_says(fact, purpose, string)
        yield SeenSituation(
            {"dated": _dated(fact, string)}, detail=f"{string.last_updated:%Y-%m-%d}"
        )
        yield from _aged(fact, look, string)
    if _is_given(fact):
        yield from _signalled(fact, look, purpose)
        if consent_lack(fact.facts.method or None, None, day_of(fact.occurred_at)):
            detail = f"{_purpose(fact)}, {fact.facts.method}"
            yield SeenSituation({"said": "given", "act": "none"}, detail=detail)


def _purpose(fact: Fact) -> str:
    """The purpose of the act; a preference for cookies counts for the cookies that are not necessary."""
    return _ANALYTICS if fact.name == _COOKIES else str(fact.facts.purpose)


def _is_given(fact: Fact) -> bool:
    return bool(fact.facts.analytical) if fact.name == _COOKIES else fact.name in _GIVING


def _string(fact: Fact) -> TcString | None:
    """The fields of the string; None without a string, or in a version that this program cannot decode."""
    text = fact.facts.tc_string or None
    try:
        return decoded(text) if text else None
    except TcFault:
        return None


def _string_says(fact: Fact, purpose: ConsentPurpose, string: TcString) -> Iterator[SeenSituation]:
    """Whether the string consents to all that the purpose comes to; nothing where that is nothing."""
    purposes = {*purpose.tcf_purposes} - ({_DEVICE} if string.purpose_one_undisclosed else set())
    lacking = [f"purpose-{number}" for number in sorted(purposes - {*string.purposes_consent})]
    features = {*purpose.special_features}
    lacking += [f"feature-{number}" for number in sorted(features - {*string.special_features})]
    if not (purposes or features):
        return
    act = "given" if _is_given(fact) else "taken-back"
    evidence = "lacking" if lacking else "consenting"
    details = lacking or [f"purpose-{number}" for number in sorted(purposes)]
    yield SeenSituation(
        {"said": act, "string": evidence}, detail=", ".join([_purpose(fact), *details])
    )


def _dated(fact: Fact, string: TcString) -> str:
    apart = fact.occurred_at.astimezone(UTC).date() - string.last_updated.date()
    if abs(apart) <= _DAY:
        return "same-day"
    return "older" if apart > _DAY else "newer"


def _aged(fact: Fact, look: FactContext, string: TcString) -> Iterator[SeenSituation]:
    """A consent that still stands, by this act, when the choices in its string must be asked for again."""
    due = lifetime_end(string.last_updated)
    topic = COOKIES if fact.name == _COOKIES else f"consent/{_purpose(fact)}"
    last = look.own.all(topic)[-1:]
    until = instant_of(fact.facts.valid_until)
    decides = [(mark.order.source, mark.order.id) for mark in last] == [(fact.source, fact.id)]
    if _is_given(fact) and decides and (until is None or until > due):
        yield SeenSituation({"lifetime": "passed"}, due, _purpose(fact))


def _signalled(fact: Fact, look: FactContext, purpose: ConsentPurpose) -> Iterator[SeenSituation]:
    """The browser's signal at the act, or else its last one for the purposes that it covers.

    A choice of cookies is an act of choosing, unless the act itself says how it was made and that is not
    visible.
    """
    signal, method = fact.facts.gpc, (fact.facts.method or None)
    if signal is None and purpose.by_signal:
        before = look.own.last(SIGNAL, fact.occurred_at)
        signal = bool(before.says) if before else None
    if signal is not None:
        explicit = is_explicit(method) or (fact.name == _COOKIES and method is None)
        situation = {
            "signal": "on" if signal else "off",
            "act": "explicit" if explicit else "unseen",
        }
        yield SeenSituation(situation, detail=", ".join(filter(None, [_purpose(fact), method])))
