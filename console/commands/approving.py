"""Acts that need two persons: the first one's command waits for the same command of a second one."""

from collections.abc import Sequence
from typing import Final

from console.commands.failing import fail_unless
from console.output import note
from console.wiring import Site
from console.words import phrase
from ledger.approvals import Standing
from ledger.event import instant
from rulebook import period
from schemas.texts import Language

__all__ = ["need_second_person"]

_WAITS: Final = {Standing.FIRST: "first", Standing.AGAIN: "again"}


def need_second_person(
    site: Site,
    act: str,
    parameters: Sequence[object],
    command: str,
    about: str | None = None,
    language: Language = "en",
) -> None:
    """Go on with an act that is approved; end with exit status 1 where a second person must approve it.

    `command`: what the second person gives. `about`: whom the act is about.
    """
    # The first approval is recorded after this, so that it waits at least until then.
    until = instant(site.clock() + period("second-approval"))
    waits = _WAITS.get(site.approval_of(act, parameters, about))
    if waits:
        roles = site.approving_roles(act)
        between = f" {phrase('approval', 'or', language)} "
        who = phrase("approval", "who" if roles else "anybody", language, between.join(roles))
        told = phrase("approval", waits, language, until, command)
        note(f"ledger: {told} {who}")
    fail_unless(waits is None)
