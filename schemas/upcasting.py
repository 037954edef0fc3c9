"""Old versions of an event type, read as the newest one.

A stored event is never rewritten: a change of shape is a new version of the type, and an upcaster
says how the facts of one version read as those of the next. Upcasters are pure and total: a ledger
reads its old events for ever. Sealed values are not facts and are never touched.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

Facts = dict[str, Any]
Upcaster = Callable[[Facts], Facts]
Upcasters = Mapping[tuple[str, int], Upcaster]

UPCASTERS: Final[Upcasters] = {}
"""(type without its version, version) -> the step to the next version. All types are at version 1."""


def upcast(type: str, facts: Facts, upcasters: Upcasters = UPCASTERS) -> tuple[str, Facts]:
    """The newest full type of a stored event, and its facts as that type has them.

    `type` is the full type as stored, e.g. `nl.voipzeker.ledger.consent-given.v1`. The facts passed
    in are not changed. A type without upcasters comes back as it is.
    """
    name, _, number = type.rpartition(".v")
    version = int(number)
    while (step := upcasters.get((name, version))) is not None:
        facts = step(dict(facts))
        version += 1
    return f"{name}.v{version}", facts
