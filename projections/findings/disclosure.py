"""Situations of a disclosure: to whom, on which ground, of how much, and where it went. Pure."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

import rulebook
from projections.dossier.dossier import Dossier, Mark
from projections.dossier.fact import DISCLOSURE, IN_LAW, PROVISION, Fact
from projections.dossier.look import FactContext, SeenSituation
from projections.dossier.said import Claim, Version
from projections.findings.recipient import days_in, frameworks_on, standing, version_on
from rulebook import Party, Provision
from rulebook.calendar import day_of

_DELETIONS = frozenset({"erase", "erasure", "delete", "deletion"})
_COLLECTORS = frozenset({"collection-agency", "bailiff"})
_PERMITS = frozenset({"nl.uavg.33.4", "nl.uavg.33.5"})


class _DisclosureKey(NamedTuple):
    """Everything, deadlines aside, that decides whether a disclosure breaks a rule. Many disclosures share
    it.

    `day`: the first day from which rulebook and recipient stay the same until the disclosure. `stated`: the
    kind of recipient. `deleted`: the recipient was told to delete the data. `agreed`: countries of agreed
    transfers. A member that was not stated is empty.
    """

    day: date
    recipient: str
    stated: str
    purpose: str
    country: str
    fields: tuple[str, ...]
    mechanism: str
    method: str
    provision: str | None
    legal_basis: str | None
    is_of_fraud: bool
    deleted: bool
    agreed: frozenset[str]


def disclosure(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    """Everything that rules ask about a disclosure; where it states less, less is asked."""
    facts, at = fact.facts, fact.occurred_at
    like = _DisclosureKey(
        _unchanged_since(facts.recipient, day_of(at), look),
        facts.recipient,
        facts.recipient_kind,
        facts.purpose,
        facts.country,
        facts.fields or (),
        facts.transfer_mechanism,
        facts.method,
        fact.provision,
        fact.legal_basis,
        "fraud" in fact.categories or "fraud_signal" in (facts.fields or ()),
        _is_to_delete(look.own.all(f"told/{facts.recipient}"), at),
        _agreed(look.own.until("transfer", at)),
    )
    yield from look.shared(like, lambda: _broken(like, look.at(f"recipient/{like.recipient}")))
    if like.stated in _COLLECTORS:
        yield _collection(fact, look)
    if like.stated and (fact.facts.notice == "required" or _must_tell(fact.provision)):
        yield informed(fact, look, fact.id)


def feed(fact: Fact, look: FactContext) -> Iterator[SeenSituation]:
    """Whether a file about many rests on what its recipient's power asks for; of CIOT that is known."""
    day = day_of(fact.occurred_at)
    version = version_on(look.own, day)
    kind = fact.facts.recipient_kind or (version.kind if version else "")
    if not kind:
        return
    provision = fact.provision or rulebook.RECIPIENT_KINDS[kind].feed_provision or None
    for seen in _ground(kind, day, provision, fact.legal_basis):
        yield seen._replace(kind=seen.kind or DISCLOSURE)


def _is_to_delete(told: tuple[Mark, ...], since: datetime) -> bool:
    """Whether a recipient was told to delete what it had received by a time."""
    return any(mark.order.time >= since and mark.says in _DELETIONS for mark in told)


def _unchanged_since(recipient: str, day: date, look: FactContext) -> date:
    days = look.shared(recipient, lambda: sorted(_days(look.at(f"recipient/{recipient}"))))
    place = bisect_right(days, day)
    since = rulebook.unchanged_since(day)
    return max(since, days[place - 1]) if place else since


def _days(recipient: Dossier) -> set[date]:
    return {day for mark in recipient.all("recipient") for day in days_in(mark)}


def _broken(like: _DisclosureKey, recipient: Dossier) -> tuple[SeenSituation, ...]:
    """The situations that break a rule: the others say nothing."""
    return tuple(
        situation
        for situation in _situations(like, recipient)
        if rulebook.breaches(situation.kind or DISCLOSURE, situation.situation, like.day)
    )


def _situations(like: _DisclosureKey, recipient: Dossier) -> Iterator[SeenSituation]:
    version = version_on(recipient, like.day)
    kind = like.stated or (version.kind if version else None)
    yield SeenSituation({"recipient": standing(recipient, like.day)}, detail=like.recipient)
    if version:
        yield SeenSituation(
            {"kind": "same" if version.kind == kind else "other"}, detail=version.kind
        )
    if kind:
        yield _amount(like, kind)
    yield from _whereabouts(like, version, recipient)
    if like.stated:
        yield from _ground(like.stated, like.day, like.provision, like.legal_basis)
        yield SeenSituation({"purpose": like.purpose}, detail=like.purpose)
        if like.is_of_fraud:
            yield _special(like, like.stated)


# The ground


def _ground(
    kind: str, day: date, spelled: str | None, legal_basis: str | None
) -> Iterator[SeenSituation]:
    needs_provision = rulebook.recipient_kind(kind, day).needs_provision
    provision = _provision_of(spelled)
    code = _code_of(spelled, provision, day)
    yield SeenSituation(
        {"provision": code, "needs_provision": needs_provision}, detail=spelled or kind
    )
    if code == "none" and not needs_provision and legal_basis in IN_LAW:
        yield SeenSituation({"provision": "missing"}, kind=PROVISION)
    if provision and provision.authorities:
        competent = "competent" if kind in provision.authorities + provision.feeds else "other"
        yield SeenSituation({"authority": competent}, detail=f"{kind}, {provision.id}")


def _code_of(spelled: str | None, provision: Provision | None, day: date) -> str:
    """The code by which rules know a provision; an inapplicable provision is never a ground that day."""
    if provision is None:
        return "unknown" if spelled else "none"
    return "known" if provision.applies and rulebook.in_force(provision, day) else "inapplicable"


def _provision_of(spelled: str | None) -> Provision | None:
    return rulebook.provision(spelled) if spelled else None


def _must_tell(spelled: str | None) -> bool:
    provision = _provision_of(spelled)
    return provision is not None and provision.must_tell


# How much


def _amount(like: _DisclosureKey, kind: str) -> SeenSituation:
    """Fields beyond the provision, else beyond the kind; until the recipient is told to delete them."""
    code, beyond = _beyond(like.fields, kind, like.provision, like.day)
    code = "within" if like.deleted else code
    return SeenSituation({"fields": code}, detail=", ".join(beyond))


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
    like: _DisclosureKey, version: Version | None, recipient: Dossier
) -> Iterator[SeenSituation]:
    """Where data went: where the disclosure says, else where its recipient is."""
    country = like.country or (version.country if version else None)
    if country is None:
        return
    party = _party(like, version, recipient)
    agreed = version.mechanism if version else None
    transfer = rulebook.transfer(country, like.day, party, like.mechanism, agreed)
    situation = {
        "region": transfer.region,
        "agreed": country in like.agreed,
        "mechanism": transfer.mechanism is not None,
        "adequacy": transfer.lacks or ("covers" if transfer.region == "adequate" else "none"),
    }
    yield SeenSituation(situation, detail=country)


def _party(like: _DisclosureKey, version: Version | None, recipient: Dossier) -> Party:
    """The recipient as the disclosure describes it, completed by the register."""
    return Party(
        kind=like.stated or (version.kind if version else None),
        role=version.role if version else None,
        method=like.method,
        frameworks=frameworks_on(recipient, like.day),
    )


def _agreed(marks: tuple[Mark, ...]) -> frozenset[str]:
    """Countries that are agreed upon after some acts, in order."""
    agreed: set[str] = set()
    for mark in marks:
        countries = set(mark.codes)
        if not mark.order.rank:
            agreed |= countries
        else:
            agreed -= countries or set(agreed)
    return frozenset(agreed)


# What has rules of its own


def informed(fact: Fact, look: FactContext, disclosure_id: str) -> SeenSituation:
    """Whether the person was told of a disclosure, or will not be on a ground of law; else until when."""
    if look.own.all(f"informed/{disclosure_id}"):
        return SeenSituation({"informed": "given"})
    return SeenSituation(
        {"informed": "overdue"}, rulebook.deadline("disclosure.notice", fact.occurred_at)
    )


def _special(like: _DisclosureKey, kind: str) -> SeenSituation:
    provision = _provision_of(like.provision)
    third = not rulebook.recipient_kind(kind, like.day).needs_provision
    permit = provision is not None and provision.id in _PERMITS
    return SeenSituation({"fraud": third, "permit": permit}, detail=kind)


def _collection(fact: Fact, look: FactContext) -> SeenSituation:
    deadlines = _deadlines(look.own, fact)
    today = day_of(fact.occurred_at).isoformat()
    passed = any(deadline < today for deadline in deadlines)
    code = "passed" if passed else "running" if deadlines else "none"
    return SeenSituation({"collection_notice": code}, detail=(fact.facts.case_ref or None))


def _deadlines(dossier: Dossier, fact: Fact) -> list[str]:
    """Deadlines of the notices about the claim, or about any when the case names none of them."""
    marks = dossier.saying("collection-notice", Claim)
    notices = [notice.says for notice in marks if notice.order.time <= fact.occurred_at]
    about = [notice for notice in notices if notice.invoice_ref == (fact.facts.case_ref or None)]
    return [str(notice.deadline) for notice in about or notices]
