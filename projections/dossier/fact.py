"""Facts: events that a rule may judge, with what is needed to judge them and what they depend on.

Pure. Which event makes which facts is one table; an event may make several.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from ledger.event import RecordedEvent
from projections.folds.powers import POWERLESS, type_of
from rulebook import FOUNDED, provision
from rulebook.consent_evidence import CONSENT_PURPOSES


class Fact(msgspec.Struct, frozen=True, tag="fact", gc=False):
    """One event as a rule sees it. `on`: names of the dossiers that it depends on, beside its own."""

    position: int
    occurred_at: datetime
    source: str
    id: str
    name: str
    facts: dict[str, Any]
    subject: str | None = None
    provision: str | None = None
    categories: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    activity: str | None = None
    legal_basis: str | None = None


class Checking(msgspec.Struct, frozen=True):
    """A kind of fact: the facts that it keeps, and names of dossiers as templates over them."""

    kind: str
    keeps: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    when: Callable[[RecordedEvent], bool] = lambda _event: True


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
DISCLOSURE, OBJECTION, CONSENT_EVIDENCE = "disclosure", "objection", "consent-evidence"
IN_LAW = frozenset({"6-1-c", "6-1-e"})
"""Legal bases that lie in a provision of law, which must be named (Art. 6(3))."""
_ACTIVITY_OBJECTED = ("activity/{activity_objected}",)
_TO_RECIPIENT = Checking(DISCLOSURE, _DISCLOSED, ("recipient/{recipient}",))


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


def _has_evidence(event: RecordedEvent) -> bool:
    """Whether something shows the act, or could contradict it."""
    if not {"tc_string", "gpc"}.isdisjoint(event.facts):
        return True
    ours = CONSENT_PURPOSES.get(event.facts.get("purpose", ""))
    return ours is not None and ours.by_signal


_EVIDENCE = Checking(
    CONSENT_EVIDENCE,
    ("purpose", "analytical", "method", "valid_until", "gpc", "tc_string", "tcf_purposes"),
    when=_has_evidence,
)
_TAKEN_BACK = msgspec.structs.replace(_EVIDENCE, when=lambda event: "tc_string" in event.facts)
# Others name a request too, such as a correction: of the helpdesk, who needs no request for a right.
_ON_REQUEST = Checking("request-act", ("request_ref",))

CHECKED: Mapping[str, tuple[Checking, ...]] = {
    "consent-given": (_EVIDENCE,),
    "consent-renewed": (_EVIDENCE,),
    "consent-refused": (_TAKEN_BACK,),
    "consent-withdrawn": (_TAKEN_BACK,),
    "cookie-preference-recorded": (_EVIDENCE,),
    "personal-data-disclosed": (_TO_RECIPIENT,),
    "emergency-call-disclosed": (_TO_RECIPIENT,),
    "malicious-call-data-disclosed": (_TO_RECIPIENT, Checking("malicious-call")),
    "number-porting-performed": (msgspec.structs.replace(_TO_RECIPIENT, when=_out),),
    "equipment-shipped": (_TO_RECIPIENT,),
    "disclosure-notice-requested": (Checking("notice-request", ("disclosure_id",)),),
    "marketing-message-sent": (Checking("contact", ("channel", "purpose")),),
    "credit-check-requested": (Checking("credit-check", ("reason",)),),
    "personal-data-accessed": (
        Checking("access", ("employee", "role", "case_ref"), ("{employee}", "role/{role}")),
    ),
    "ledger-read": (Checking("read", ("reader", "role"), ("{reader}",), when=_let_through),),
    "employment-started": (Checking("employment"),),
    "misuse-suspected": (Checking("misuse", ("case_ref",)),),
    "complaint-received": (Checking("complaint", ("complaint_ref",)),),
    "rights-request-received": (Checking("request", ("request_ref", "received_on")),),
    "rights-request-extended": (Checking("request-extension", ("request_ref",)), _ON_REQUEST),
    "rights-request-answered": (_ON_REQUEST,),
    "rights-request-refused": (_ON_REQUEST,),
    "identity-verified": (_ON_REQUEST,),
    "identity-verification-failed": (_ON_REQUEST,),
    "access-report-issued": (_ON_REQUEST,),
    "portability-export-issued": (_ON_REQUEST,),
    "breach-detected": (
        Checking("breach", ("detected_at", "regime")),
        Checking("breach-full", ("detected_at", "regime")),
    ),
    "contact-person-added": (Checking("registration"),),
    "personal-data-collected": (
        Checking("indirect-collection", ("from_recipient",), when=_from_third_party),
    ),
    "event-annulled": (Checking("annulment", ("annuls",), when=_is_void),),
    "role-granted": (Checking("power", when=_is_void),),
    "system-registered": (Checking("power", when=_is_void),),
    POWERLESS: (Checking("power"),),
    "personal-data-erased": (Checking("erasure", when=_outside),),
    "contact-list-uploaded": (Checking("contact-list"),),
    "objection-raised": (Checking(OBJECTION, ("activity_objected",), _ACTIVITY_OBJECTED),),
    "objection-overruled": (Checking("overruling", ("activity_objected",), _ACTIVITY_OBJECTED),),
    "contract-taken-over": (
        Checking(
            "takeover",
            ("contract_ref", "from_customer", "to_customer"),
            ("{from_customer}", "{to_customer}"),
        ),
    ),
}
PROVISION = "provision"
_PROVISION = Checking(PROVISION)
_DATING = Checking("dating")
_KINDS = {check.kind: check for checks in CHECKED.values() for check in checks} | {
    _PROVISION.kind: _PROVISION,
    _DATING.kind: _DATING,
}


_USES = {"access", "contact", DISCLOSURE}


def facts_in(event: RecordedEvent) -> list[str]:
    """The kinds of fact that an event is. A disclosure is judged by its provision anyway."""
    kinds = [check.kind for check in CHECKED.get(event.name, ()) if check.when(event)]
    if event.name != "personal-data-disclosed" and _is_groundless(event):
        kinds.append(_PROVISION.kind)
    if event.time < FOUNDED:
        kinds.append(_DATING.kind)
    return kinds


def _is_groundless(event: RecordedEvent) -> bool:
    """Whether its provision is unknown, or is missing although its legal basis lies in one."""
    if event.provision:
        return provision(event.provision) is None
    return event.legal_basis in IN_LAW


def fact_of(kind: str, event: RecordedEvent) -> Fact:
    """The fact of a kind that an event is."""
    check = _KINDS[kind]
    return Fact(
        position=event.position,
        occurred_at=event.time,
        source=event.source,
        id=event.id,
        name=type_of(event),
        facts={name: event.facts[name] for name in check.keeps if name in event.facts},
        subject=event.subject,
        provision=event.provision,
        categories=event.categories if kind in _USES else (),
        on=tuple(name.format_map(event.facts) for name in check.on),
        activity=event.activity if kind in _USES else None,
        legal_basis=event.legal_basis if kind in _USES else None,
    )
