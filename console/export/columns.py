"""The register as rows of texts: one row an activity, one list of columns for every format."""

from collections.abc import Callable
from typing import Any

from console.show.text import clean

__all__ = ["COLUMNS", "controller_rows", "register_rows"]

Activity = dict[str, Any]


def _declared(name: str) -> Callable[[Activity], Any]:
    return lambda activity: (activity["declared"] or {}).get(name)


def _observed(name: str) -> Callable[[Activity], Any]:
    return lambda activity: activity["observed"][name]


def _purposes(activity: Activity) -> list[str]:
    """Each purpose with its legal basis: `invoicing (6-1-b)`, `bookkeeping (6-1-c, nl.awr.52)`."""
    return [
        f"{purpose['purpose']} ("
        + ", ".join(filter(None, (purpose["legal_basis"], purpose.get("provision"))))
        + ")"
        for purpose in (activity["declared"] or {}).get("purposes", [])
    ]


def _retired(activity: Activity) -> str:
    retired = activity["retired"]
    return f"{retired['since']} ({retired['reason']})" if retired else ""


def _drift(activity: Activity) -> list[str]:
    return [f"{drift['kind']}: {drift['detail']}" for drift in activity["drift"]]


COLUMNS: dict[str, Callable[[Activity], Any]] = {
    "activity": lambda activity: activity["activity"],
    "version": lambda activity: activity["version"],
    "name": lambda activity: activity["name"],
    "role": _declared("role"),
    "owner": _declared("owner"),
    "purposes": _purposes,
    "categories of data subjects": _declared("subject_categories"),
    "categories of data": _declared("data_categories"),
    "kinds of recipients": _declared("recipient_kinds"),
    "countries": _declared("countries"),
    "retention": _declared("retention"),
    "security measures": _declared("security_measures"),
    "retired": _retired,
    "observed events": _observed("events"),
    "observed data subjects": _observed("data_subjects"),
    "first observed": _observed("first"),
    "last observed": _observed("last"),
    "observed legal bases": _observed("legal_bases"),
    "observed categories of data": _observed("categories"),
    "observed recipients": _observed("recipients"),
    "observed kinds of recipients": _observed("recipient_kinds"),
    "observed countries": _observed("countries"),
    "drift": _drift,
}


def register_rows(answer: dict[str, Any]) -> list[list[str]]:
    """The rows in the order of the answer; every cell is one line of text."""
    return [
        [clean(value(activity)) for value in COLUMNS.values()] for activity in answer["activities"]
    ]


def controller_rows(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """Who keeps the register."""
    return [(name.replace("_", " "), clean(value)) for name, value in answer["controller"].items()]
