"""Acts on breaches and suspected misuse: each is judged and recorded under the lock of the office."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from msgspec import Meta

from application.acts.acting import Act, office_lock
from application.acts.given import Ask, Choice, Person, Timed, facts_of
from application.acts.offered import MISUSE, MISUSE_ENDS, PUBLIC_WAYS, WAYS
from application.acts.requesting import new_reference, record
from application.queries.cases.found_incidents import FoundIncident, find_case, is_taken
from application.queries.cases.found_requests import NotAllowed
from application.queries.subjects import check_person, known_streams
from application.site import Site
from application.source import Source
from ledger.errors import Misconfigured, UnknownSubject
from ledger.event import instant
from projections.reading.incident_acts import ProposedAct, hindrance, named
from rulebook.incidents import NATURES, PHASES, REGIMES, RISKS
from schemas import LISTED_CATEGORIES, names

# A person is warned because the policy promises it; told of a breach because the law asks for it.
_BASIS, _PROVISION = "6-1-f", "eu.gdpr.34"
_CASE = "Reference of the breach or the case."
_REGIME = Choice("regime", REGIMES)
_DelayReason = Annotated[
    str | None,
    Ask("Why you tell the authority too late.", look="text", hint="delay_reason"),
]
_Count = Annotated[int, Meta(ge=0)]
_Texts = tuple[str, ...]


class NewBreach(Timed, frozen=True, kw_only=True):
    """A breach that was detected."""

    events = (names.BREACH_DETECTED,)
    ref: Annotated[
        str,
        Ask(_CASE, argument="REF", label="breach_ref", hint="breach_ref", fact="breach_ref"),
    ]
    regime: Annotated[str, Ask("One of {}.", _REGIME)] = REGIMES[0]


class NewMisuse(Timed, frozen=True, kw_only=True):
    """Suspected misuse of a person's data or login. `kinds`: what of theirs is misused."""

    events = (names.MISUSE_SUSPECTED,)
    subject: Person
    kinds: Annotated[
        _Texts,
        Ask(
            "Kind of misuse, such as login or call-costs; may be repeated.",
            Choice("misuse", MISUSE, True),
            flag="--kind",
            fact="data_kinds",
        ),
    ]
    ref: Annotated[
        str | None,
        Ask("Its reference; without it the ledger makes one.", hint="ref", fact="case_ref"),
    ] = None


class OnBreach(Timed, frozen=True, kw_only=True):
    """The breach of an act."""

    kind: ClassVar[Literal["breach"]] = "breach"
    ref: Annotated[str, Ask(_CASE, look="path", argument="REF", fact="breach_ref")]


class Assessment(OnBreach, frozen=True, kw_only=True):
    """What is known of a breach; what is left out stays as it was."""

    events = (names.BREACH_ASSESSED,)
    risk: Annotated[
        str | None,
        Ask(
            "For the persons concerned: one of {}; without it as before.",
            Choice("risk", RISKS),
            hint="as_before",
        ),
    ] = None
    nature: Annotated[
        _Texts, Ask("What was broken: one of {}; may be repeated.", Choice("nature", NATURES))
    ] = ()
    description: Annotated[
        str | None,
        Ask("What happened, without personal data.", look="text", hint="no_personal_data"),
    ] = None
    subject_categories: Annotated[
        _Texts, Ask("A category of persons; may be repeated.", flag="--who", hint="one_a_line")
    ] = ()
    subject_count: Annotated[_Count | None, Ask("About how many persons.", flag="--persons")] = None
    categories: Annotated[
        _Texts,
        Ask(
            "Of data: one of {}; may be repeated.",
            Choice("category", LISTED_CATEGORIES),
            flag="--category",
        ),
    ] = ()
    record_count: Annotated[_Count | None, Ask("About how many records.", flag="--records")] = None
    consequences: Annotated[
        _Texts,
        Ask("A likely consequence; may be repeated.", flag="--consequence", hint="one_a_line"),
    ] = ()
    measures_taken: Annotated[
        _Texts, Ask("A measure taken; may be repeated.", flag="--taken", hint="one_a_line")
    ] = ()
    measures_proposed: Annotated[
        _Texts, Ask("A measure proposed; may be repeated.", flag="--proposed", hint="one_a_line")
    ] = ()
    delay_reason: _DelayReason = None
    began: Annotated[
        str | None,
        Ask("When the incident began and ended, or about when.", hint="no_personal_data"),
    ] = None
    protection: Annotated[
        str | None,
        Ask("How the data was protected, such as by encryption.", hint="no_personal_data"),
    ] = None
    other_providers: Annotated[
        _Texts,
        Ask(
            "Another provider that is involved; may be repeated.",
            flag="--provider",
            hint="one_a_line",
        ),
    ] = ()
    other_states: Annotated[
        _Texts,
        Ask(
            "Another member state with persons concerned, and its authority; may be repeated.",
            flag="--state",
            hint="one_a_line",
        ),
    ] = ()


class AuthorityNotice(OnBreach, frozen=True, kw_only=True):
    """That the authority was notified of a breach."""

    events = (names.AUTHORITY_NOTIFIED,)
    regime: Annotated[str, Ask("One of {}.", _REGIME)]
    phase: Annotated[
        str,
        Ask("One of {}: a full one completes the first, or is both.", Choice("phase", PHASES)),
    ]
    delay_reason: _DelayReason = None


class WordsToPersons(OnBreach, frozen=True, kw_only=True):
    """That persons were told of a breach; without them everybody, in public."""

    events = (names.SUBJECTS_NOTIFIED,)
    persons: Annotated[
        _Texts,
        Ask(
            "Who was told; without it: everybody, in public.",
            argument="[SUBJECT...]",
            hint="persons",
            fact="",
        ),
    ] = ()
    channel: Annotated[
        str,
        Ask(
            "How they were told, such as email or phone.",
            Choice("channel", (*WAYS, *PUBLIC_WAYS), True),
            label="told_by",
        ),
    ]
    sha256: Annotated[
        str | None,
        Ask("SHA-256 of the letter, as `ledger letter breach` says it.", hint="letter_sum"),
    ] = None


class BreachEnd(OnBreach, frozen=True, kw_only=True):
    """That a breach was dealt with."""

    events = (names.BREACH_CLOSED,)


class OnMisuse(Timed, frozen=True, kw_only=True):
    """The case of misuse of an act. `subject`: its person, where named."""

    kind: ClassVar[Literal["misuse"]] = "misuse"
    ref: Annotated[str, Ask(_CASE, look="path", argument="REF", fact="case_ref")]
    subject: Annotated[
        str | None, Ask("Whose case it is, such as customer/10023.", look="hidden", fact="")
    ] = None


class Warned(OnMisuse, frozen=True, kw_only=True):
    """That the person was warned."""

    events = (names.CUSTOMER_WARNED,)
    channel: Annotated[
        str,
        Ask(
            "How they were told, such as email or phone.",
            Choice("channel", WAYS, True),
            label="told_by",
        ),
    ]


class MisuseEnd(OnMisuse, frozen=True, kw_only=True):
    """How a case of misuse ended."""

    events = (names.MISUSE_RESOLVED,)
    outcome: Annotated[
        str,
        Ask(
            "Such as password-changed or unfounded.",
            Choice("misuse-end", MISUSE_ENDS, True),
            label="ended_by",
        ),
    ]


def detect(site: Site, source: Source, given: NewBreach, time: datetime) -> None:
    """Record that a breach was detected: its clocks run from then on. Raises NotAllowed."""
    with office_lock(site):
        _check_free(source, given.ref)
        facts = {**facts_of(given), "detected_at": instant(time)}
        subject = f"breach/{given.ref}"
        record(site, [Act(name=given.events[0], subject=subject, facts=facts)], time)


def suspect(site: Site, source: Source, given: NewMisuse, time: datetime) -> str:
    """Record that misuse of a person's data is suspected; the reference, a new one where none is named.

    Raises NotAllowed when the reference is taken, UnknownSubject when nothing is known of the person.
    """
    with office_lock(site):
        check_person(given.subject)
        known_streams(source, given.subject)
        ref = given.ref or new_reference(time, "MB")
        _check_free(source, ref)
        facts = {**facts_of(given), "case_ref": ref}
        act = Act(name=given.events[0], subject=given.subject, facts=facts, legal_basis=_BASIS)
        record(site, [act], time)
    return ref


def _check_free(source: Source, ref: str) -> None:
    if is_taken(source, ref):
        raise NotAllowed(f"there is an incident {ref} already")


def act_on_incident(site: Site, source: Source, given: OnBreach | OnMisuse, time: datetime) -> None:
    """Record one act on an incident. Raises NotAllowed, Misconfigured."""
    with office_lock(site):
        record(site, [allowed_act(case_of(source, given), given, time)], time)


def case_of(source: Source, given: OnBreach | OnMisuse) -> FoundIncident:
    """The incident of an act. Raises NotAllowed when there is none."""
    subject = given.subject if isinstance(given, OnMisuse) else None
    return find_case(source, given.ref, given.kind, subject)


def allowed_act(case: FoundIncident, given: OnBreach | OnMisuse, time: datetime) -> Act:
    """An act on an incident at a time. An assessment without a risk keeps the last one.

    Raises NotAllowed when the state of the incident forbids it, Misconfigured when it says nothing.
    """
    facts = facts_of(given)
    if isinstance(given, Assessment):
        if len(facts) == 1:  # the reference alone
            raise Misconfigured("say what risk it is, or what is known of it", field="risk")
        facts["risk"] = given.risk or case.incident.until(time).risk
        if facts["risk"] is None:
            raise NotAllowed(
                f"the risk of {named(case.incident)} was never assessed: say what it is",
                field="risk",
            )
    _check_allowed(case, ProposedAct(given.events[0], time, facts, len(case.told)))
    return Act(name=given.events[0], subject=case.subject, facts=facts, legal_basis=_BASIS)


def _check_allowed(case: FoundIncident, proposed: ProposedAct) -> None:
    why = hindrance(case.incident, proposed)
    if why is not None:
        raise NotAllowed(why)


def tell(site: Site, source: Source, given: WordsToPersons, time: datetime) -> tuple[int, int]:
    """Record that persons were told of a breach: how many of them now, and how many had been told before."""
    with office_lock(site):
        words = words_to(source, case_of(source, given), given, time)
        record(site, words, time)
    return len(words), len(set(given.persons)) - len(words)


def words_to(
    source: Source, case: FoundIncident, given: WordsToPersons, time: datetime
) -> list[Act]:
    """That persons were told of a breach themselves: an act for each who had not been told yet.

    Raises NotAllowed when a person is not known, or the breach was detected later: then no act is made.
    """
    name, facts = given.events[0], facts_of(given)
    _check_allowed(case, ProposedAct(name, time, {}, len(case.told)))
    return [
        Act(name=name, subject=person, facts=facts, provision=_PROVISION)
        for place, person in enumerate(dict.fromkeys(given.persons), 1)
        if _stream_of(source, person, place) not in case.told
    ]


def _stream_of(source: Source, person: str, place: int) -> UUID:
    check_person(person)
    try:
        return known_streams(source, person)[-1]
    except UnknownSubject:
        raise NotAllowed(f"the ledger holds nothing about person {place} of the list") from None
