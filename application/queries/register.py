"""`ledger register`: the Article 30 register, what was declared beside what was observed, at any moment.

Nothing in it depends on the clock but regions of countries, rules of retention and periods that have passed;
and all of these change at midnight in Amsterdam, so that two answers of one day are equal.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

import msgspec

from application.controller import Controller
from application.queries.completeness import missing
from application.queries.measures import measures, named_measures, told_measures
from application.queries.processor import processor_part
from application.queries.recipients import RecipientNames, certifications_of
from application.queries.retention import retention
from application.source import Source, instant_or_none, states_at
from ledger.event import instant
from projections.folds.timetravel import NOW, Moment
from projections.reading.adherence import ByCategory
from projections.reading.register import past_register, present_register
from projections.reading.transfers import party_of
from projections.views import recipients as recipients_view
from projections.views.measures import Measure
from projections.views.processing_register import Assessment, Entry
from projections.views.recipients import Recipient, Version, recipient_at
from rulebook import Transfer, region, transfer
from rulebook.calendar import day_of
from rulebook.transfers import ADEQUACY


class _Known(msgspec.Struct, frozen=True):
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


def register(source: Source, controller: Controller, moment: Moment) -> dict[str, Any]:
    """The register from its views, or, as of a moment of the past, from the events."""
    clock = moment.as_of or source.now
    if moment == NOW:
        found = present_register(source.session, clock)
    else:
        found = past_register(source.session, moment, clock, source.privacy_office)
    rows = states_at(source, recipients_view.VIEW, moment)
    recipients = {row.recipient: row for row in rows}
    told = told_measures(source, moment)
    known = _Known(recipients, RecipientNames(source, recipients), clock, found.retention, told)
    known.names.note((one, clock) for entry in found.entries for one in entry.observed.recipients)
    activities = [_activity(entry, known) for entry in found.entries]
    return {
        "controller": msgspec.structs.asdict(controller),
        "as_of": instant_or_none(moment.as_of),
        "recorded_by": instant_or_none(moment.recorded_by),
        "at_position": moment.at_position,
        "judged_on": known.day.isoformat(),
        "activities": activities,
        "processor": processor_part(activities),
        "measures": measures(told, found.entries, clock),
    }


def _activity(entry: Entry, known: _Known) -> dict[str, Any]:
    shown = _shown(entry, known)
    return {**shown, "missing": missing(shown)}


def _shown(entry: Entry, known: _Known) -> dict[str, Any]:
    observed = entry.observed
    kept = known.retention.get(entry.activity, {})
    return {
        "activity": entry.activity,
        "version": entry.version,
        "name": entry.name,
        "declared": entry.declared,
        "retired": _retired(entry),
        "observed": {
            "events": observed.events,
            "data_subjects": observed.data_subjects,
            "first": instant_or_none(observed.first),
            "last": instant_or_none(observed.last),
            "legal_bases": observed.legal_bases,
            "categories": observed.categories,
            "recipients": observed.recipients,
            "recipient_kinds": observed.recipient_kinds,
            "countries": observed.countries,
        },
        "drift": [{"kind": drift.kind, "detail": drift.detail} for drift in entry.drift],
        "versions": _versions(entry),
        "assessments": [_assessment(one) for one in entry.assessments],
        "recipients": [_recipient(one, known) for one in observed.recipients],
        "transfers": list(_transfers(entry, known)),
        "retention": retention(entry, kept, known.day),
        "security_measures": named_measures(entry, known.measures, known.clock),
    }


def _retired(entry: Entry) -> dict[str, Any] | None:
    if entry.retired is None:
        return None
    return {"since": instant(entry.retired.order.time), "reason": entry.retired.reason}


def _versions(entry: Entry) -> list[dict[str, Any]]:
    """Every declaration, with the time from which and until which it was the latest."""
    starts = [instant(version.order.time) for version in entry.versions]
    return [
        {"version": number, "from": start, "to": end, "declared": version.facts}
        for number, (version, start, end) in enumerate(
            zip_longest(entry.versions, starts, starts[1:]), 1
        )
    ]


def _assessment(one: Assessment) -> dict[str, Any]:
    names = ("dpia_ref", "assessed_on", "outcome")
    return {"since": instant(one.order.time), **{name: one.facts.get(name) for name in names}}


def _recipient(recipient: str, known: _Known) -> dict[str, Any]:
    version = known.version(recipient)
    return {
        "recipient": recipient,
        "name": known.names.at(recipient, known.clock),
        "kind": version.kind if version else None,
        "role": version.role if version else None,
        "country": version.country if version else None,
        "agreement_ref": version.agreement_ref if version else None,
        "transfer_mechanism": version.transfer_mechanism if version else None,
        "certifications": certifications_of(version),
    }


# Transfers (Art. 30(1)(e))


def _transfers(entry: Entry, known: _Known) -> Iterator[dict[str, Any]]:
    """Countries outside the EEA that were declared or observed, with what a transfer there rests on.

    The region is that of a recipient of whom nothing is known.
    """
    declared = set((entry.declared or {}).get("countries", []))
    for country in sorted(declared | set(entry.observed.countries)):
        place = region(country, known.day)
        if place != "eea":
            grounds = list(_grounds(entry, country, known))
            yield {
                "country": country,
                "region": place,
                "declared": country in declared,
                "observed": country in entry.observed.countries,
                "mechanisms": _sorted(mechanism for mechanism, _ in grounds)
                or ([ADEQUACY] if place == "adequate" else []),
                "documents": _sorted(document for _, document in grounds),
            }


def _grounds(entry: Entry, country: str, known: _Known) -> Iterator[tuple[str | None, str | None]]:
    """Mechanism and document, by the declaration and by the entries of recipients there."""
    for safeguard in (entry.declared or {}).get("safeguards", []):
        if safeguard["country"] == country:
            yield safeguard["mechanism"], safeguard.get("document")
    for recipient in entry.observed.recipients:
        version = known.version(recipient)
        if version and version.country == country:
            mechanism = known.transfer(recipient, version).mechanism
            document = version.agreement_ref if version.transfer_mechanism else None
            yield mechanism, document if mechanism else None


def _sorted(texts: Iterator[str | None]) -> list[str]:
    return sorted({text for text in texts if text})
