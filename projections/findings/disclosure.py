"""Situations of a disclosure: to whom, on which ground, of how much, and where it went. Pure."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import rulebook
from projections.dossier.dossier import Dossier, Mark
from projections.dossier.fact import IN_LAW, PROVISION, Fact
from projections.dossier.look import Look, Seen
from rulebook import Party, Provision
from rulebook.calendar import day_of

_DELETIONS = frozenset({"erase", "erasure", "delete", "deletion"})
_COLLECTORS = frozenset({"collection-agency", "bailiff"})
_PERMITS = frozenset({"nl.uavg.33.4", "nl.uavg.33.5"})
_LATER = "9999-12-31"


def disclosure(fact: Fact, look: Look) -> Iterator[Seen]:
    """Everything that rules ask about a disclosure; where it states less, less is asked."""
    recipient, day = look.at(f"recipient/{fact.facts['recipient']}"), day_of(fact.occurred_at)
    version = version_on(recipient, day)
    kind = fact.facts.get("recipient_kind") or (version["kind"] if version else None)
    yield Seen({"recipient": standing(recipient, day)}, detail=fact.facts["recipient"])
    if version:
        yield Seen({"kind": "same" if version["kind"] == kind else "other"}, detail=version["kind"])
    if kind:
        yield from _amount(fact, look, kind, day)
    yield from _whereabouts(fact, look, version, day)
    if "recipient_kind" in fact.facts:
        yield from _ground(fact, fact.facts["recipient_kind"], day)
        yield Seen({"purpose": fact.facts["purpose"]}, detail=fact.facts["purpose"])
        yield from _special(fact, look, day)
        if fact.facts.get("notice") == "required" or _must_tell(fact.provision):
            yield informed(fact, look, fact.id)


# The recipient


def standing(recipient: Dossier, day: date) -> str:
    """Whether a recipient was registered on a day: `valid`, `ended` or `unregistered`."""
    at = day.isoformat()
    begun = [(start, end) for start, end in _periods(recipient.all("recipient")) if start <= at]
    if any(at < end for _, end in begun):
        return "valid"
    return "ended" if begun else "unregistered"


def _periods(marks: tuple[Mark, ...]) -> list[tuple[str, str]]:
    """First day and day of the end: an end closes what is open, a registration begins anew."""
    periods: list[tuple[str, str]] = []
    for mark in marks:
        if isinstance(mark.says, str):
            if periods:
                periods[-1] = periods[-1][0], mark.says
        elif not periods or (mark.says["again"] and periods[-1][1] != _LATER):
            periods.append((mark.says["from"], _LATER))
        else:
            periods[-1] = min(periods[-1][0], mark.says["from"]), periods[-1][1]
    return periods


def version_on(recipient: Dossier, day: date) -> dict[str, Any] | None:
    """The recipient as it was on a day; before its first version the first."""
    told = _told(recipient, day)
    return dict(told[0].says) if told else None


def frameworks_on(recipient: Dossier, day: date) -> frozenset[str]:
    """What a recipient was certified under on a day, as its version of that day says, or a later one."""
    held = (held for mark in _told(recipient, day) for held in mark.says["certified"])
    return frozenset(one["framework"] for one in held if _covers(one, day.isoformat()))


def _covers(certification: dict[str, str], day: str) -> bool:
    return certification["valid_from"] <= day < certification.get("valid_to", _LATER)


def _told(recipient: Dossier, day: date) -> list[Mark]:
    """The version that holds on a day, and those after it."""
    marks = [mark for mark in recipient.all("recipient") if isinstance(mark.says, dict)]
    versions = sorted(marks, key=lambda mark: (mark.says["from"], mark.order))
    first = versions[0].says["from"] if versions else ""
    begun = [mark for mark in versions if mark.says["from"] <= max(day.isoformat(), first)]
    return versions[len(begun) - 1 :] if begun else []


# The ground


def _ground(fact: Fact, kind: str, day: date) -> Iterator[Seen]:
    needed = rulebook.recipient_kind(kind, day).needs_provision
    named = _named(fact.provision)
    code = "none" if not fact.provision else "unknown" if not named else "known"
    if named and not (named.applies and rulebook.in_force(named, day)):
        code = "inapplicable"
    yield Seen({"provision": code, "needs_provision": needed}, detail=fact.provision or kind)
    if code == "none" and not needed and fact.legal_basis in IN_LAW:
        yield Seen({"provision": "missing"}, kind=PROVISION)
    if named and named.authorities:
        competent = "competent" if kind in named.authorities else "other"
        yield Seen({"authority": competent}, detail=f"{kind}, {named.id}")


def _named(spelled: str | None) -> Provision | None:
    return rulebook.provision(spelled) if spelled else None


def _must_tell(spelled: str | None) -> bool:
    named = _named(spelled)
    return named is not None and named.must_tell


# How much


def _amount(fact: Fact, look: Look, kind: str, day: date) -> Iterator[Seen]:
    """Fields beyond the provision, else beyond the kind; until the recipient is told to delete them."""
    fields = fact.facts.get("fields", [])
    code, beyond = _beyond(fields, kind, fact.provision, day)
    told = look.own.all(f"told/{fact.facts['recipient']}")
    if any(m.order.time >= fact.occurred_at and m.says in _DELETIONS for m in told):
        code = "within"
    yield Seen({"fields": code}, detail=", ".join(beyond))


def _beyond(fields: list[str], kind: str, spelled: str | None, day: date) -> tuple[str, list[str]]:
    named = _named(spelled)
    if named and named.fields and (over := sorted(set(fields) - set(named.fields))):
        return "beyond-provision", over
    over = list(rulebook.beyond(kind, fields, day))
    return ("beyond-kind", over) if over else ("within", [])


# Where


def _whereabouts(
    fact: Fact, look: Look, version: dict[str, Any] | None, day: date
) -> Iterator[Seen]:
    """Where data went: where the disclosure says, else where its recipient is."""
    known = version or {}
    country = fact.facts.get("country") or known.get("country")
    if country is None:
        return
    party = Party(
        kind=fact.facts.get("recipient_kind") or known.get("kind"),
        role=known.get("role"),
        method=fact.facts.get("method"),
        frameworks=frameworks_on(look.at(f"recipient/{fact.facts['recipient']}"), day),
    )
    stated = fact.facts.get("transfer_mechanism")
    found = rulebook.transfer(country, day, party, stated, known.get("mechanism"))
    situation = {
        "region": found.region,
        "agreed": country in _agreed(look.own.until("transfer", fact.occurred_at)),
        "mechanism": found.mechanism is not None,
        "adequacy": found.lacks or ("covers" if found.region == "adequate" else "none"),
    }
    yield Seen(situation, detail=country)


def _agreed(marks: tuple[Mark, ...]) -> set[str]:
    """Countries that are agreed upon after some acts, in order."""
    agreed: set[str] = set()
    for mark in marks:
        countries = mark.says[0]
        if not mark.order.rank:
            agreed |= set(countries)
        else:
            agreed -= set(countries) if countries else set(agreed)
    return agreed


# What has rules of its own


def informed(fact: Fact, look: Look, disclosure_id: str) -> Seen:
    """Whether the person was told of a disclosure, or will not be on a ground of law; else until when."""
    if look.own.all(f"informed/{disclosure_id}"):
        return Seen({"informed": "given"})
    return Seen({"informed": "overdue"}, rulebook.deadline("disclosure.notice", fact.occurred_at))


def _special(fact: Fact, look: Look, day: date) -> Iterator[Seen]:
    kind, named = fact.facts["recipient_kind"], _named(fact.provision)
    if "fraud" in fact.categories or "fraud_signal" in fact.facts["fields"]:
        third = not rulebook.recipient_kind(kind, day).needs_provision
        permit = named is not None and named.id in _PERMITS
        yield Seen({"fraud": third, "permit": permit}, detail=kind)
    if kind in _COLLECTORS:
        deadlines = _deadlines(look.own.until("collection-notice", fact.occurred_at), fact)
        passed = any(deadline < day.isoformat() for deadline in deadlines)
        code = "passed" if passed else "running" if deadlines else "none"
        yield Seen({"collection_notice": code}, detail=fact.facts.get("case_ref"))


def _deadlines(notices: tuple[Mark, ...], fact: Fact) -> list[str]:
    """Deadlines of the notices about the claim, or about any when the case names none of them."""
    about = [mark for mark in notices if mark.says[0] == fact.facts.get("case_ref")]
    return [str(mark.says[1]) for mark in about or notices]
