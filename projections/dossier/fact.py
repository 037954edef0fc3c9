"""Facts: events that a rule may judge, with what is needed to judge them and what they depend on.

Pure. Which event makes which facts is one table; an event may make several.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec

from ledger.event import RecordedEvent
from projections.dossier.templates import Named, named_by
from projections.folds.powers import POWERLESS, type_of
from rulebook import FOUNDED, provision
from rulebook.adverse_decisions import is_adverse
from rulebook.calendar import day_of
from rulebook.consent_evidence import CONSENT_PURPOSES
from rulebook.consent_validity import consent_lack
from schemas import names


class Kept(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The members of an event that rules ask for. An empty member was not stated."""

    activity_objected: str = ""
    analytical: bool | None = None
    annuls: str = ""
    case_ref: str = ""
    category: str = ""
    channel: str = ""
    complaint_ref: str = ""
    contract_ref: str = ""
    country: str = ""
    detected_at: str = ""
    disclosure_id: str = ""
    employee: str = ""
    fields: tuple[str, ...] | None = None
    from_customer: str = ""
    from_recipient: str = ""
    gpc: bool | None = None
    latest: datetime | None = None
    method: str = ""
    notice: str = ""
    purpose: str = ""
    reader: str = ""
    reason: str = ""
    received_on: str = ""
    recipient: str = ""
    recipient_kind: str = ""
    regime: str = ""
    request_ref: str = ""
    role: str = ""
    tc_string: str = ""
    tcf_purposes: tuple[int, ...] | None = None
    to_customer: str = ""
    transfer_mechanism: str = ""
    valid_until: str = ""
    version: str = ""


_KEPT_NOTHING = Kept()


class Fact(msgspec.Struct, frozen=True, array_like=True, tag="fact", gc=False):
    """One event as a rule sees it. `on`: names of the dossiers that it depends on, beside its own."""

    position: int
    occurred_at: datetime
    source: str
    id: str
    name: str
    facts: Kept
    subject: str | None = None
    provision: str | None = None
    categories: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    activity: str | None = None
    legal_basis: str | None = None


def _always(_event: RecordedEvent) -> bool:
    return True


class FactKind(msgspec.Struct, frozen=True):
    """A kind of fact: the facts that it keeps, and names of dossiers as templates over them."""

    kind: str
    keeps: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    when: Callable[[RecordedEvent], bool] = _always


_DISCLOSED = (
    "recipient",
    "recipient_kind",
    "purpose",
    "country",
    "fields",
    "case_ref",
    "transfer_mechanism",
    "method",
    "notice",
)
_JUDGED_BY_PROVISION = frozenset({names.PERSONAL_DATA_DISCLOSED, names.BULK_FEED_DELIVERED})
DISCLOSURE, OBJECTION, CONSENT_EVIDENCE = "disclosure", "objection", "consent-evidence"
AUTOMATED = "automated-decision"
IN_LAW = frozenset({"6-1-c", "6-1-e"})
"""Legal bases that lie in a provision of law, which must be named (Art. 6(3))."""
_ACTIVITY_OBJECTED = ("activity/{activity_objected}",)
_TO_RECIPIENT = FactKind(DISCLOSURE, _DISCLOSED, ("recipient/{recipient}",))


def _out(event: RecordedEvent) -> bool:
    return bool(event.facts["direction"] != "in")


def _from_third_party(event: RecordedEvent) -> bool:
    return bool(event.facts.get("origin") == "third-party")


def _is_void(event: RecordedEvent) -> bool:
    return event.void


def _let_through(event: RecordedEvent) -> bool:
    return event.facts.get("role_held") is False


def _outside(event: RecordedEvent) -> bool:
    return not event.ours


def _is_adverse(event: RecordedEvent) -> bool:
    """Whether a program alone refused the person something."""
    facts = event.facts
    return is_adverse(facts.get("decision") or (facts["automated"] and facts["outcome"]) or "")


def _has_evidence(event: RecordedEvent) -> bool:
    """Whether something shows the act, or could contradict it; or it is no act at all."""
    if consent_lack(event.facts.get("method"), None, day_of(event.time)):
        return True
    if not {"tc_string", "gpc"}.isdisjoint(event.facts):
        return True
    ours = CONSENT_PURPOSES.get(event.facts.get("purpose", ""))
    return ours is not None and ours.by_signal


_EVIDENCE = FactKind(
    CONSENT_EVIDENCE,
    ("purpose", "analytical", "method", "valid_until", "gpc", "tc_string", "tcf_purposes"),
    when=_has_evidence,
)
_TAKEN_BACK = msgspec.structs.replace(_EVIDENCE, when=lambda event: "tc_string" in event.facts)
# Others name a request too, such as a correction: of the helpdesk, who needs no request for a right.
_ON_REQUEST = FactKind("request-act", ("request_ref",))

_DECISION = FactKind(AUTOMATED, when=_is_adverse)

CHECKED: Mapping[str, tuple[FactKind, ...]] = {
    names.CONSENT_GIVEN: (_EVIDENCE,),
    names.CONSENT_RENEWED: (_EVIDENCE,),
    names.CONSENT_REFUSED: (_TAKEN_BACK,),
    names.CONSENT_WITHDRAWN: (_TAKEN_BACK,),
    names.COOKIE_PREFERENCE_RECORDED: (_EVIDENCE,),
    names.PERSONAL_DATA_DISCLOSED: (_TO_RECIPIENT,),
    names.EMERGENCY_CALL_DISCLOSED: (_TO_RECIPIENT,),
    names.MALICIOUS_CALL_DATA_DISCLOSED: (_TO_RECIPIENT, FactKind("malicious-call")),
    names.NUMBER_PORTING_PERFORMED: (msgspec.structs.replace(_TO_RECIPIENT, when=_out),),
    names.EQUIPMENT_SHIPPED: (_TO_RECIPIENT,),
    names.DISCLOSURE_NOTICE_REQUESTED: (FactKind("notice-request", ("disclosure_id",)),),
    names.MARKETING_MESSAGE_SENT: (FactKind("contact", ("channel", "purpose")),),
    names.PRIVACY_NOTICE_PROVIDED: (FactKind("notice", ("version",), ("notice/{version}",)),),
    names.BULK_FEED_DELIVERED: (FactKind("feed", ("recipient_kind",)),),
    names.AUTOMATED_DECISION_MADE: (_DECISION,),
    names.CREDIT_CHECK_RESULT_RECEIVED: (_DECISION,),
    names.CREDIT_CHECK_REQUESTED: (FactKind("credit-check", ("reason",)),),
    names.PERSONAL_DATA_ACCESSED: (
        FactKind("access", ("employee", "role", "case_ref"), ("{employee}", "role/{role}")),
    ),
    names.LEDGER_READ: (FactKind("read", ("reader", "role"), ("{reader}",), when=_let_through),),
    names.EMPLOYMENT_STARTED: (FactKind("employment"),),
    names.MISUSE_SUSPECTED: (FactKind("misuse", ("case_ref",)),),
    names.COMPLAINT_RECEIVED: (FactKind("complaint", ("complaint_ref",)),),
    names.RIGHTS_REQUEST_RECEIVED: (FactKind("request", ("request_ref", "received_on")),),
    names.RIGHTS_REQUEST_EXTENDED: (FactKind("request-extension", ("request_ref",)), _ON_REQUEST),
    names.RIGHTS_REQUEST_ANSWERED: (_ON_REQUEST,),
    names.RIGHTS_REQUEST_REFUSED: (_ON_REQUEST,),
    names.IDENTITY_VERIFIED: (_ON_REQUEST,),
    names.IDENTITY_VERIFICATION_FAILED: (_ON_REQUEST,),
    names.ACCESS_REPORT_ISSUED: (_ON_REQUEST,),
    names.PORTABILITY_EXPORT_ISSUED: (_ON_REQUEST,),
    names.BREACH_DETECTED: (
        FactKind("breach", ("detected_at", "regime")),
        FactKind("breach-full", ("detected_at", "regime")),
    ),
    names.CONTACT_PERSON_ADDED: (FactKind("registration"),),
    names.PERSONAL_DATA_COLLECTED: (
        FactKind("indirect-collection", ("from_recipient",), when=_from_third_party),
    ),
    names.EVENT_ANNULLED: (FactKind("annulment", ("annuls",), when=_is_void),),
    names.ROLE_GRANTED: (FactKind("power", when=_is_void),),
    names.SYSTEM_REGISTERED: (FactKind("power", when=_is_void),),
    POWERLESS: (FactKind("power"),),
    names.PERSONAL_DATA_ERASED: (FactKind("erasure", when=_outside),),
    names.CONTACT_LIST_UPLOADED: (FactKind("contact-list"),),
    names.OBJECTION_RAISED: (FactKind(OBJECTION, ("activity_objected",), _ACTIVITY_OBJECTED),),
    names.OBJECTION_OVERRULED: (
        FactKind("overruling", ("activity_objected",), _ACTIVITY_OBJECTED),
    ),
    names.CONTRACT_TAKEN_OVER: (
        FactKind(
            "takeover",
            ("contract_ref", "from_customer", "to_customer"),
            ("{from_customer}", "{to_customer}"),
        ),
    ),
}
PROVISION = "provision"
_PROVISION = FactKind(PROVISION)
_DATING = FactKind("dating")
_KINDS = {check.kind: check for checks in CHECKED.values() for check in checks} | {
    _PROVISION.kind: _PROVISION,
    _DATING.kind: _DATING,
}

LETTERS: Mapping[str, str] = {
    "access": "A",
    "annulment": "B",
    "breach": "C",
    "breach-full": "D",
    "complaint": "E",
    "contact": "F",
    "contact-list": "G",
    "credit-check": "H",
    "dating": "I",
    "disclosure": "J",
    "employment": "K",
    "erasure": "L",
    "indirect-collection": "M",
    "malicious-call": "N",
    "misuse": "O",
    "notice-request": "P",
    "objection": "Q",
    "overruling": "R",
    "power": "S",
    "provision": "T",
    "read": "U",
    "registration": "V",
    "request": "W",
    "request-act": "X",
    "request-extension": "Y",
    "takeover": "Z",
    "consent-evidence": "0",
    "automated-decision": "1",
    "feed": "2",
    "notice": "3",
}
"""By what a row says of which kind its fact is: a capital letter or a digit, as no other row begins."""

# In UTC, as events are: two times of different zones take thirty times as long to compare.
_FOUNDED = FOUNDED.astimezone(UTC)
_USES = {"access", "contact", DISCLOSURE}
_GROUNDED = _USES | {"feed", AUTOMATED}


def facts_in(event: RecordedEvent) -> list[str]:
    """The kinds of fact that an event is. A disclosure is judged by its provision anyway."""
    name = event.name
    kinds = [
        check.kind for check in CHECKED.get(name, ()) if check.when is _always or check.when(event)
    ]
    if _is_groundless(event) and name not in _JUDGED_BY_PROVISION:
        kinds.append(_PROVISION.kind)
    if event.time < _FOUNDED:
        kinds.append(_DATING.kind)
    return kinds


def _is_groundless(event: RecordedEvent) -> bool:
    """Whether its provision is unknown, or is missing although its legal basis lies in one."""
    if event.provision:
        return provision(event.provision) is None
    return event.legal_basis in IN_LAW


def fact_of(kind: str, event: RecordedEvent) -> Fact:
    """The fact of a kind that an event is."""
    check, used = _KINDS[kind], kind in _USES
    return Fact(
        position=event.position,
        occurred_at=event.time,
        source=event.source,
        id=event.id,
        name=type_of(event),
        facts=_kept_members(check, event),
        subject=event.subject,
        provision=event.provision,
        categories=event.categories if used else (),
        on=tuple([name(event.facts) for name in _names_of(kind)]),
        activity=event.activity if used else None,
        legal_basis=event.legal_basis if kind in _GROUNDED else None,
    )


@cache
def _names_of(kind: str) -> tuple[Named, ...]:
    """The function that names the dossiers on which a fact of a kind depends."""
    return tuple(map(named_by, _KINDS[kind].on))


def _kept_members(check: FactKind, event: RecordedEvent) -> Kept:
    facts = event.facts
    kept: dict[str, Any] = {
        name: tuple(value) if type(value) is list else value
        for name in check.keeps
        if (value := facts.get(name)) is not None
    }
    return Kept(**kept) if kept else _KEPT_NOTHING
