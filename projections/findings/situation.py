"""Situations: a fact and the dossiers of its time, in the vocabulary of the rules.

Pure. A situation is a flat map of names to codes and truth values. The rulebook decides whether it is a
breach (`rulebook.breaches`). A situation that waits for a deadline says when it is due.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import chain

import rulebook
from projections.dossier.dossier import (
    CARRIED,
    CHANGED,
    CONFIRMED,
    CONTRACT,
    COOKIES,
    LIFTED,
    ORDERED,
    PURPOSES,
    REGISTERED,
    REMOVED,
    SIGNAL,
    TAKEOVER,
    Dossier,
)
from projections.dossier.fact import AUTOMATED, CONSENT_EVIDENCE, OBJECTION, Fact
from projections.dossier.look import FactContext, SeenSituation
from projections.dossier.said import Granted, Handover, Phase, Said
from projections.findings.consent import consent_evidence
from projections.findings.disclosure import disclosure, feed, informed
from projections.findings.marketing import contact, objection, overruling
from projections.findings.retention import RETENTION, retention
from projections.use.credit import NO_OCCASION, occasion
from projections.use.situation import USES, use
from projections.views.staff import counts, holds, is_over
from rulebook.adverse_decisions import ADVERSE
from rulebook.complaints import answer_clock
from rulebook.incidents import FULL, AuthorityNotice, Clock, breach_clocks, warning_clock
from schemas import names
from schemas.formats import instant_of

_ENDS = frozenset({names.RIGHTS_REQUEST_ANSWERED, names.RIGHTS_REQUEST_REFUSED})


def seen(kind: str, fact: Fact, look: FactContext) -> Iterable[SeenSituation]:
    """The situations of a fact, of which each may break rules."""
    situations = SITUATIONS[kind](fact, look)
    return chain(situations, use(fact, look)) if kind in USES else situations


# Duties towards a person


def _malicious_call(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    yield informed(fact, look, fact.id)


def _notice_request(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    yield informed(fact, look, fact.facts.disclosure_id)


def _registration(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    return _notice_of_source(fact, look, {"13", "14"})


def _indirect_collection(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    return _notice_of_source(fact, look, {"14"})


def _notice_of_source(fact: Fact, look: FactContext, articles: set[str]) -> Iterator[SeenSituation]:
    if any(mark.says in articles for mark in look.own.all("notice")):
        yield SeenSituation({"notice": "given"})
    else:
        due = rulebook.deadline("notice.indirect", fact.occurred_at)
        yield SeenSituation({"notice": "overdue"}, due)


def _notice(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    """Whether the version that somebody got was published by then."""
    [name] = fact.on
    published = look.at(name).all("published")[:1]
    by_then = published and published[0].order.time <= fact.occurred_at
    code = "published" if by_then else "early" if published else "unpublished"
    yield SeenSituation({"version": code}, detail=fact.facts.version)


def _automated_decision(fact: Fact, _look: FactContext) -> Iterator[SeenSituation]:
    """The basis of a program's decision against a person."""
    basis = fact.legal_basis or "none"
    allowed = basis in ADVERSE.legal_bases
    yield SeenSituation({"basis": "allowed" if allowed else "other"}, detail=basis)


def _misuse(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    warned = [mark.order.time for mark in look.own.all(f"warned/{fact.facts.case_ref}")]
    clock = warning_clock(fact.occurred_at, warned)
    yield _in_time("warned", clock.met, clock.due)


def _complaint(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    ref = fact.facts.complaint_ref
    answered = [mark.order.time for mark in look.own.all(f"complaint/{ref}")]
    clock = answer_clock(fact.occurred_at, answered)
    yield _in_time("answered", clock.met, clock.due, ref)


def _in_time(name: str, in_time: bool, due: datetime, detail: str | None = None) -> SeenSituation:
    return (
        SeenSituation({name: "in-time"})
        if in_time
        else SeenSituation({name: "overdue"}, due, detail)
    )


# Rights


def _request(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    ref, dossier = fact.facts.request_ref, look.own
    period = _period(dossier, ref, fact.facts.received_on)
    if period.due is not None:
        answers = dossier.all(f"answered/{ref}")
        in_time = any(mark.order.time < period.due for mark in answers)
        yield _in_time("answered", in_time, period.due)


def _period(dossier: Dossier, ref: str, received_on: str) -> rulebook.RequestPeriod:
    """The period of a request, with what stopped and what prolonged it."""
    questions, proofs, extensions = (
        [mark.order.time for mark in dossier.all(f"{topic}/{ref}")]
        for topic in ("question", "shown", "extended")
    )
    return rulebook.request_period(date.fromisoformat(received_on), questions, proofs, extensions)


def _request_extension(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    requests = look.own.all(f"request/{fact.facts.request_ref}")
    for received in sorted({str(mark.says) for mark in requests})[-1:]:
        by = _period(look.own, fact.facts.request_ref, received).extend_by
        in_time = by is None or fact.occurred_at < by
        yield SeenSituation({"told": "in-time" if in_time else "late"})


def _request_act(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    """An act on a request, which must have been received, and which the first answer or refusal ends."""
    ref = fact.facts.request_ref
    received = look.own.all(f"request/{ref}")
    yield SeenSituation({"receipt": "recorded" if received else "missing"}, detail=ref)
    end = next((mark for mark in look.own.all(f"answered/{ref}") if mark.says == "ended"), None)
    if end and fact.name in _ENDS:
        first = (end.order.source, end.order.id) == (fact.source, fact.id)
        yield SeenSituation({"answer": "first" if first else "again"}, detail=ref)
    elif end:
        after = end.order.time < fact.occurred_at
        yield SeenSituation({"step": "after-end" if after else "in-time"}, detail=ref)


# Credit, staff, contacts, contracts


def _credit_check(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    """The stated reason does not count; what happened around the check does."""
    occasion_code = occasion(look.own, fact.occurred_at)
    detail = fact.facts.reason if occasion_code == NO_OCCASION else None
    yield SeenSituation({"occasion": occasion_code}, detail=detail)


def _access(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    employee, role = look.at(fact.facts.employee), fact.facts.role
    at = fact.occurred_at
    defined = look.at(f"role/{role}").last("defined", at)
    beyond = sorted(set(fact.categories) - set(defined.codes)) if defined else []
    yield _role_held(employee, f"role/{role}", role, at)
    coverage = "undefined" if defined is None else "beyond" if beyond else "within"
    yield SeenSituation({"coverage": coverage}, detail=", ".join([role, *beyond]))
    yield SeenSituation({"vog": _has_vog(employee, at)})


def _reader_role(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    reader, role = look.at(fact.facts.reader), fact.facts.role
    yield _role_held(reader, f"reading/{role}", role, fact.occurred_at)


def _role_held(employee: Dossier, topic: str, role: str, at: datetime) -> SeenSituation:
    """Whether a role was held: for what other systems let see by any grant, for reads by those that count."""
    last, endings = employee.last(topic, at), employee.until("employment", at)
    has_role = last and holds(_gives(last.says, at), last.order, [mark.order for mark in endings])
    return SeenSituation({"role": "granted" if has_role else "not-granted"}, detail=role)


def _gives(says: Said, at: datetime) -> bool:
    if not isinstance(says, Granted):
        return False
    return not is_over(instant_of(says.valid_until) if says.valid_until else None, at)


def _employment(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    yield SeenSituation({"vog": _has_vog(look.own, fact.occurred_at)})


def _has_vog(employee: Dossier, at: datetime) -> bool:
    marks = employee.all("vog")
    return any(counts(mark.order, date.fromisoformat(str(mark.says)), at) for mark in marks)


def _contact_list(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    mark = look.own.last("permission", fact.occurred_at)
    yield SeenSituation({"permission": "granted" if mark and mark.says == "granted" else "none"})


def _takeover(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    """Whether the other party has an event of this takeover: of the same contract, the same way, as often."""
    others = (look.at(name) for name in fact.on if name != str(look.stream))
    times = [time for time in _moved(fact, look.own) if time <= fact.occurred_at]
    recorded = all(len(_moved(fact, other)) >= len(times) for other in others)
    yield SeenSituation({"other_party": "recorded" if recorded else "missing"})


def _moved(fact: Fact, dossier: Dossier) -> set[datetime]:
    """When the contract of a takeover went the same way, as a party's own events say."""
    way = fact.facts.from_customer, fact.facts.to_customer
    return {
        mark.order.time
        for mark in dossier.saying(f"{TAKEOVER}/{fact.facts.contract_ref}", Handover)
        if (mark.says.from_customer, mark.says.to_customer) == way
    }


# Breaches


def _breach(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    for clock in _clocks(fact, look):
        if clock.duty != FULL:
            yield _in_time("notified", clock.met, clock.due, fact.facts.regime)


def _breach_full(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    for clock in _clocks(fact, look):
        if clock.duty == FULL:
            yield _in_time("completed", clock.met, clock.due, fact.facts.regime)


def _clocks(fact: Fact, look: FactContext) -> list[Clock]:
    detected = instant_of(fact.facts.detected_at) or fact.occurred_at
    notices = [
        AuthorityNotice(mark.order.time, mark.says.regime, mark.says.phase)
        for mark in look.own.saying("notified", Phase)
    ]
    risk = look.own.all("assessed")[-1:]
    return breach_clocks(detected, fact.facts.regime, notices, risk[0].code if risk else None)


# What is wrong by itself


def _provision(fact: Fact, _look: FactContext) -> Iterator[SeenSituation]:
    yield SeenSituation(
        {"provision": "unknown" if fact.provision else "missing"}, detail=fact.provision
    )


def _dating(_fact: Fact, _look: FactContext) -> Iterator[SeenSituation]:
    yield SeenSituation({"dated": "before-founding"})


def _annulment(fact: Fact, _look: FactContext) -> Iterator[SeenSituation]:
    yield SeenSituation({"effect": False}, detail=fact.facts.annuls)


def _power(_fact: Fact, _look: FactContext) -> Iterator[SeenSituation]:
    yield SeenSituation({"power": False})


def _erasure(_fact: Fact, _look: FactContext) -> Iterator[SeenSituation]:
    yield SeenSituation({"from": "outside"})


SITUATIONS: Mapping[str, Callable[[Fact, FactContext], Iterator[SeenSituation]]] = {
    "disclosure": disclosure,
    "feed": feed,
    "notice": _notice,
    AUTOMATED: _automated_decision,
    "malicious-call": _malicious_call,
    "notice-request": _notice_request,
    "contact": contact,
    CONSENT_EVIDENCE: consent_evidence,
    OBJECTION: objection,
    "overruling": overruling,
    "credit-check": _credit_check,
    "access": _access,
    "read": _reader_role,
    "employment": _employment,
    "misuse": _misuse,
    "complaint": _complaint,
    "request": _request,
    "request-extension": _request_extension,
    "request-act": _request_act,
    "breach": _breach,
    "breach-full": _breach_full,
    "registration": _registration,
    "indirect-collection": _indirect_collection,
    "provision": _provision,
    "dating": _dating,
    "annulment": _annulment,
    "power": _power,
    "erasure": _erasure,
    "contact-list": _contact_list,
    "takeover": _takeover,
    RETENTION: retention,
}

DEPENDS: Mapping[str, frozenset[str]] = {
    REGISTERED: frozenset({"credit-check", RETENTION, *USES}),
    ORDERED: frozenset({"contact", RETENTION}),
    CARRIED: frozenset({"contact", RETENTION}),
    CONFIRMED: frozenset({"contact", RETENTION}),
    CHANGED: frozenset({"contact", RETENTION}),
    "bought": frozenset({"contact"}),
    "account": frozenset({"contact", RETENTION}),
    "contact": frozenset({"contact", RETENTION}),
    CONTRACT: frozenset({"contact", RETENTION}),
    "customer": frozenset({"contact", RETENTION}),
    "consent": frozenset({"contact", CONSENT_EVIDENCE}),
    SIGNAL: frozenset({CONSENT_EVIDENCE}),
    COOKIES: frozenset({CONSENT_EVIDENCE}),
    "decided": USES,
    "objection": frozenset({"contact"}),
    "objected": USES,
    PURPOSES: frozenset({OBJECTION, "overruling", *USES}),
    "large-order": frozenset({"credit-check"}),
    "takeover": frozenset({"takeover"}),
    "notice": frozenset({"registration", "indirect-collection"}),
    "transfer": frozenset({"disclosure"}),
    "collection-notice": frozenset({"disclosure"}),
    "told": frozenset({"disclosure"}),
    "recipient": frozenset({"disclosure", "feed"}),
    "published": frozenset({"notice"}),
    "permission": frozenset({"contact-list"}),
    "informed": frozenset({"disclosure", "malicious-call", "notice-request"}),
    "warned": frozenset({"misuse"}),
    "complaint": frozenset({"complaint"}),
    "request": frozenset({"request-extension", "request-act", *USES}),
    "question": frozenset({"request", "request-extension"}),
    "shown": frozenset({"request", "request-extension"}),
    "extended": frozenset({"request"}),
    "answered": frozenset({"request", "request-act", RETENTION}),
    "vog": frozenset({"employment", "access"}),
    "employment": frozenset({"access", "read"}),
    "role": frozenset({"access"}),
    "reading": frozenset({"read"}),
    "defined": frozenset({"access"}),
    "sources": frozenset(),
    "speaks": frozenset(),
    REMOVED: frozenset(),
    **dict.fromkeys(
        (
            "invoice",
            "decision",
            "settled",
            "case-closed",
            "suspicion",
            "portal",
            "job",
            "debt",
            "right",
        ),
        frozenset({RETENTION}),
    ),
    **dict.fromkeys(
        ("hold", "dispute", "case", "restriction", LIFTED),
        frozenset({RETENTION, *USES}),
    ),
    "assessed": frozenset({"breach"}),
    "notified": frozenset({"breach", "breach-full"}),
}
"""Topic of a dossier -> the kinds of fact that are judged by it."""
