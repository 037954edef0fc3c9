"""Situations of a disclosure: to whom, on which ground, of how much, and where it went. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date

import rulebook
from projections.dossier.dossier import Dossier, Mark
from projections.dossier.fact import IN_LAW, PROVISION, Fact
from projections.dossier.look import FactContext, SeenSituation
from projections.dossier.said import Certified, Claim, Version
from rulebook import Party, Provision
from rulebook.calendar import day_of

_DELETIONS = frozenset({"erase", "erasure", "delete", "deletion"})
_COLLECTORS = frozenset({"collection-agency", "bailiff"})
_PERMITS = frozenset({"nl.uavg.33.4", "nl.uavg.33.5"})
_LATER = "9999-12-31"


def disclosure(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    """Everything that rules ask about a disclosure; where it states less, less is asked."""
    recipient, day = look.at(f"recipient/{fact.facts.recipient}"), day_of(fact.occurred_at)
    version = version_on(recipient, day)
    kind = fact.facts.recipient_kind or (version.kind if version else None)
    yield SeenSituation({"recipient": standing(recipient, day)}, detail=fact.facts.recipient)
    if version:
        yield SeenSituation(
            {"kind": "same" if version.kind == kind else "other"}, detail=version.kind
        )
    if kind:
        yield from _amount(fact, look, kind, day)
    yield from _whereabouts(fact, look, version, day)
    if fact.facts.recipient_kind:
        yield from _ground(fact, fact.facts.recipient_kind, day)
        yield SeenSituation({"purpose": fact.facts.purpose}, detail=fact.facts.purpose)
        yield from _special(fact, look, day)
        if fact.facts.notice == "required" or _must_tell(fact.provision):
            yield informed(fact, look, fact.id)


# The recipient


def standing(recipient: Dossier, day: date) -> str:
    """Whether a recipient was registered on a day: `valid`, `ended` or `unregistered`."""
    at = day.isoformat()
    periods = [(start, end) for start, end in _periods(recipient.all("recipient")) if start <= at]
    if any(at < end for _, end in periods):
        return "valid"
    return "ended" if periods else "unregistered"


def _periods(marks: tuple[Mark, ...]) -> list[tuple[str, str]]:
    """First day and day of the end: an end closes what is open, a registration begins anew."""
    periods: list[tuple[str, str]] = []
    for mark in marks:
        if isinstance(mark.says, Version):
            _begin(periods, mark.says)
        elif periods:
            periods[-1] = periods[-1][0], str(mark.says)
    return periods


def _begin(periods: list[tuple[str, str]], version: Version) -> None:
    if not periods or (version.registers and periods[-1][1] != _LATER):
        periods.append((version.valid_from, _LATER))
    else:
        first, end = periods[-1]
        periods[-1] = min(first, version.valid_from), end


def version_on(recipient: Dossier, day: date) -> Version | None:
    """The recipient as it was on a day; before its first version the first."""
    versions = _versions_from(recipient, day)
    return versions[0] if versions else None


def frameworks_on(recipient: Dossier, day: date) -> frozenset[str]:
    """What a recipient was certified under on a day, as its version of that day says, or a later one."""
    certificates = (
        certificate
        for version in _versions_from(recipient, day)
        for certificate in version.certified
    )
    return frozenset(
        certificate.framework
        for certificate in certificates
        if _covers(certificate, day.isoformat())
    )


def _covers(certified: Certified, day: str) -> bool:
    return certified.valid_from <= day < (certified.valid_to or _LATER)


def _versions_from(recipient: Dossier, day: date) -> list[Version]:
    """The version that holds on a day, and those after it."""
    marks = recipient.saying("recipient", Version)
    ordered = sorted(marks, key=lambda mark: (mark.says.valid_from, mark.order))
    versions = [mark.says for mark in ordered]
    first = versions[0].valid_from if versions else ""
    past = [version for version in versions if version.valid_from <= max(day.isoformat(), first)]
    return versions[len(past) - 1 :] if past else []


# The ground


def _ground(fact: Fact, kind: str, day: date) -> Iterator[SeenSituation]:
    needs_provision = rulebook.recipient_kind(kind, day).needs_provision
    provision = _provision_of(fact.provision)
    code = _code_of(fact.provision, provision, day)
    yield SeenSituation(
        {"provision": code, "needs_provision": needs_provision}, detail=fact.provision or kind
    )
    if code == "none" and not needs_provision and fact.legal_basis in IN_LAW:
        yield SeenSituation({"provision": "missing"}, kind=PROVISION)
    if provision and provision.authorities:
        competent = "competent" if kind in provision.authorities else "other"
        yield SeenSituation({"authority": competent}, detail=f"{kind}, {provision.id}")


def _code_of(spelled: str | None, provision: Provision | None, day: date) -> str:
    """What rules know a provision as; an inapplicable one is no ground on that day, or never."""
    if provision is None:
        return "unknown" if spelled else "none"
    return "known" if provision.applies and rulebook.in_force(provision, day) else "inapplicable"


def _provision_of(spelled: str | None) -> Provision | None:
    return rulebook.provision(spelled) if spelled else None


def _must_tell(spelled: str | None) -> bool:
    provision = _provision_of(spelled)
    return provision is not None and provision.must_tell


# How much


def _amount(fact: Fact, look: FactContext, kind: str, day: date) -> Iterator[SeenSituation]:
    """Fields beyond the provision, else beyond the kind; until the recipient is told to delete them."""
    fields = fact.facts.fields or ()
    code, beyond = _beyond(fields, kind, fact.provision, day)
    instructions = look.own.all(f"told/{fact.facts.recipient}")
    if any(
        mark.order.time >= fact.occurred_at and mark.says in _DELETIONS for mark in instructions
    ):
        code = "within"
    yield SeenSituation({"fields": code}, detail=", ".join(beyond))


def _beyond(
    fields: Sequence[str], kind: str, spelled: str | None, day: date
) -> tuple[str, list[str]]:
    provision = _provision_of(spelled)
    if provision and provision.fields and (over := sorted(set(fields) - set(provision.fields))):
        return "beyond-provision", over
    over = list(rulebook.beyond(kind, fields, day))
    return ("beyond-kind", over) if over else ("within", [])


# Where


def _whereabouts(
    fact: Fact, look: FactContext, version: Version | None, day: date
) -> Iterator[SeenSituation]:
    """Where data went: where the disclosure says, else where its recipient is."""
    country = fact.facts.country or (version.country if version else None)
    if country is None:
        return
    party = _party(fact, look, version, day)
    stated, agreed = (fact.facts.transfer_mechanism or None), version.mechanism if version else None
    transfer = rulebook.transfer(country, day, party, stated, agreed)
    situation = {
        "region": transfer.region,
        "agreed": country in _agreed(look.own.until("transfer", fact.occurred_at)),
        "mechanism": transfer.mechanism is not None,
        "adequacy": transfer.lacks or ("covers" if transfer.region == "adequate" else "none"),
    }
    yield SeenSituation(situation, detail=country)


def _party(fact: Fact, look: FactContext, version: Version | None, day: date) -> Party:
    """Who received data, as the disclosure says, and where it says nothing as the register says."""
    return Party(
        kind=fact.facts.recipient_kind or (version.kind if version else None),
        role=version.role if version else None,
        method=fact.facts.method or None,
        frameworks=frameworks_on(look.at(f"recipient/{fact.facts.recipient}"), day),
    )


def _agreed(marks: tuple[Mark, ...]) -> set[str]:
    """Countries that are agreed upon after some acts, in order."""
    agreed: set[str] = set()
    for mark in marks:
        countries = set(mark.codes)
        if not mark.order.rank:
            agreed |= countries
        else:
            agreed -= countries or set(agreed)
    return agreed


# What has rules of its own


def informed(fact: Fact, look: FactContext, disclosure_id: str) -> SeenSituation:
    """Whether the person was told of a disclosure, or will not be on a ground of law; else until when."""
    if look.own.all(f"informed/{disclosure_id}"):
        return SeenSituation({"informed": "given"})
    return SeenSituation(
        {"informed": "overdue"}, rulebook.deadline("disclosure.notice", fact.occurred_at)
    )


def _special(fact: Fact, look: FactContext, day: date) -> Iterator[SeenSituation]:
    kind, provision = fact.facts.recipient_kind, _provision_of(fact.provision)
    if "fraud" in fact.categories or "fraud_signal" in (fact.facts.fields or ()):
        third = not rulebook.recipient_kind(kind, day).needs_provision
        permit = provision is not None and provision.id in _PERMITS
        yield SeenSituation({"fraud": third, "permit": permit}, detail=kind)
    if kind in _COLLECTORS:
        deadlines = _deadlines(look.own, fact)
        passed = any(deadline < day.isoformat() for deadline in deadlines)
        code = "passed" if passed else "running" if deadlines else "none"
        yield SeenSituation({"collection_notice": code}, detail=(fact.facts.case_ref or None))


def _deadlines(dossier: Dossier, fact: Fact) -> list[str]:
    """Deadlines of the notices about the claim, or about any when the case names none of them."""
    marks = dossier.saying("collection-notice", Claim)
    notices = [notice.says for notice in marks if notice.order.time <= fact.occurred_at]
    about = [notice for notice in notices if notice.invoice_ref == (fact.facts.case_ref or None)]
    return [str(notice.deadline) for notice in about or notices]
