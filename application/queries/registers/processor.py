"""The processor's part of the register (GDPR Art. 30(2)): by controller, what is done on whose behalf."""

from collections.abc import Iterable

from application.answer import given
from application.queries.registers.answer import (
    ControllerPart,
    ProcessorActivity,
    ProcessorPart,
    RegisteredActivity,
)

_ROLE = "processor"


def processor_part(activities: Iterable[RegisteredActivity]) -> ProcessorPart:
    """The activities in which we are the processor, by controller, both sorted.

    An activity that names no controller stands under None, first.
    """
    by_controller: dict[str | None, list[ProcessorActivity]] = {}
    for activity in activities:
        declared = activity.declared
        if declared and declared.role == _ROLE:
            row = _activity(activity, given(declared.processing) or [])
            controllers: list[str | None] = [*(given(declared.on_behalf_of) or ())]
            for controller in controllers or [None]:
                by_controller.setdefault(controller, []).append(row)
    ordered = sorted(by_controller.items(), key=lambda pair: pair[0] or "")
    return ProcessorPart([ControllerPart(*pair) for pair in ordered])


def _activity(activity: RegisteredActivity, processing: list[str]) -> ProcessorActivity:
    return ProcessorActivity(
        activity=activity.activity,
        name=activity.name,
        processing=processing,
        transfers=activity.transfers,
        security_measures=activity.security_measures,
        retired=activity.retired,
    )
