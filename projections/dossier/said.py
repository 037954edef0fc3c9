"""The content of marks that is more than a code: one struct for each kind, read from the facts of an event.

Pure. Structs are stored as arrays that begin with a tag, so that a row tells the kind of each of its marks.
"""

from typing import Any, TypeAlias

import msgspec

from ledger.event import RecordedEvent
from rulebook import Cause
from rulebook.calendar import day_of
from rulebook.case_ends import is_cleared
from rulebook.consent_validity import consent_lack
from rulebook.erasure import Outcome
from schemas import REMARK, names


class Codes(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="codes"):
    """A list of codes, such as data categories, purposes or countries."""

    codes: tuple[str, ...]


class Consent(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="consent"):
    """A consent that was given. Data that was collected for its activity rests on it."""

    valid_until: str | None
    activity: str | None


class Granted(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="granted"):
    """A role that was granted, and the instant at which it ends by itself, if it does."""

    valid_until: str | None


class Handover(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="handover"):
    """The stream that handed a contract over and the stream that took it, as text."""

    from_customer: str
    to_customer: str


class Claim(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="claim"):
    """A claim that a person was told of, and by which day it is to be paid."""

    invoice_ref: str | None
    deadline: str | None


class Phase(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="phase"):
    """A phase of the notification of a breach, under the regime of one authority."""

    regime: str
    phase: str


class Speaking(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="speaking"):
    """The types that a system may send as some sources; none: any."""

    sources: tuple[str, ...]
    types: tuple[str, ...]


class Holding(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="holding"):
    """A legal hold that was placed or reviewed. `owner`: None where the act names none."""

    categories: tuple[str, ...]
    ground: str
    review_on: str
    owner: str | None


class Ruling(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The decision about one category. `grounds`: rule and reference of each reason to keep it."""

    decision: Outcome
    grounds: tuple[tuple[str | None, str | None], ...]


class Decisions(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="decisions"):
    """A decision on the erasure of a person's data, by category, and what asked for it."""

    cause: Cause | None
    request_ref: str | None
    rulings: dict[str, Ruling]


class Certified(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A recipient is certified under a framework from one day until another, which is not included."""

    framework: str
    valid_from: str
    valid_to: str | None = None


class Version(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="version"):
    """A recipient as it is from a day on. `registers`: the event registers it, and does not change it."""

    registers: bool
    valid_from: str
    kind: str
    role: str | None
    country: str | None
    mechanism: str | None
    certified: tuple[Certified, ...]


Said: TypeAlias = (
    str
    | bool
    | Codes
    | Consent
    | Granted
    | Handover
    | Claim
    | Phase
    | Speaking
    | Holding
    | Decisions
    | Version
    | None
)
"""What one mark says. A text is a code or a day; None: what was said before is taken back."""


def fields_in(event: RecordedEvent) -> Codes:
    """The fields whose values were removed."""
    return Codes(tuple(sorted(event.facts["fields"])))


def carried_in(event: RecordedEvent) -> Codes:
    """The categories whose values go on in a new relationship."""
    return Codes(tuple(sorted(event.facts["carries_over"])))


def categories_in(event: RecordedEvent) -> Codes:
    """The categories that an event lists. The envelope has the list; the facts do not tell whether it has
    remarks.
    """
    remarks = [REMARK] if event.facts.get("remarks") else []
    return Codes(tuple(sorted([*event.categories, *remarks])))


def purposes_in(event: RecordedEvent) -> Codes:
    """The declared purposes of an activity."""
    return Codes(tuple(sorted({entry["purpose"] for entry in event.facts["purposes"]})))


def countries_in(event: RecordedEvent) -> Codes:
    """The countries of an agreement on transfers; an end without any ends it for all."""
    return Codes(tuple(event.facts.get("countries") or ()))


def sources_in(event: RecordedEvent) -> Codes:
    """The sources that a system lists."""
    return Codes(tuple(event.facts.get("sources") or ()))


def speaking_in(event: RecordedEvent) -> Speaking:
    """The sources that a system lists, with the types that they may send."""
    return Speaking(tuple(event.facts.get("sources") or ()), tuple(event.facts.get("types") or ()))


def consent_in(event: RecordedEvent) -> Consent | None:
    """The consent that an event gives or renews; None where nobody agreed by an act of their own."""
    facts, day = event.facts, day_of(event.time)
    if consent_lack(facts.get("method"), facts.get("given_by"), day):
        return None
    return Consent(facts.get("valid_until"), event.activity)


def suspicion_in(event: RecordedEvent) -> str:
    """How a case of suspected misuse ended: `cleared`, or `held`."""
    return "cleared" if is_cleared(event.facts.get("outcome", "")) else "held"


def granted_in(event: RecordedEvent) -> Granted:
    """The grant of a role."""
    return Granted(event.facts.get("valid_until"))


def handover_in(event: RecordedEvent) -> Handover:
    """The two parties of a takeover."""
    return Handover(event.facts["from_customer"], event.facts["to_customer"])


def claim_in(event: RecordedEvent) -> Claim:
    """The claim of a collection notice."""
    return Claim(event.facts.get("invoice_ref"), event.facts.get("deadline"))


def phase_in(event: RecordedEvent) -> Phase:
    """The regime and the phase of a notification to an authority."""
    return Phase(event.facts["regime"], event.facts["phase"])


def holding_in(event: RecordedEvent) -> Holding:
    """The scope of a hold, as one act on it states it."""
    facts = event.facts
    categories = categories_in(event).codes
    return Holding(categories, facts["ground"], facts["review_on"], facts.get("owner"))


def decisions_in(event: RecordedEvent) -> Decisions:
    """The decisions of one event, by category."""
    facts = event.facts
    rulings = {category: _ruling(decision) for category, decision in facts["decisions"].items()}
    return Decisions(facts.get("cause"), facts.get("request_ref"), rulings)


def _ruling(decision: dict[str, Any]) -> Ruling:
    grounds = (decision, *decision.get("besides", ()))
    return Ruling(
        decision["decision"], tuple((ground.get("rule"), ground.get("ref")) for ground in grounds)
    )


def version_in(event: RecordedEvent) -> Version:
    """A recipient as an event registers or changes it."""
    facts = event.facts
    return Version(
        registers=event.name == names.RECIPIENT_REGISTERED,
        valid_from=facts["valid_from"],
        kind=facts["kind"],
        role=facts.get("role"),
        country=facts.get("country"),
        mechanism=facts.get("transfer_mechanism"),
        certified=tuple(
            Certified(
                certificate["framework"], certificate["valid_from"], certificate.get("valid_to")
            )
            for certificate in facts.get("certifications", ())
        ),
    )
