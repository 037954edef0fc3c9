"""`ledger report access`: what GDPR Art. 15 owes a person, from the ledger, as of one position.

Points a to h of paragraph 1, the safeguards of paragraph 2, the copy of paragraph 3; and every consultation
with date and purpose, without who it was (CJEU C-579/21). Each statement names the positions that it
rests on. Nothing here depends on when it is asked but `rendered_at`, and nothing on another ledger.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
import orjson

from application.controller import Controller
from application.queries.consultations import CONSULTATIONS, consultations_of
from application.queries.evidence import evidence_of, evidence_words
from application.queries.feeds import Run, feeds_of, runs
from application.queries.recipients import RecipientNames
from application.queries.report_person import (
    Held,
    Subject,
    declarations,
    disclosures_of,
    named_recipients,
    subject_of,
)
from application.queries.report_retention import retention_of
from application.source import Source
from ledger.crypto.sealing import base64url
from ledger.event import RecordedEvent, instant
from projections.folds.timetravel import Moment
from projections.reading.transfers import place_of, transfer_of
from projections.views.disclosures import Disclosure, sorted_disclosures
from rulebook import provision as provision_named
from rulebook.calendar import day_of
from rulebook.purposes import is_direct_marketing
from schemas import CATEGORIES, EVENT_TYPES
from schemas.texts import Language, text_of, word_of

_AUTOMATED = {"automated-decision-made", "human-review-completed"}
_CHECKED = "credit-check-result-received"
# Where data comes from when its event does not say; what is left is our own record of what happened.
_ORIGINS = {
    "customer-registered": "customer",
    "contact-person-added": "customer",
    _CHECKED: "third-party",
}
Answer = dict[str, Any]


class Asked(msgspec.Struct, frozen=True):
    """What is asked for. `checkpoint`: the published one that covers the position's past, if there is any."""

    reference: str
    request_ref: str | None
    language: Language
    position: int
    rendered_at: datetime
    controller: Controller
    checkpoint: Answer | None


def access_report(source: Source, asked: Asked) -> Answer:
    """The report. Raises UnknownSubject for whoever is not known."""
    subject = subject_of(source, asked.reference, asked.position)
    given, feeds = disclosures_of(subject), feeds_of(source, subject)
    every = sorted_disclosures([*given, *(one.row for one in feeds)])
    names = named_recipients(source, subject, every)
    purposes = _purposes(source, subject)
    automated = list(_automated(subject))
    return {
        "report": "access",
        "article": "15",
        "language": asked.language,
        "subject": asked.reference,
        "request_ref": asked.request_ref,
        "position": asked.position,
        "rendered_at": instant(asked.rendered_at),
        "checkpoint": asked.checkpoint,
        "controller": msgspec.structs.asdict(asked.controller),
        "purposes": purposes,
        "categories": list(_categories(subject)),
        "recipients": _recipients(given, runs(feeds), names),
        "retention": retention_of(source, subject, day_of(asked.rendered_at)),
        "rights": _rights(purposes, automated),
        "sources": _sources(subject, names),
        "automated_decisions": automated,
        "transfers": list(_transfers(every, names)),
        "data": list(_data(subject)),
        "consultations": list(_consultations(source, subject)),
        "acts": list(_acts(subject, names, asked.language)),
        "seal": _seal(source, subject, asked),
    }


def _seal(source: Source, subject: Subject, asked: Asked) -> str:
    """256 bits that nobody can guess without the person's key: the recorded hash covers them."""
    place = ["access-report/1", asked.position, instant(asked.rendered_at), asked.request_ref]
    return base64url(source.opener.keyed(subject.streams[-1], orjson.dumps(place)))


# (a) purposes


def _purposes(source: Source, subject: Subject) -> list[Answer]:
    """By activity and legal basis, with what the register declares of the activity."""
    groups: dict[tuple[str, str, str], list[RecordedEvent]] = {}
    for event in subject.counted:
        if event.activity:
            key = event.activity, event.legal_basis or "", event.provision or ""
            groups.setdefault(key, []).append(event)
    declared = declarations(source, (activity for activity, _, _ in groups), subject.position)
    return [
        _purpose(activity, basis, provision, groups[activity, basis, provision], declared)
        for activity, basis, provision in sorted(groups)
    ]


def _purpose(
    activity: str,
    basis: str,
    provision: str,
    events: list[RecordedEvent],
    declared: dict[str, RecordedEvent],
) -> Answer:
    entry = declared.get(activity)
    return {
        "activity": activity,
        "name": entry.facts["name"] if entry else None,
        "purposes": _declared_for(entry.facts["purposes"] if entry else (), basis, provision),
        "legal_basis": basis or None,
        "provision": provision or None,
        **_span(events),
        "positions": [*_positions(events), *([entry.position] if entry else [])],
    }


def _declared_for(declared: Iterable[Answer], basis: str, provision: str) -> list[str]:
    """The declared purposes of a legal basis that rest on the same provision, or, else, on none.

    A purpose with a provision of its own is not that of events under another one.
    """
    by_provision: dict[str, set[str]] = {}
    for one in declared:
        if one["legal_basis"] == basis:
            by_provision.setdefault(_article(one.get("provision")), set()).add(one["purpose"])
    return sorted(by_provision.get(_article(provision)) or by_provision.get("", set()))


def _article(spelled: str | None) -> str:
    """One spelling for each article; a provision that nobody knows stays as it is."""
    known = provision_named(spelled) if spelled else None
    return known.id if known else spelled or ""


# (b) categories


def _categories(subject: Subject) -> Iterator[Answer]:
    """Every category that was processed; one that was erased says when and why."""
    held = {one.category for one in subject.values}
    for category in CATEGORIES:
        events = [e for e in subject.counted if category in e.categories or category in e.sealed]
        erasures = [e for e in events if e.ours and e.name == "personal-data-erased"]
        told = [e for e in events if not e.ours]
        if told:
            fields = {
                field for e in told if category in e.sealed for field in e.sealed[category].values
            }
            yield {
                "category": category,
                "fields": sorted(fields),
                "held": category in held,
                "erased": [
                    {"at": instant(e.time), "ground": e.facts["ground"], "position": e.position}
                    for e in erasures
                ],
                **_span(told),
                "positions": _positions(told),
            }


# (c) recipients


def _recipients(
    given: Iterable[Disclosure], feeds: Iterable[Run], names: RecipientNames
) -> list[Answer]:
    """Each disclosure, and each run of feeds that the person was in, by when it began."""
    single = [_recipient(row, names) for row in given]
    rows = [*single, *(_feeds(run, names) for run in feeds)]
    return sorted(rows, key=lambda row: (row["occurred_at"], row["positions"]))


def _recipient(row: Disclosure, names: RecipientNames) -> Answer:
    """To whom by name as it was then, when, what, why. A private person stays unnamed."""
    private = row.recipient_kind == "subscriber"
    place = place_of(row, names.entry(row.recipient))
    return {
        "occurred_at": instant(row.occurred_at),
        "until": None,
        "membership": None,
        "recipient": None if private else row.recipient,
        "name": None if private else names.at(row.recipient, row.occurred_at),
        "kind": row.recipient_kind,
        "country": place.country,
        "country_derived": place.derived,
        "purpose": row.purpose,
        "legal_basis": row.legal_basis,
        "provision": row.provision,
        "categories": list(row.categories),
        "fields": row.fields,
        "positions": [row.position],
    }


def _feeds(run: Run, names: RecipientNames) -> Answer:
    """Day after day in one row. `until`: when the last was; `membership`: `list`, or `derived`."""
    return _recipient(run.feeds[0], names) | {
        "until": instant(run.feeds[-1].occurred_at),
        "membership": run.membership,
        "positions": [row.position for row in run.feeds],
    }


# (e) rights


def _rights(purposes: Sequence[Answer], automated: Sequence[Answer]) -> list[Answer]:
    """The rights, and whether the person's data gives rise to each, by legal basis."""
    bases = {row["legal_basis"] for row in purposes}
    applies = {
        ("rectification", "16"): True,
        ("erasure", "17"): True,
        ("restriction", "18"): True,
        ("portability", "20"): bool(bases & {"6-1-a", "6-1-b"}),
        ("objection", "21"): bool(bases & {"6-1-e", "6-1-f"}) or _is_marketed_to(purposes),
        ("withdraw-consent", "7(3)"): "6-1-a" in bases,
        ("human-review", "22"): bool(automated),
    }
    return [
        {"right": right, "article": article, "applies": whether}
        for (right, article), whether in applies.items()
    ]


def _is_marketed_to(purposes: Sequence[Answer]) -> bool:
    """Whether data is used for direct marketing, to which anybody may object, whatever it rests on."""
    return any(is_direct_marketing(one) for row in purposes for one in row["purposes"])


# (g) sources


def _sources(subject: Subject, names: RecipientNames) -> list[Answer]:
    """Where data came from; a third party by its id and its name then."""
    groups: dict[tuple[str, str, str], list[RecordedEvent]] = {}
    for event in subject.counted:
        if event.sealed and not event.ours:
            facts = event.facts
            origin = facts.get("origin") or (
                "third-party" if event.name == _CHECKED else "customer"
            )
            third = facts.get("from_recipient") or ""
            groups.setdefault((origin, third, facts.get("channel") or ""), []).append(event)
    return [
        {
            "origin": origin,
            "from_recipient": third or None,
            "from_name": names.public(third, events[-1].time) if third else None,
            "channel": channel or None,
            "categories": sorted({one for event in events for one in event.sealed}),
            "positions": _positions(events),
        }
        for (origin, third, channel), events in sorted(groups.items())
    ]


# (h) automated decisions


def _automated(subject: Subject) -> Iterator[Answer]:
    for event in sorted(subject.counted, key=lambda one: (one.time, one.position)):
        if event.name in _AUTOMATED or (event.name == _CHECKED and event.facts["automated"]):
            yield {
                "occurred_at": instant(event.time),
                "what": event.name,
                "outcome": event.facts.get("decision") or event.facts["outcome"],
                "logic_ref": event.facts.get("logic_ref"),
                "positions": [event.position],
            }


# 15(2) safeguards


def _transfers(rows: Iterable[Disclosure], names: RecipientNames) -> Iterator[Answer]:
    """Disclosures outside the EEA, with what each rests on."""
    for row in rows:
        known = names.entry(row.recipient)
        place, found = place_of(row, known), transfer_of(row, known)
        if found and found.region != "eea":
            version = names.version(row.recipient, row.occurred_at)
            yield {
                "occurred_at": instant(row.occurred_at),
                "recipient": row.recipient,
                "name": names.public(row.recipient, row.occurred_at),
                "country": place.country,
                "region": found.region,
                "mechanism": found.mechanism,
                "lacks": found.lacks,
                "document": version.agreement_ref if version else None,
                "positions": [row.position],
            }


# 15(3) the copy, consultations, acts


def _data(subject: Subject) -> Iterator[Answer]:
    def place(held: Held) -> tuple[int, str, datetime, int]:
        event = held.event
        return CATEGORIES.index(held.category), held.field, event.time, event.position

    for held in sorted(subject.values, key=place):
        yield {
            "category": held.category,
            "field": held.field,
            "value": held.value,
            "since": instant(held.event.time),
            "current": held.current,
            "annulled": held.annulled_by is not None,
            "positions": [held.event.position],
        }


def _consultations(source: Source, subject: Subject) -> Iterator[Answer]:
    """By time: when data was looked at and what for, without who it was.

    Of a list nobody knows whom it told of.
    """
    moment = Moment(at_position=subject.position)
    found = consultations_of(source, subject.reference, subject.acts, moment)
    for seen in sorted(found, key=lambda one: (one.event.time, one.event.position)):
        if seen.about != "list":
            yield {
                "occurred_at": instant(seen.event.time),
                "where": "ledger" if seen.through_ledger else "system",
                "purpose": seen.why,
                "everyone": seen.about == "everyone",
                "categories": sorted(seen.event.categories),
                "annulled": seen.annulled_by is not None,
                "positions": [seen.event.position],
            }


def _shown_by(event: RecordedEvent, language: Language) -> list[str]:
    """What is recorded beside an act to show it, in sentences."""
    return evidence_words(evidence_of(event.facts), language)


def _acts(subject: Subject, names: RecipientNames, language: Language) -> Iterator[Answer]:
    """Everything else that was recorded of the person, in words, by time; what was taken back is marked."""
    by_time = sorted(subject.acts, key=lambda act: (act.event.time, act.event.position))
    for event, annulled_by in by_time:
        if event.name in CONSULTATIONS or event.type not in EVENT_TYPES:
            continue
        facts = event.facts | {"categories": event.categories} | _named(event, names, language)
        yield {
            "occurred_at": instant(event.time),
            "recorded_at": instant(event.recorded_at),
            "act": event.name,
            "text": " ".join([text_of(event.name, facts, language), *_shown_by(event, language)]),
            "annulled": annulled_by is not None,
            "positions": [event.position],
        }


def _named(event: RecordedEvent, names: RecipientNames, language: Language) -> Answer:
    """The recipient that a sentence names, by name; a private person by what they are."""
    recipient = event.facts.get("recipient")
    if not recipient:
        return {}
    version = names.version(recipient, event.time)
    if event.facts.get("recipient_kind") == "subscriber" or (version and version.sealed_name):
        return {"recipient": word_of("subscriber", language)}
    return {"recipient": names.public(recipient, event.time) or recipient}


def _span(events: Sequence[RecordedEvent]) -> Answer:
    times = [event.time for event in events]
    return {"first": instant(min(times)), "last": instant(max(times)), "events": len(events)}


def _positions(events: Iterable[RecordedEvent]) -> list[int]:
    return sorted(event.position for event in events)
