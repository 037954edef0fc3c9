"""The register as rows of texts for other programs: one row an activity and purpose. Codes, not words.

The columns and their order are documented in `docs/how-to/registers.md`; new ones go to the end.
"""

from collections.abc import Callable, Iterator
from typing import Any

from application.register_words import day
from documents.text import clean

Activity = dict[str, Any]
Purpose = dict[str, Any]
_KEPT = {True: "yes", False: "no", None: "unknown"}
_CONTROLLER = (
    "name",
    "address",
    "country",
    "contact",
    "representative",
    "data_protection_officer",
)


def _declared(name: str) -> Callable[[Activity], Any]:
    return lambda activity: (activity["declared"] or {}).get(name)


def _observed(name: str) -> Callable[[Activity], Any]:
    return lambda activity: activity["observed"][name]


def _since(activity: Activity) -> Any:
    return activity["versions"][-1]["from"] if activity["versions"] else None


def _retired(name: str) -> Callable[[Activity], Any]:
    return lambda activity: (activity["retired"] or {}).get(name)


def _recipients(activity: Activity) -> list[str]:
    return [
        f"{one['recipient']}: {clean(one['name'])}" if one["name"] else one["recipient"]
        for one in activity["recipients"]
    ]


def _transfers(activity: Activity) -> list[str]:
    """Each third country with what the transfer rests on: `US: scc-2021, DPA-7`."""
    return [
        ": ".join(filter(None, (one["country"], ", ".join(one["mechanisms"] + one["documents"]))))
        for one in activity["transfers"]
    ]


def _overdue(activity: Activity) -> list[str]:
    """What is kept too long: `traffic: 5 since 2026-05-01`."""
    return [
        f"{one['category']}: {one['overdue']} since {day(one['since'])}"
        for one in activity["retention"]["categories"]
        if one["overdue"]
    ]


def _in_place(activity: Activity) -> dict[str, str]:
    return {one["measure"]: _KEPT[one["in_place"]] for one in activity["security_measures"]}


def _missing(activity: Activity) -> list[str]:
    return [
        " ".join(filter(None, (one["article"], one["what"], one["detail"])))
        for one in activity["missing"]
    ]


_OF_ACTIVITY: dict[str, Callable[[Activity], Any]] = {
    "version": lambda activity: activity["version"],
    "since": _since,
    "retired": _retired("since"),
    "retired_reason": _retired("reason"),
    "name": lambda activity: activity["name"],
    "description": _declared("description"),
    "owner": _declared("owner"),
    "role": _declared("role"),
    "joint_controllers": _declared("joint_controllers"),
    "on_behalf_of": _declared("on_behalf_of"),
    "processing": _declared("processing"),
    "subject_categories": _declared("subject_categories"),
    "data_categories": _declared("data_categories"),
    "recipient_kinds": _declared("recipient_kinds"),
    "countries": _declared("countries"),
    "transfers": _transfers,
    "retention": _declared("retention"),
    "retention_kept": lambda activity: _KEPT[activity["retention"]["kept"]],
    "retention_overdue": _overdue,
    "security_measures": _declared("security_measures"),
    "security_measures_in_place": _in_place,
    "observed_events": _observed("events"),
    "observed_data_subjects": _observed("data_subjects"),
    "observed_first": _observed("first"),
    "observed_last": _observed("last"),
    "observed_legal_bases": _observed("legal_bases"),
    "observed_categories": _observed("categories"),
    "observed_recipients": _recipients,
    "observed_recipient_kinds": _observed("recipient_kinds"),
    "observed_countries": _observed("countries"),
    "drift": lambda activity: [f"{one['kind']}: {one['detail']}" for one in activity["drift"]],
    "missing": _missing,
    "assessments": lambda activity: [one["dpia_ref"] for one in activity["assessments"]],
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


def register_rows(answer: dict[str, Any]) -> Iterator[list[str]]:
    """The rows in the order of the answer; every cell is one line of text.

    An activity without a declared purpose has one row, with the purpose left empty.
    """
    shared = [answer["controller"][name] for name in _CONTROLLER]
    shared += [answer[name] for name in _MOMENT]
    for activity in answer["activities"]:
        own = [value(activity) for value in _OF_ACTIVITY.values()]
        purposes: list[Purpose] = (activity["declared"] or {}).get("purposes") or [{}]
        for purpose in purposes:
            of_purpose = [purpose.get(name) for name in _OF_PURPOSE]
            row = (activity["activity"], *of_purpose, *own, *shared)
            yield [clean(value) for value in row]
