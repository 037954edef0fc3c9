"""The register as tables, one for each part of GDPR Art. 30 and for what the ledger adds. Pure.

Cells are texts, numbers, days, yes or no, or lists of texts; `None` is an empty cell.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from application.answer import given
from application.queries.registers.answer import (
    ProcessorActivity,
    Register,
    RegisteredActivity,
    RegisteredRecipient,
)
from application.queries.registers.declaration import UNDECLARED, Declaration
from application.queries.registers.measures import MeasureStanding
from application.register_words import RegisterWords, day
from application.times import localized
from documents.text import clean

Row = tuple[object, ...]


class RegisterTable(NamedTuple):
    """One table. `name` and `columns`: words of `register.toml`, under `part` and `heading`."""

    name: str
    columns: tuple[str, ...]
    rows: list[Row]


def register_parts(answer: Register, words: RegisterWords) -> list[RegisterTable]:
    """Every part, in the order of the article; an empty one has no rows."""
    return [
        RegisterTable(name, columns, list(rows(answer, words))) for name, columns, rows in _PARTS
    ]


def _code_and_name(
    activity: RegisteredActivity | ProcessorActivity, words: RegisterWords
) -> tuple[str, str]:
    return activity.activity, words.activity(activity.activity, activity.name)


def _declared(activity: RegisteredActivity) -> Declaration:
    return activity.declared or UNDECLARED


def _controller(answer: Register, words: RegisterWords) -> Iterator[Row]:
    none = words.page("none")
    for name, value in msgspec.structs.asdict(answer.controller).items():
        text = words.country(value) if name == "country" else value
        yield words.heading(name), none if text is None else text
    moments = (answer.as_of, answer.recorded_by, answer.at_position)
    for name, value in zip(("as_of", "recorded_by", "at_position"), moments, strict=True):
        if value is not None:
            yield words.heading(name), localized(clean(value))
    yield words.heading("judged_on"), answer.judged_on


def _activities(answer: Register, words: RegisterWords) -> Iterator[Row]:
    for activity in answer.activities:
        declared, observed = _declared(activity), activity.observed
        versions, retired = activity.versions, activity.retired
        yield (
            *_code_and_name(activity, words),
            words.code("role", declared.role),
            words.code("owner", declared.owner),
            given(declared.description),
            activity.version,
            day(versions[-1].from_) if versions else None,
            day(retired.since if retired else None),
            words.code("reason", retired.reason if retired else None),
            given(declared.joint_controllers),
            words.codes("subject", declared.subject_categories),
            [words.category(category) for category in declared.data_categories],
            observed.events,
            observed.data_subjects,
            day(observed.first),
            day(observed.last),
            words.kept(activity.retention.kept),
            len(activity.drift),
            len(activity.missing),
        )


def _purposes(answer: Register, words: RegisterWords) -> Iterator[Row]:
    for activity in answer.activities:
        for purpose in _declared(activity).purposes:
            basis = purpose.legal_basis
            yield (
                *_code_and_name(activity, words),
                words.code("purpose", purpose.purpose),
                purpose.purpose,
                words.code("legal_basis", basis),
                words.provision(given(purpose.provision)),
                basis in activity.observed.legal_bases,
            )


def _data(answer: Register, words: RegisterWords) -> Iterator[Row]:
    for activity in answer.activities:
        declared = _declared(activity).data_categories
        observed = activity.observed.categories
        for category in sorted({*declared, *observed}):
            yield (
                *_code_and_name(activity, words),
                words.category(category),
                category in declared,
                category in observed,
            )


def _recipients(answer: Register, words: RegisterWords) -> Iterator[Row]:
    for activity in answer.activities:
        declared = _declared(activity).recipient_kinds
        observed = activity.observed.recipient_kinds
        by_kind: dict[str, list[RegisteredRecipient]] = {}
        for recipient in activity.recipients:
            by_kind.setdefault(recipient.kind or "", []).append(recipient)
        for kind in sorted({*declared, *observed, *by_kind}):
            head = (*_code_and_name(activity, words), words.recipient_kind(kind))
            for cells in _of_kind(by_kind.get(kind, []), words):
                yield (*head, kind in declared, kind in observed, *cells)


def _of_kind(recipients: list[RegisteredRecipient], words: RegisterWords) -> Iterator[Row]:
    """Each recipient of a kind; where there is none, empty cells."""
    if not recipients:
        yield None, None, "", "", None
    for recipient in recipients:
        name, role = words.name(recipient.name), words.code("role", recipient.role)
        country = words.country(recipient.country)
        yield recipient.recipient, name, role, country, recipient.agreement_ref


def _transfers(answer: Register, words: RegisterWords) -> Iterator[Row]:
    for activity in answer.activities:
        for transfer in activity.transfers:
            yield (
                *_code_and_name(activity, words),
                words.country(transfer.country),
                words.code("region", transfer.region),
                transfer.declared,
                transfer.observed,
                words.codes("mechanism", transfer.mechanisms),
                transfer.documents,
            )


def _retention(answer: Register, words: RegisterWords) -> Iterator[Row]:
    for activity in answer.activities:
        for row in activity.retention.categories:
            yield (
                *_code_and_name(activity, words),
                words.category(row.category),
                row.declared,
                words.code("declared_rule", row.declared_rule),
                [words.rule(rule) for rule in row.rules],
                words.kept(row.kept),
                words.code("why", row.why),
                row.data_subjects,
                row.held,
                row.suspended,
                row.overdue,
                day(row.since),
                row.decided_by,
            )


def _rules(answer: Register, words: RegisterWords) -> Iterator[Row]:
    """The rules by which the register judges retention, once for each category."""
    by_category = {
        row.category: row.rules
        for activity in answer.activities
        for row in activity.retention.categories
    }
    for category, rules in sorted(by_category.items()):
        for rule in rules:
            yield (
                words.category(category),
                words.rule(rule),
                rule.title_nl if words.language == "nl" else rule.title,
                words.cited(rule.citation),
                rule.confidence == "sourced",
                rule.rule,
            )


def _measures(answer: Register, words: RegisterWords) -> Iterator[Row]:
    """Measures that were adopted, and those that an activity names without an event about them."""
    measures: dict[str, MeasureStanding] = {row.measure: row for row in answer.measures}
    users = {row.measure: list(row.activities) for row in answer.measures}
    for activity in answer.activities:
        for measure in activity.security_measures:
            measures.setdefault(measure.measure, measure)
            activities = users.setdefault(measure.measure, [])
            if activity.activity not in activities:
                activities.append(activity.activity)
    names = {activity.activity: activity.name for activity in answer.activities}
    for code, measure in sorted(measures.items()):
        yield (
            code,
            measure.name or words.code("measure", code),
            words.kept(measure.in_place),
            day(measure.adopted),
            day(measure.retired),
            words.code("reason", measure.reason),
            words.code("owner", measure.owner),
            [words.activity(user, names.get(user)) for user in users[code]],
        )


def _processor(answer: Register, words: RegisterWords) -> Iterator[Row]:
    for client in answer.processor.controllers:
        for activity in client.activities:
            yield (
                client.controller or words.page("no_controller_named"),
                *_code_and_name(activity, words),
                words.codes("processing", activity.processing),
                [words.country(transfer.country) for transfer in activity.transfers],
                [
                    mechanism
                    for transfer in activity.transfers
                    for mechanism in words.codes("mechanism", transfer.mechanisms)
                ],
                words.codes("measure", [measure.measure for measure in activity.security_measures]),
                day(activity.retired.since if activity.retired else None),
            )


def _drift(answer: Register, words: RegisterWords) -> Iterator[Row]:
    for activity in answer.activities:
        for drift in activity.drift:
            kind, detail = words.code("drift", drift.kind), words.drift(drift.kind, drift.detail)
            yield (*_code_and_name(activity, words), kind, detail)


def _missing(answer: Register, words: RegisterWords) -> Iterator[Row]:
    for activity in answer.activities:
        for item in activity.missing:
            what = words.code("missing", item.what)
            article = words.article(item.article)
            yield (
                *_code_and_name(activity, words),
                article,
                what,
                words.lacking(item.what, item.detail),
            )


def _versions(answer: Register, words: RegisterWords) -> Iterator[Row]:
    for activity in answer.activities:
        declared = [version.declared for version in activity.versions]
        before: list[Declaration | None] = [None, *declared]
        # Each version with the one before it: `before` is longer by the last version.
        for old, new in zip(before, activity.versions, strict=False):
            yield (
                activity.activity,
                words.activity(activity.activity, new.declared.name),
                new.version,
                day(new.from_),
                day(new.to),
                [words.heading(name) for name in _changed(old, new.declared)],
            )


def _changed(old: Declaration | None, new: Declaration) -> list[str]:
    """The members in which a declaration differs from the one before it; none of the first one."""
    if old is None:
        return []
    names = sorted(new.__struct_fields__)
    return [name for name in names if getattr(old, name) != getattr(new, name)]


def _assessments(answer: Register, words: RegisterWords) -> Iterator[Row]:
    for activity in answer.activities:
        for assessment in activity.assessments:
            yield (
                *_code_and_name(activity, words),
                assessment.dpia_ref,
                assessment.assessed_on,
                words.code("assessed", assessment.outcome),
            )


_NAME = ("activity", "name")
_PARTS: tuple[
    tuple[str, tuple[str, ...], Callable[[Register, RegisterWords], Iterator[Row]]], ...
] = (
    ("controller", ("name", "value"), _controller),
    (
        "activities",
        (
            *_NAME,
            "role",
            "owner",
            "description",
            "version",
            "since",
            "retired",
            "reason",
            "joint_controllers",
            "subject_categories",
            "data_categories",
            "events",
            "data_subjects",
            "first",
            "last",
            "retention_kept",
            "drift",
            "missing",
        ),
        _activities,
    ),
    (
        "purposes",
        (*_NAME, "purpose", "code", "legal_basis", "provision", "basis_observed"),
        _purposes,
    ),
    ("data", (*_NAME, "category", "declared", "observed"), _data),
    (
        "recipients",
        (
            *_NAME,
            "recipient_kind",
            "declared",
            "observed",
            "code",
            "recipient",
            "role",
            "country",
            "agreement",
        ),
        _recipients,
    ),
    (
        "transfers",
        (*_NAME, "country", "region", "declared", "observed", "mechanism", "document"),
        _transfers,
    ),
    (
        "retention",
        (
            *_NAME,
            "category",
            "declared_rule",
            "declared_fit",
            "rules",
            "kept",
            "why",
            "data_subjects",
            "held",
            "suspended",
            "overdue",
            "overdue_since",
            "decided_by",
        ),
        _retention,
    ),
    ("rules", ("category", "period", "rule", "citation", "confirmed", "code"), _rules),
    (
        "measures",
        ("code", "measure", "in_place", "adopted", "withdrawn", "reason", "owner", "activities"),
        _measures,
    ),
    (
        "processor",
        (
            "controller",
            *_NAME,
            "processing",
            "third_countries",
            "mechanism",
            "security_measures",
            "retired",
        ),
        _processor,
    ),
    ("drift", (*_NAME, "kind", "detail"), _drift),
    ("missing", (*_NAME, "article", "what", "detail"), _missing),
    ("versions", (*_NAME, "version", "since", "until", "changed"), _versions),
    ("assessments", (*_NAME, "assessment", "assessed_on", "outcome"), _assessments),
)
