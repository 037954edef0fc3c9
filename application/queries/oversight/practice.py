"""Practice, to compare a privacy notice with: what the register, recipients, events and
settings show at a moment.

Each value comes with the place where it was seen, in ids and counts: no person is named.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

import msgspec

from application.answer import given
from application.controller import Controller
from application.queries.registers.declaration import Declaration, declaration
from application.queries.registers.measures import measures_at
from application.queries.registers.recipients import recipients_known
from application.source import Source, states_at
from application.words import phrase
from projections.folds.timetravel import NOW, Moment
from projections.following.derive import rows_at
from projections.reading import practice
from projections.reading.practice import SUPPLIER, ObservedSpan
from projections.reading.register import past_register
from projections.reading.transfers import party_of
from projections.reading.views import finding_counts, register_entries
from projections.views import notices
from projections.views.measures import adopted_at
from projections.views.notices import Notice, Publication
from projections.views.processing_register import Entry
from projections.views.recipients import Recipient, ended_at, recipient_at
from rulebook import RULES, Practice, provision, region, transfer
from rulebook.calendar import day_of
from schemas.texts import Language

Sight = tuple[str, str, str]
"""A source of practice, a value, and where it was seen."""
# Activities about these persons alone are left out: the notice speaks to customers.
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


def notices_at(source: Source, moment: Moment) -> tuple[list[Notice], Publication | None]:
    """Every notice that was published, and the version in force."""
    rows = states_at(source, notices.VIEW, moment)
    return rows, notices.in_force(rows, moment.as_of or source.now)


def practice_at(
    source: Source,
    controller: Controller,
    moment: Moment,
    *,
    published: tuple[Sequence[Notice], Publication | None],
    language: Language,
) -> Practice:
    """All sources of practice. `published`: the notices of that moment, and what is in force of them."""
    context = _Moment(source, moment, language)
    recipients = recipients_known(source, moment)
    observed = practice.observed(
        rows_at(source.session, practice.VIEW, moment, source.privacy_office, practice.VIEW.names)
    )
    entries, broken = _register_and_findings(context)
    parts = (
        _declared(context, entries),
        _parties(context, recipients),
        _observed(context, observed, recipients),
        _measures(context),
        _published(context, *published),
        _contacts(context, controller),
        (
            ("open-finding", rule, context.place("open", count))
            for rule, count in sorted(broken.items())
        ),
    )
    return _gathered(sight for part in parts for sight in part)


def _gathered(sights: Iterator[Sight]) -> Practice:
    gathered: dict[str, dict[str, set[str]]] = {}
    for source, value, place in sights:
        gathered.setdefault(source, {}).setdefault(value, set()).add(place)
    return {
        source: {value: sorted(places) for value, places in sorted(values.items())}
        for source, values in sorted(gathered.items())
    }


# Register


def _register_and_findings(context: _Moment) -> tuple[Sequence[Entry], Mapping[str, int]]:
    """The entries of the register, and rule -> how many findings of it are open."""
    session, clock = context.source.session, context.clock
    if context.moment == NOW:
        counts = finding_counts(session, clock, [rule.id for rule in RULES])
        return register_entries(session), {rule: count for rule, count in counts.items() if count}
    past = past_register(session, context.moment, clock, context.source.privacy_office)
    return past.register.entries, past.findings


def _declared(context: _Moment, entries: Iterable[Entry]) -> Iterator[Sight]:
    """What current activities declare, and what was observed of them beyond that."""
    for entry in entries:
        if not entry.retired and not _about_staff(entry):
            yield from _of_activity(context, entry)


def _about_staff(entry: Entry) -> bool:
    about = set(entry.declared["subject_categories"]) if entry.declared else set()
    return bool(about) and about <= _STAFF


def _of_activity(context: _Moment, entry: Entry) -> Iterator[Sight]:
    stated = declaration(entry.declared)
    declared = set(_declaration(stated, context.day)) if stated else set()
    place = context.place("activity", entry.activity)
    yield from ((source, value, place) for source, value in declared)
    for source, value in set(_observation(entry, context.day)) - declared:
        yield source, value, context.place("undeclared", entry.activity)


def _declaration(declared: Declaration, day: date) -> Iterator[tuple[str, str]]:
    for purpose in declared.purposes:
        yield "purpose", purpose.purpose
        yield "legal-basis", purpose.legal_basis
        if cited := given(purpose.provision):
            article = provision(cited)
            yield "provision", article.id if article else cited
    yield from (("category", value) for value in declared.data_categories)
    yield from (("recipient-kind", value) for value in declared.recipient_kinds)
    yield from (("region", region(country, day)) for country in declared.countries)
    yield from (("security-measure", value) for value in declared.security_measures)
    safeguards = given(declared.safeguards) or ()
    yield from (("transfer-mechanism", safeguard.mechanism) for safeguard in safeguards)


def _observation(entry: Entry, day: date) -> Iterator[tuple[str, str]]:
    observed = entry.observed
    yield from (("legal-basis", value) for value in observed.legal_bases)
    yield from (("category", value) for value in observed.categories)
    yield from (("recipient-kind", value) for value in observed.recipient_kinds)
    yield from (("region", region(country, day)) for country in observed.countries)


# Recipients


def _parties(context: _Moment, recipients: Mapping[str, Recipient]) -> Iterator[Sight]:
    """Recipients that may receive something now: what they are, and what a transfer to them rests on."""
    for name, row in recipients.items():
        version, ending = recipient_at(row, context.clock), ended_at(row)
        if version is None or (ending and ending.valid_to <= context.day):
            continue
        place, registered = context.place("recipient", name), version.transfer_mechanism
        party = party_of(row, version, context.day)
        basis = transfer(version.country, context.day, party, registered=registered)
        yield "recipient-kind", version.kind, place
        yield "region", basis.region, place
        if basis.mechanism:
            yield "transfer-mechanism", basis.mechanism if registered else _ADEQUATE, place


# Events


def _observed(
    context: _Moment,
    observed: Mapping[str, Mapping[str, ObservedSpan]],
    recipients: Mapping[str, Recipient],
) -> Iterator[Sight]:
    for source, values in observed.items():
        for value, span in values.items():
            if source == SUPPLIER:
                version = (
                    recipient_at(recipients[value], context.clock) if value in recipients else None
                )
                kind = version.kind if version else "third-party"
                yield "source", kind, context.place("recipient", value)
            else:
                name = "event" if span.events == 1 else "events"
                yield source, value, context.place(name, span.events, day_of(span.last))


def _measures(context: _Moment) -> Iterator[Sight]:
    """Measures that are in place."""
    for measure in measures_at(context.source, context.moment):
        adoption, ended = adopted_at(measure, context.clock)
        if adoption and not ended:
            yield "security-measure", measure.measure, context.place("measure", measure.measure)


# Notices, settings, findings


def _published(
    context: _Moment, all_notices: Sequence[Notice], in_force: Publication | None
) -> Iterator[Sight]:
    for notice in all_notices:
        for publication in notice.publications:
            yield (
                "notice-published",
                publication.version,
                context.place("effective", publication.effective_from),
            )
    if in_force:
        published = day_of(in_force.order.time)
        code = "late" if published > in_force.effective_from else "in-time"
        yield "publication", code, context.place("published", published, in_force.effective_from)


def _contacts(context: _Moment, controller: Controller) -> Iterator[Sight]:
    place = context.place("settings")
    yield "contact", "controller", place
    if controller.representative:
        yield "contact", "representative", place
    if controller.data_protection_officer:
        yield "contact", "data-protection-officer", place
