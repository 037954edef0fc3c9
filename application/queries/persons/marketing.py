"""`ledger marketing`: whether a person may be approached by a channel, and why; law and house both shown."""

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import asdict, replace

from application.answer import Answer
from application.queries.persons.consents import Holder, answer_of, holder
from application.queries.persons.state import restricted_of
from application.queries.subjects import customer_of
from application.queries.verdicts import VerdictInWords, explained
from application.source import Source
from ledger.event import instant
from projections.folds.timetravel import Moment
from projections.use.addressee import addressee
from projections.views import customer_state
from projections.views.consent_status import consents_among, hindrance_of_act
from rulebook import Addressee, marketing_decision
from rulebook.calendar import day_of
from rulebook.marketing import EXPLANATIONS, MARKETING_RULES

_RULES = {entry.id: entry for entry in MARKETING_RULES}
_TITLES = {entry.id: (entry.title, entry.title_nl) for entry in MARKETING_RULES}


class ConsentWithoutEffect(Answer, frozen=True):
    """A consent that allows nothing any more, or never did, and why."""

    purpose: str
    why: str


class Approachable(Answer, frozen=True):
    """What is known of a person that decides whether they may be approached.

    `consents`: purposes that they consented to and may be approached for. `objections`: channels.
    `restricted`: categories of their data that may only be stored.
    """

    kind: Literal["consumer", "sole-trader", "legal-entity"]
    active: bool
    customer: bool
    consents: list[str]
    without_effect: list[ConsentWithoutEffect]
    objections: list[str]
    restricted: list[str]


class MarketingVerdict(VerdictInWords, frozen=True):
    """What a rule says of a channel. `consent_for`: purposes; the person must have consented to one."""

    consent_for: list[str]


class ChannelDecision(Answer, frozen=True):
    """Whether a person may be approached by a channel: every rule must allow it."""

    channel: str
    allowed: bool
    verdicts: list[MarketingVerdict]


class MarketingAnswer(Answer, frozen=True):
    """Whether a person may be approached by each channel. `position`: of the last event that it reflects."""

    subject: str
    data_subject: str
    as_of: str
    person: Approachable
    decisions: list[ChannelDecision]
    position: int


def marketing(
    source: Source, reference: str, channels: Sequence[str], moment: Moment
) -> MarketingAnswer:
    """The decision for each channel, as of a moment. Raises UnknownSubject."""
    subject = holder(source, reference, moment)
    person = _addressee(subject)
    return MarketingAnswer(
        subject=reference,
        data_subject=str(subject.person.subject),
        as_of=instant(subject.clock),
        person=_approachable(source, person, subject),
        decisions=[_decision(person, channel, subject) for channel in channels],
        position=subject.person.selected.position,
    )


def _approachable(source: Source, person: Addressee, subject: Holder) -> Approachable:
    decided = answer_of(subject).consents
    return Approachable(
        kind=person.kind,
        active=person.active,
        customer=person.customer,
        consents=[consent.purpose for consent in decided if consent.effective],
        without_effect=[
            ConsentWithoutEffect(purpose=consent.purpose, why=consent.why)
            for consent in decided
            if not consent.effective
        ],
        objections=sorted(person.objections),
        restricted=source.reads.sight.known(sorted(person.restricted)),
    )


def _addressee(subject: Holder) -> Addressee:
    """What decides about a person; a contact person has the kind of the customer."""
    customer = subject.customer if customer_of(subject.reference) else subject.state
    active = customer is None or customer_state.status(customer) == "active"
    person = addressee(
        subject.look,
        subject.clock,
        # The kind of customer decides which rules apply, and a contact person has none of its own.
        kind=customer_state.customer_kind(customer) if customer else None,
        active=subject.account == "active" and active,
        consents=frozenset(
            row.purpose
            for row in consents_among(subject.rows)
            if hindrance_of_act(row, subject.giver, subject.clock) is None
        ),
    )
    return replace(person, restricted=restricted_of(subject.person, subject.clock))


def _decision(person: Addressee, channel: str, subject: Holder) -> ChannelDecision:
    decision = marketing_decision(person, channel, day_of(subject.clock))
    return ChannelDecision(
        channel=channel,
        allowed=decision.allowed,
        verdicts=[
            MarketingVerdict(
                **asdict(explained(verdict, _TITLES, EXPLANATIONS)),
                consent_for=list(_RULES[verdict.rule].asks(channel)),
            )
            for verdict in decision.verdicts
        ],
    )
