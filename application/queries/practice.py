"""Practice beside a privacy notice: what register, recipients, events and settings show at a moment.

Each value comes with where it was seen, in ids and counts: no person is named.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

import msgspec

from application.answer import given
from application.controller import Controller
from application.queries.declaration import Declaration, declaration
from application.queries.measures import told_measures
from application.queries.recipients import recipients_known
from application.source import Source, states_at
from application.words import phrase
from projections.folds.timetravel import NOW, Moment
from projections.following.derive import rows_at
from projections.reading import practice
from projections.reading.past import past_findings
from projections.reading.practice import SUPPLIER, ObservedSpan
from projections.reading.register import past_register
from projections.reading.transfers import party_of
from projections.reading.views import findings as present_findings
from projections.reading.views import register_entries
from projections.views import notices
from projections.views.measures import adopted_at
from projections.views.notices import Notice, Publication
from projections.views.processing_register import Entry
from projections.views.recipients import Recipient, ended_at, recipient_at
from rulebook import Practice, provision, region, transfer
from rulebook.calendar import day_of
from schemas.texts import Language

Sight = tuple[str, str, str]
"""A source of practice, a value, and where it was seen."""
# Who is no customer: what concerns them alone is not for the customers' notice to say.
_STAFF = frozenset({"employee", "applicant"})
_ADEQUATE = "A45-3"


class _Moment(msgspec.Struct, frozen=True):
    """The ledger and the moment that practice is asked of."""

    source: Source
    moment: Moment
    language: Language

    def place(self, name: str, *values: object) -> str:
        """Where something was seen, in words."""
        return phrase("place", name, self.language, *values)

    @property
    def clock(self) -> datetime:
        return self.moment.as_of or self.source.now

    @property
    def day(self) -> date:
        return day_of(self.clock)


def told_at(source: Source, moment: Moment) -> tuple[list[Notice], Publication | None]:
    """Every notice that was published, and the version in force."""
    told = states_at(source, notices.VIEW, moment)
    return told, notices.in_force(told, moment.as_of or source.now)


def practice_at(
    source: Source,
    controller: Controller,
    moment: Moment,
    *,
    told: tuple[Sequence[Notice], Publication | None],
    language: Language,
) -> Practice:
    """All sources of practice. `told`: the notices of that moment, and what is in force of them."""
    asked = _Moment(source, moment, language)
    known = recipients_known(source, moment)
    shown = practice.observed(
        rows_at(source.session, practice.VIEW, moment, source.privacy_office, practice.VIEW.names)
    )
    parts = (
        _declared(asked),
        _parties(asked, known),
        _shown(asked, shown, known),
        _measures(asked),
        _published(asked, *told),
        _contacts(asked, controller),
        _open_findings(asked),
    )
    return _gathered(sight for part in parts for sight in part)


def _gathered(sights: Iterator[Sight]) -> Practice:
    found: dict[str, dict[str, set[str]]] = {}
    for source, value, place in sights:
        found.setdefault(source, {}).setdefault(value, set()).add(place)
    return {
        source: {value: sorted(places) for value, places in sorted(values.items())}
        for source, values in sorted(found.items())
    }


# Register


def _declared(asked: _Moment) -> Iterator[Sight]:
    """What current activities declare, and what was observed of them beyond that."""
    session, moment = asked.source.session, asked.moment
    entries = (
        register_entries(session)
        if moment == NOW
        else past_register(session, moment, asked.clock, asked.source.privacy_office).entries
    )
    for entry in entries:
        if not entry.retired and not _about_staff(entry):
            yield from _of_activity(asked, entry)


def _about_staff(entry: Entry) -> bool:
    about = set(entry.declared["subject_categories"]) if entry.declared else set()
    return bool(about) and about <= _STAFF


def _of_activity(asked: _Moment, entry: Entry) -> Iterator[Sight]:
    told = declaration(entry.declared)
    declared = set(_declaration(told, asked.day)) if told else set()
    place = asked.place("activity", entry.activity)
    yield from ((source, value, place) for source, value in declared)
    for source, value in set(_observation(entry, asked.day)) - declared:
        yield source, value, asked.place("undeclared", entry.activity)


def _declaration(declared: Declaration, day: date) -> Iterator[tuple[str, str]]:
    for purpose in declared.purposes:
        yield "purpose", purpose.purpose
        yield "legal-basis", purpose.legal_basis
        if cited := given(purpose.provision):
            known = provision(cited)
            yield "provision", known.id if known else cited
    yield from (("category", value) for value in declared.data_categories)
    yield from (("recipient-kind", value) for value in declared.recipient_kinds)
    yield from (("region", region(country, day)) for country in declared.countries)
    yield from (("security-measure", value) for value in declared.security_measures)
    safeguards = given(declared.safeguards) or ()
    yield from (("transfer-mechanism", one.mechanism) for one in safeguards)


def _observation(entry: Entry, day: date) -> Iterator[tuple[str, str]]:
    observed = entry.observed
    yield from (("legal-basis", value) for value in observed.legal_bases)
    yield from (("category", value) for value in observed.categories)
    yield from (("recipient-kind", value) for value in observed.recipient_kinds)
    yield from (("region", region(country, day)) for country in observed.countries)


# Recipients


def _parties(asked: _Moment, known: Mapping[str, Recipient]) -> Iterator[Sight]:
    """Recipients that may receive something now: what they are, and what a transfer to them rests on."""
    for name, row in known.items():
        version, ending = recipient_at(row, asked.clock), ended_at(row)
        if version is None or (ending and ending.valid_to <= asked.day):
            continue
        place, registered = asked.place("recipient", name), version.transfer_mechanism
        party = party_of(row, version, asked.day)
        found = transfer(version.country, asked.day, party, registered=registered)
        yield "recipient-kind", version.kind, place
        yield "region", found.region, place
        if found.mechanism:
            yield "transfer-mechanism", found.mechanism if registered else _ADEQUATE, place


# Events


def _shown(
    asked: _Moment, shown: Mapping[str, Mapping[str, ObservedSpan]], known: Mapping[str, Recipient]
) -> Iterator[Sight]:
    for source, values in shown.items():
        for value, seen in values.items():
            if source == SUPPLIER:
                version = recipient_at(known[value], asked.clock) if value in known else None
                kind = version.kind if version else "third-party"
                yield "source", kind, asked.place("recipient", value)
            else:
                name = "event" if seen.events == 1 else "events"
                yield source, value, asked.place(name, seen.events, day_of(seen.last))


def _measures(asked: _Moment) -> Iterator[Sight]:
    """Measures that are in place."""
    for measure in told_measures(asked.source, asked.moment):
        adoption, ended = adopted_at(measure, asked.clock)
        if adoption and not ended:
            yield "security-measure", measure.measure, asked.place("measure", measure.measure)


# Notices, settings, findings


def _published(
    asked: _Moment, told: Sequence[Notice], in_force: Publication | None
) -> Iterator[Sight]:
    for notice in told:
        for one in notice.publications:
            yield "notice-published", one.version, asked.place("effective", one.effective_from)
    if in_force:
        published = day_of(in_force.order.time)
        code = "late" if published > in_force.effective_from else "in-time"
        yield "publication", code, asked.place("published", published, in_force.effective_from)


def _contacts(asked: _Moment, controller: Controller) -> Iterator[Sight]:
    place = asked.place("settings")
    yield "contact", "controller", place
    if controller.representative:
        yield "contact", "representative", place
    if controller.data_protection_officer:
        yield "contact", "data-protection-officer", place


def _open_findings(asked: _Moment) -> Iterator[Sight]:
    counts: dict[str, int] = {}
    session, moment, office = asked.source.session, asked.moment, asked.source.privacy_office
    found = (
        present_findings(session, asked.clock)
        if moment == NOW
        else past_findings(session, moment, asked.clock, office)
    )
    for one in found:
        counts[one.rule] = counts.get(one.rule, 0) + 1
    yield from (
        ("open-finding", rule, asked.place("open", count)) for rule, count in counts.items()
    )
