"""What the access report says about the processing itself: purposes, categories, rights, sources, decisions.

Points a, b, e, g and h of GDPR Art. 15(1). Each statement names the positions that it rests on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from application.answer import Answer
from application.queries.persons.person import Subject, declarations, positions_of
from application.queries.registers.recipients import RecipientNames
from application.source import Source
from ledger.event import RecordedEvent, erases, instant
from rulebook import provision as provision_named
from rulebook.purposes import is_direct_marketing
from schemas import CATEGORIES, names

_AUTOMATED = {names.AUTOMATED_DECISION_MADE, names.HUMAN_REVIEW_COMPLETED}
_CHECKED = names.CREDIT_CHECK_RESULT_RECEIVED
UNKNOWN = "unknown"
"""The origin of data of which nothing says where it came from (GDPR Art. 15(1)(g): available information)."""
# What an event says in other words, by its type and by who asked for it.
_ORIGINS = {
    (_CHECKED, None): "third-party",
    (names.PERSONAL_DATA_CORRECTED, "subject"): "customer",
}


class Processing(Answer, frozen=True):
    """An activity on one legal basis, with what the register declares of it.

    `first`, `last`: when its events occurred.
    """

    activity: str
    name: str | None
    purposes: list[str]
    legal_basis: str | None
    provision: str | None
    first: str
    last: str
    events: int
    positions: list[int]


class ErasedAt(Answer, frozen=True):
    """An erasure of a category."""

    at: str
    ground: str
    position: int


class CategoryProcessed(Answer, frozen=True):
    """A category that was processed. `held`: something of it still is.

    `first`, `last`: when its events occurred.
    """

    category: str
    fields: list[str]
    held: bool
    erased: list[ErasedAt]
    first: str
    last: str
    events: int
    positions: list[int]


class RightOfPerson(Answer, frozen=True):
    """A right, and whether the person's data gives rise to it."""

    right: str
    article: str
    applies: bool


class SourceOfData(Answer, frozen=True):
    """Where data came from. `from_recipient`, `from_name`: a third party by its id and its name then."""

    origin: str
    from_recipient: str | None
    from_name: str | None
    channel: str | None
    categories: list[str]
    positions: list[int]


class AutomatedDecision(Answer, frozen=True):
    """A decision without a human, or its review by the `reviewer`. `logic_ref`: names its logic.

    `logic`, `consequences`: how it is made, and what it brings about (Art. 15(1)(h)), where that is recorded.
    """

    occurred_at: str
    what: str
    outcome: str
    logic_ref: str | None
    logic: str | None
    consequences: str | None
    reviewer: str | None
    positions: list[int]


# (a) purposes


def purposes(source: Source, subject: Subject) -> list[Processing]:
    """By activity and legal basis, with what the register declares of the activity."""
    groups: dict[tuple[str, str, str], list[RecordedEvent]] = {}
    for event in subject.counted:
        if event.activity:
            key = event.activity, event.legal_basis or "", event.provision or ""
            groups.setdefault(key, []).append(event)
    declared = declarations(source, (activity for activity, _, _ in groups), subject.position)
    return [_processing(key, groups[key], declared.get(key[0])) for key in sorted(groups)]


def _processing(
    key: tuple[str, str, str], events: list[RecordedEvent], entry: RecordedEvent | None
) -> Processing:
    activity, basis, provision = key
    first, last = _span(events)
    return Processing(
        activity=activity,
        name=entry.facts["name"] if entry else None,
        purposes=_declared_for(entry.facts["purposes"] if entry else (), basis, provision),
        legal_basis=basis or None,
        provision=provision or None,
        first=first,
        last=last,
        events=len(events),
        positions=[*positions_of(events), *([entry.position] if entry else [])],
    )


def _declared_for(declared: Iterable[Mapping[str, str]], basis: str, provision: str) -> list[str]:
    """The declared purposes of a legal basis that rest on the same provision, or, else, on none.

    A purpose with a provision of its own is not that of events under another one.
    """
    by_provision: dict[str, set[str]] = {}
    for purpose in declared:
        if purpose["legal_basis"] == basis:
            by_provision.setdefault(_article(purpose.get("provision")), set()).add(
                purpose["purpose"]
            )
    return sorted(by_provision.get(_article(provision)) or by_provision.get("", set()))


def _article(spelled: str | None) -> str:
    """One spelling for each article; an unknown provision stays as it is spelled."""
    entry = provision_named(spelled) if spelled else None
    return entry.id if entry else spelled or ""


# (b) categories


def categories(subject: Subject) -> Iterator[CategoryProcessed]:
    """Every category that was processed, with when and why it was erased, if it was."""
    held = {value.category for value in subject.values}
    for category in CATEGORIES:
        events = [
            event
            for event in subject.counted
            if category in event.categories or category in event.sealed
        ]
        if any(not event.ours for event in events):
            yield _category(category, events, held=category in held)


def _category(category: str, events: Sequence[RecordedEvent], *, held: bool) -> CategoryProcessed:
    reported = [event for event in events if not event.ours]
    sealed = [event.sealed[category] for event in reported if category in event.sealed]
    first, last = _span(reported)
    return CategoryProcessed(
        category=category,
        fields=sorted({field for group in sealed for field in group.fields}),
        held=held,
        erased=[
            ErasedAt(at=instant(event.time), ground=event.facts["ground"], position=event.position)
            for event in events
            if erases(event)
        ],
        first=first,
        last=last,
        events=len(reported),
        positions=positions_of(reported),
    )


# (e) rights


def rights(
    processing: Sequence[Processing], automated: Sequence[AutomatedDecision]
) -> list[RightOfPerson]:
    """The rights, and whether the person's data gives rise to each, by legal basis."""
    bases = {row.legal_basis for row in processing}
    applies = {
        ("rectification", "16"): True,
        ("erasure", "17"): True,
        ("restriction", "18"): True,
        ("portability", "20"): bool(bases & {"6-1-a", "6-1-b"}),
        ("objection", "21"): bool(bases & {"6-1-e", "6-1-f"}) or _is_marketed_to(processing),
        ("withdraw-consent", "7(3)"): "6-1-a" in bases,
        ("human-review", "22"): bool(automated),
    }
    return [
        RightOfPerson(right=right, article=article, applies=whether)
        for (right, article), whether in applies.items()
    ]


def _is_marketed_to(processing: Sequence[Processing]) -> bool:
    """Whether data is used for direct marketing, to which anybody may object, whatever it rests on."""
    return any(is_direct_marketing(purpose) for row in processing for purpose in row.purposes)


# (g) sources


def sources(subject: Subject, names: RecipientNames) -> list[SourceOfData]:
    """Where data came from, as events say it. Where they say nothing it is unknown, and said to be."""
    groups: dict[tuple[str, str, str], list[RecordedEvent]] = {}
    for event in subject.counted:
        if event.sealed and not event.ours:
            groups.setdefault(_origin(event), []).append(event)
    return [
        SourceOfData(
            origin=origin,
            from_recipient=third or None,
            from_name=names.public(third, events[-1].time) if third else None,
            channel=channel or None,
            categories=sorted(set(chain.from_iterable(event.sealed for event in events))),
            positions=positions_of(events),
        )
        for (origin, third, channel), events in sorted(groups.items())
    ]


def _origin(event: RecordedEvent) -> tuple[str, str, str]:
    """From whom data came, from which recipient, by which channel; empty where nothing is said."""
    facts = event.facts
    third, channel = facts.get("from_recipient") or "", facts.get("channel") or ""
    return (
        facts.get("origin") or _ORIGINS.get((event.name, facts.get("requested_by"))) or UNKNOWN,
        third,
        channel,
    )


# (h) automated decisions


def automated_decisions(subject: Subject) -> Iterator[AutomatedDecision]:
    """Decisions without a human and their reviews, by time."""
    for event in sorted(subject.counted, key=lambda event: (event.time, event.position)):
        if event.name in _AUTOMATED or (event.name == _CHECKED and event.facts["automated"]):
            yield AutomatedDecision(
                occurred_at=instant(event.time),
                what=event.name,
                outcome=event.facts.get("decision") or event.facts["outcome"],
                logic_ref=event.facts.get("logic_ref"),
                logic=event.facts.get("logic"),
                consequences=event.facts.get("consequences"),
                reviewer=event.facts.get("reviewer"),
                positions=[event.position],
            )


def _span(events: Sequence[RecordedEvent]) -> tuple[str, str]:
    times = [event.time for event in events]
    return instant(min(times)), instant(max(times))
