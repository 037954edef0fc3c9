"""`ledger register`: the Article 30 register at any moment, with what was declared and what was observed.

Only regions of countries, rules of retention and passed periods depend on the clock. All of these change at
midnight in Amsterdam, so that two answers of one day are equal.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from itertools import zip_longest

import msgspec
from msgspec import UNSET

from application.answer import given
from application.controller import Controller
from application.queries.registers.answer import (
    Assessed,
    DeclaredVersion,
    ObservedUse,
    Register,
    RegisteredActivity,
    RegisteredRecipient,
    Retired,
    ThirdCountry,
)
from application.queries.registers.completeness import missing
from application.queries.registers.declaration import Declaration, Safeguard, declaration
from application.queries.registers.measures import measures, measures_at, named_measures
from application.queries.registers.processor import processor_part
from application.queries.registers.recipients import RecipientNames, certifications_of
from application.queries.registers.retention import retention
from application.remembered import Remembered
from application.source import Source, instant_or_none, states_at
from ledger.event import instant
from projections.folds.timetravel import NOW, Moment
from projections.reading.adherence import ByCategory
from projections.reading.register import Register as Contents
from projections.reading.register import past_register, present_adherence, present_register
from projections.reading.transfers import party_of
from projections.reading.views import register_entries
from projections.views import recipients as recipients_view
from projections.views.measures import Measure
from projections.views.processing_register import Assessment, Entry, ObservedActivity
from projections.views.recipients import Recipient, Version, recipient_at
from rulebook import Transfer, region, transfer
from rulebook.calendar import day_of
from rulebook.transfers import ADEQUACY

Ground = tuple[str | None, str | None]
"""What a transfer rests on, and the document that says so."""


class _Lookups(msgspec.Struct, frozen=True):
    """What activities are shown with: recipients, retention and measures of the moment, and its clock."""

    recipients: Mapping[str, Recipient]
    names: RecipientNames
    clock: datetime
    retention: Mapping[str, ByCategory]
    measures: Sequence[Measure]

    @property
    def day(self) -> date:
        return day_of(self.clock)

    def version(self, recipient: str) -> Version | None:
        row = self.recipients.get(recipient)
        return recipient_at(row, self.clock) if row else None

    def transfer(self, recipient: str, version: Version) -> Transfer:
        """What sending data to a recipient rests on, as it is registered now."""
        party = party_of(self.recipients[recipient], version, self.day)
        return transfer(version.country, self.day, party, registered=version.transfer_mechanism)


def register(
    source: Source,
    controller: Controller,
    moment: Moment,
    remembered: Remembered | None = None,
) -> Register:
    """The register from its views, or, as of a moment of the past, from the events.

    `remembered`: how retention is kept, where that need not be judged for this answer.
    """
    clock = moment.as_of or source.now
    contents, judged_to = _contents(source, moment, clock, remembered)
    rows = states_at(source, recipients_view.VIEW, moment)
    recipients = {row.recipient: row for row in rows}
    measure_rows = measures_at(source, moment)
    lookups = _Lookups(
        recipients, RecipientNames(source, recipients), clock, contents.retention, measure_rows
    )
    lookups.names.note(
        (recipient, clock) for entry in contents.entries for recipient in entry.observed.recipients
    )
    activities = [_activity(entry, lookups) for entry in contents.entries]
    by_activity = {activity.activity: _measures(activity.declared) for activity in activities}
    return Register(
        controller=controller,
        as_of=instant_or_none(moment.as_of),
        recorded_by=instant_or_none(moment.recorded_by),
        at_position=moment.at_position,
        judged_on=lookups.day.isoformat(),
        retention_to=UNSET if judged_to is None else judged_to,
        activities=activities,
        processor=processor_part(activities),
        measures=measures(measure_rows, by_activity, clock),
    )


def _contents(
    source: Source, moment: Moment, clock: datetime, remembered: Remembered | None
) -> tuple[Contents, int | None]:
    """What the views or the events have; and up to which event retention was judged, where that is older."""
    if moment != NOW:
        past = past_register(source.session, moment, clock, source.privacy_office)
        return past.register, None
    if remembered is None:
        return present_register(source.session, clock), None
    judge = partial(present_adherence, clock=clock)
    judged = remembered.of("register", source.session, clock, judge)
    return Contents(register_entries(source.session), judged.value), judged.until


def _activity(entry: Entry, lookups: _Lookups) -> RegisteredActivity:
    observed, declared = entry.observed, declaration(entry.declared)
    adherence = lookups.retention.get(entry.activity, {})
    transfers = list(_transfers(entry, declared, lookups))
    return RegisteredActivity(
        activity=entry.activity,
        version=entry.version,
        name=entry.name,
        declared=declared,
        retired=_retired(entry),
        observed=_observed(observed),
        drift=entry.drift,
        versions=_versions(entry),
        assessments=[_assessment(assessment) for assessment in entry.assessments],
        recipients=[_recipient(recipient, lookups) for recipient in observed.recipients],
        transfers=transfers,
        retention=retention(declared, observed.categories, adherence, lookups.day),
        security_measures=named_measures(_measures(declared), lookups.measures, lookups.clock),
        missing=missing(
            declared, (country.country for country in transfers if not country.mechanisms)
        ),
    )


def _measures(declared: Declaration | None) -> list[str]:
    return declared.security_measures if declared else []


def _observed(observed: ObservedActivity) -> ObservedUse:
    return ObservedUse(
        events=observed.events,
        data_subjects=observed.data_subjects,
        first=instant_or_none(observed.first),
        last=instant_or_none(observed.last),
        legal_bases=observed.legal_bases,
        categories=observed.categories,
        recipients=observed.recipients,
        recipient_kinds=observed.recipient_kinds,
        countries=observed.countries,
    )


def _retired(entry: Entry) -> Retired | None:
    if entry.retired is None:
        return None
    return Retired(instant(entry.retired.order.time), entry.retired.reason)


def _versions(entry: Entry) -> list[DeclaredVersion]:
    """Every declaration, with the time from which and until which it was the latest."""
    starts = [instant(version.order.time) for version in entry.versions]
    rows = zip_longest(entry.versions, starts, starts[1:])
    return [
        DeclaredVersion(
            version=number,
            from_=start,
            to=end,
            declared=msgspec.convert(version.facts, Declaration),
        )
        for number, (version, start, end) in enumerate(rows, 1)
    ]


def _assessment(assessment: Assessment) -> Assessed:
    facts = assessment.facts
    return Assessed(
        since=instant(assessment.order.time),
        dpia_ref=facts.get("dpia_ref"),
        assessed_on=facts.get("assessed_on"),
        outcome=facts.get("outcome"),
    )


def _recipient(recipient: str, lookups: _Lookups) -> RegisteredRecipient:
    version = lookups.version(recipient)
    return RegisteredRecipient(
        recipient=recipient,
        name=lookups.names.at(recipient, lookups.clock),
        kind=version.kind if version else None,
        role=version.role if version else None,
        country=version.country if version else None,
        agreement_ref=version.agreement_ref if version else None,
        transfer_mechanism=version.transfer_mechanism if version else None,
        certifications=certifications_of(version),
    )


# Transfers (Art. 30(1)(e))


def _transfers(
    entry: Entry, declared: Declaration | None, lookups: _Lookups
) -> Iterator[ThirdCountry]:
    """Countries outside the EEA that were declared or observed, with what a transfer there rests on.

    The region is that of the country alone, without what a recipient there adds.
    """
    countries = set(declared.countries if declared else ())
    safeguards = (given(declared.safeguards) if declared else None) or []
    for country in sorted(countries | set(entry.observed.countries)):
        place = region(country, lookups.day)
        if place != "eea":
            grounds = [*_declared_grounds(safeguards, country), *_grounds(entry, country, lookups)]
            yield ThirdCountry(
                country=country,
                region=place,
                declared=country in countries,
                observed=country in entry.observed.countries,
                mechanisms=_sorted(mechanism for mechanism, _ in grounds)
                or ([ADEQUACY] if place == "adequate" else []),
                documents=_sorted(document for _, document in grounds),
            )


def _declared_grounds(safeguards: Iterable[Safeguard], country: str) -> Iterator[Ground]:
    for_country = (declared for declared in safeguards if declared.country == country)
    return ((declared.mechanism, given(declared.document)) for declared in for_country)


def _grounds(entry: Entry, country: str, lookups: _Lookups) -> Iterator[Ground]:
    """Mechanism and document, by the entries of recipients there."""
    for recipient in entry.observed.recipients:
        version = lookups.version(recipient)
        if version and version.country == country:
            mechanism = lookups.transfer(recipient, version).mechanism
            document = version.agreement_ref if version.transfer_mechanism else None
            yield mechanism, document if mechanism else None


def _sorted(texts: Iterator[str | None]) -> list[str]:
    return sorted({text for text in texts if text})
