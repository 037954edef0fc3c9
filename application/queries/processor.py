"""The processor's part of the register (GDPR Art. 30(2)): by controller, what is done on whose behalf."""

from collections.abc import Iterable
from typing import Any

_ROLE = "processor"


def processor_part(activities: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The activities in which we are the processor, by controller, both sorted.

    `activities`: of the answer. An activity that names no controller stands under None, first.
    """
    by_controller: dict[str | None, list[dict[str, Any]]] = {}
    for activity in activities:
        declared = activity["declared"] or {}
        if declared.get("role") == _ROLE:
            for controller in declared.get("on_behalf_of") or [None]:
                by_controller.setdefault(controller, []).append(_activity(activity, declared))
    return {
        "controllers": [
            {"controller": controller, "activities": found}
            for controller, found in sorted(by_controller.items(), key=lambda pair: pair[0] or "")
        ]
    }


def _activity(activity: dict[str, Any], declared: dict[str, Any]) -> dict[str, Any]:
    return {
        "activity": activity["activity"],
        "name": activity["name"],
        "processing": declared.get("processing", []),
        "transfers": activity["transfers"],
        "security_measures": activity["security_measures"],
        "retired": activity["retired"],
    }
