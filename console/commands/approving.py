"""Acts that need two persons: the first one's command waits for the same command of a second one."""

from collections.abc import Sequence
from typing import Final

from console.commands.failing import fail_unless
from console.messages import tell
from console.wiring import Site
from console.words import say
from ledger.approvals import Standing

__all__ = ["need_second_person"]

_WAITS: Final = {
    Standing.FIRST: "first-approval",
    Standing.AGAIN: "same-approval",
}


def need_second_person(
    site: Site, act: str, parameters: Sequence[object], about: str | None = None
) -> None:
    """Go on with an act that is approved; end with exit status 1 where a second person must approve it.

    `about`: whom the act is about.
    """
    waits = _WAITS.get(site.approval_of(act, parameters, about))
    if waits:
        tell("second-person", say("note", waits))
    fail_unless(waits is None)
