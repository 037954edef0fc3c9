"""The register as rows of texts for other programs: one row an activity and purpose. Codes, not words.

The columns and their order are documented in `docs/how-to/registers.md`; new ones go to the end.
"""

from collections.abc import Callable, Iterator

import msgspec

from application.answer import given
from application.controller import Controller
from application.queries.registers.answer import ObservedUse, Register, RegisteredActivity
from application.queries.registers.declaration import UNDECLARED, Declaration
from application.register_words import day
from documents.text import clean

Value = Callable[[RegisteredActivity], object]
_KEPT = {True: "yes", False: "no", None: "unknown"}
_CONTROLLER = Controller.__struct_fields__


def _declared(value: Callable[[Declaration], object]) -> Value:
    return lambda activity: value(activity.declared or UNDECLARED)


def _observed(value: Callable[[ObservedUse], object]) -> Value:
    return lambda activity: value(activity.observed)


def _since(activity: RegisteredActivity) -> str | None:
    return activity.versions[-1].from_ if activity.versions else None


def _recipients(activity: RegisteredActivity) -> list[str]:
    return [
        f"{recipient.recipient}: {clean(recipient.name)}" if recipient.name else recipient.recipient
        for recipient in activity.recipients
    ]


def _transfers(activity: RegisteredActivity) -> list[str]:
    """Each third country with what the transfer rests on: `US: scc-2021, DPA-7`."""
    return [
        ": ".join(
            filter(None, (transfer.country, ", ".join(transfer.mechanisms + transfer.documents)))
        )
        for transfer in activity.transfers
    ]


def _overdue(activity: RegisteredActivity) -> list[str]:
    """What is kept too long: `traffic: 5 since 2026-05-01`."""
    return [
        f"{row.category}: {row.overdue} since {day(row.since)}"
        for row in activity.retention.categories
        if row.overdue
    ]


def _in_place(activity: RegisteredActivity) -> dict[str, str]:
    return {measure.measure: _KEPT[measure.in_place] for measure in activity.security_measures}


def _missing(activity: RegisteredActivity) -> list[str]:
    return [
        " ".join(filter(None, (point.article, point.what, point.detail)))
        for point in activity.missing
    ]


_OF_ACTIVITY: dict[str, Value] = {
    "version": lambda activity: activity.version,
    "since": _since,
    "retired": lambda activity: activity.retired.since if activity.retired else None,
    "retired_reason": lambda activity: activity.retired.reason if activity.retired else None,
    "name": lambda activity: activity.name,
    "description": _declared(lambda declared: given(declared.description)),
    "owner": _declared(lambda declared: declared.owner),
    "role": _declared(lambda declared: declared.role),
    "joint_controllers": _declared(lambda declared: given(declared.joint_controllers)),
    "on_behalf_of": _declared(lambda declared: given(declared.on_behalf_of)),
    "processing": _declared(lambda declared: given(declared.processing)),
    "subject_categories": _declared(lambda declared: declared.subject_categories),
    "data_categories": _declared(lambda declared: declared.data_categories),
    "recipient_kinds": _declared(lambda declared: declared.recipient_kinds),
    "countries": _declared(lambda declared: declared.countries),
    "transfers": _transfers,
    "retention": _declared(lambda declared: declared.retention),
    "retention_kept": lambda activity: _KEPT[activity.retention.kept],
    "retention_overdue": _overdue,
    "security_measures": _declared(lambda declared: declared.security_measures),
    "security_measures_in_place": _in_place,
    "observed_events": _observed(lambda observed: observed.events),
    "observed_data_subjects": _observed(lambda observed: observed.data_subjects),
    "observed_first": _observed(lambda observed: observed.first),
    "observed_last": _observed(lambda observed: observed.last),
    "observed_legal_bases": _observed(lambda observed: observed.legal_bases),
    "observed_categories": _observed(lambda observed: observed.categories),
    "observed_recipients": _recipients,
    "observed_recipient_kinds": _observed(lambda observed: observed.recipient_kinds),
    "observed_countries": _observed(lambda observed: observed.countries),
    "drift": lambda activity: [f"{drift.kind}: {drift.detail}" for drift in activity.drift],
    "missing": _missing,
    "assessments": lambda activity: [assessment.dpia_ref for assessment in activity.assessments],
}
_OF_PURPOSE = ("purpose", "legal_basis", "provision")

_MOMENT = ("as_of", "recorded_by", "at_position", "judged_on")

COLUMNS: tuple[str, ...] = (
    "activity",
    *_OF_PURPOSE,
    *_OF_ACTIVITY,
    *(f"controller_{name}" for name in _CONTROLLER),
    *_MOMENT,
)


def register_rows(answer: Register) -> Iterator[list[str]]:
    """The rows in the order of the answer; every cell is one line of text.

    An activity without a declared purpose has one row, with the purpose left empty.
    """
    # Every row repeats the controller and the moment, so that a row is complete on its own.
    moment = (answer.as_of, answer.recorded_by, answer.at_position, answer.judged_on)
    shared = (*msgspec.structs.astuple(answer.controller), *moment)
    for activity in answer.activities:
        own = [value(activity) for value in _OF_ACTIVITY.values()]
        declared = activity.declared or UNDECLARED
        purposes: list[tuple[str | None, ...]] = [
            (purpose.purpose, purpose.legal_basis, given(purpose.provision))
            for purpose in declared.purposes
        ]
        for of_purpose in purposes or [(None, None, None)]:
            row = (activity.activity, *of_purpose, *own, *shared)
            yield [clean(value) for value in row]
