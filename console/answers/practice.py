"""Practice beside a privacy notice: what register, recipients, events and settings show at a moment.

Each value comes with where it was seen, in ids and counts: no person is named.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from console.answers.measures import told_measures
from console.answers.recipients import recipients_known
from console.answers.source import Source, states_at
from console.settings import Controller
from projections import notices, practice
from projections.derive import rows_at
from projections.findings_past import past_findings
from projections.measures import adopted_at
from projections.notices import Notice, Publication
from projections.practice import SUPPLIER, Observed
from projections.processing_register import Entry
from projections.read import findings as present_findings
from projections.read import register_entries
from projections.read_register import past_register
from projections.recipients import Recipient, ended_at, recipient_at
from projections.timetravel import NOW, Moment
from rulebook import Practice, provision, region
from rulebook.calendar import day_of

__all__ = ["practice_at", "told_at"]

Sight = tuple[str, str, str]
"""A source of practice, a value, and where it was seen."""
# Who is no customer: what concerns them alone is not for the customers' notice to say.
_STAFF = frozenset({"employee", "applicant"})
_ADEQUATE = "A45-3"


class _Asked(msgspec.Struct, frozen=True):
    """The ledger and the moment that practice is asked of."""

    source: Source
    moment: Moment

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
    told: Sequence[Notice],
    in_force: Publication | None,
) -> Practice:
    """All sources of practice. `told`, `in_force`: the notices of that moment."""
    asked = _Asked(source, moment)
    known = recipients_known(source, moment)
    shown = practice.observed(
        rows_at(source.session, practice.VIEW, moment, source.privacy_office, practice.VIEW.names)
    )
    parts = (
        _declared(asked),
        _parties(asked, known),
        _shown(shown, known, asked.clock),
        _measures(asked),
        _published(told, in_force),
        _contacts(controller),
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


def _declared(asked: _Asked) -> Iterator[Sight]:
    """What current activities declare, and what was observed of them beyond that."""
    session, moment = asked.source.session, asked.moment
    entries = (
        register_entries(session)
        if moment == NOW
        else past_register(session, moment, asked.clock, asked.source.privacy_office).entries
    )
    for entry in entries:
        if not entry.retired and not _about_staff(entry):
            yield from _of_activity(entry, asked.day)


def _about_staff(entry: Entry) -> bool:
    about = set(entry.declared["subject_categories"]) if entry.declared else set()
    return bool(about) and about <= _STAFF


def _of_activity(entry: Entry, day: date) -> Iterator[Sight]:
    declared = set(_declaration(entry.declared, day)) if entry.declared else set()
    yield from ((source, value, f"activity {entry.activity}") for source, value in declared)
    for source, value in set(_observation(entry, day)) - declared:
        yield source, value, f"activity {entry.activity}, not declared"


def _declaration(facts: Mapping[str, Any], day: date) -> Iterator[tuple[str, str]]:
    for purpose in facts["purposes"]:
        yield "purpose", purpose["purpose"]
        yield "legal-basis", purpose["legal_basis"]
        if "provision" in purpose:
            known = provision(purpose["provision"])
            yield "provision", known.id if known else purpose["provision"]
    yield from (("category", value) for value in facts["data_categories"])
    yield from (("recipient-kind", value) for value in facts["recipient_kinds"])
    yield from (("region", region(country, day)) for country in facts["countries"])
    yield from (("security-measure", value) for value in facts["security_measures"])
    yield from (("transfer-mechanism", one["mechanism"]) for one in facts.get("safeguards", ()))


def _observation(entry: Entry, day: date) -> Iterator[tuple[str, str]]:
    observed = entry.observed
    yield from (("legal-basis", value) for value in observed.legal_bases)
    yield from (("category", value) for value in observed.categories)
    yield from (("recipient-kind", value) for value in observed.recipient_kinds)
    yield from (("region", region(country, day)) for country in observed.countries)


# Recipients


def _parties(asked: _Asked, known: Mapping[str, Recipient]) -> Iterator[Sight]:
    """Recipients that may receive something now: what they are, and what a transfer to them rests on."""
    for name, row in known.items():
        version, ending = recipient_at(row, asked.clock), ended_at(row)
        if version is None or (ending and ending.valid_to <= asked.day):
            continue
        place, where = f"recipient {name}", region(version.country, asked.day)
        yield "recipient-kind", version.kind, place
        yield "region", where, place
        if where != "eea":
            mechanism = version.transfer_mechanism or (_ADEQUATE if where == "adequate" else None)
            yield from [("transfer-mechanism", mechanism, place)] if mechanism else []


# Events


def _shown(
    shown: Mapping[str, Mapping[str, Observed]], known: Mapping[str, Recipient], clock: datetime
) -> Iterator[Sight]:
    for source, values in shown.items():
        for value, seen in values.items():
            if source == SUPPLIER:
                version = recipient_at(known[value], clock) if value in known else None
                yield "source", version.kind if version else "third-party", f"recipient {value}"
            else:
                yield source, value, _counted(seen)


def _counted(seen: Observed) -> str:
    events = "1 event" if seen.events == 1 else f"{seen.events} events"
    return f"{events}, the last on {day_of(seen.last)}"


def _measures(asked: _Asked) -> Iterator[Sight]:
    """Measures that are in place."""
    for measure in told_measures(asked.source, asked.moment):
        adoption, ended = adopted_at(measure, asked.clock)
        if adoption and not ended:
            yield "security-measure", measure.measure, f"measure {measure.measure}"


# Notices, settings, findings


def _published(told: Sequence[Notice], in_force: Publication | None) -> Iterator[Sight]:
    for notice in told:
        for one in notice.publications:
            yield "notice-published", one.version, f"from {one.effective_from}"
    if in_force:
        published = day_of(in_force.order.time)
        code = "late" if published > in_force.effective_from else "in-time"
        yield "publication", code, f"published {published}, in force {in_force.effective_from}"


def _contacts(controller: Controller) -> Iterator[Sight]:
    yield "contact", "controller", "settings"
    if controller.representative:
        yield "contact", "representative", "settings"
    if controller.data_protection_officer:
        yield "contact", "data-protection-officer", "settings"


def _open_findings(asked: _Asked) -> Iterator[Sight]:
    counts: dict[str, int] = {}
    session, moment, office = asked.source.session, asked.moment, asked.source.privacy_office
    found = (
        present_findings(session, asked.clock)
        if moment == NOW
        else past_findings(session, moment, asked.clock, office)
    )
    for one in found:
        counts[one.rule] = counts.get(one.rule, 0) + 1
    yield from (("open-finding", rule, f"{count} open") for rule, count in counts.items())
