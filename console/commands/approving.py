"""Acts that need two persons: the first one's command waits for the same command of a second one."""

from collections.abc import Sequence
from typing import Final

from application.words import say
from console.commands.failing import fail_unless
from host.notes import note
from host.site import Site
from ledger.event import instant
from ledger.recording.approvals import ApprovalStatus
from rulebook import period

_WAITS: Final = {ApprovalStatus.FIRST: "first", ApprovalStatus.AGAIN: "again"}


def need_second_person(
    site: Site,
    act: str,
    parameters: Sequence[object],
    command: str,
    about: str | None = None,
) -> None:
    """Go on with an act that is approved; end with exit status 1 where a second person must approve it.

    `command`: what the second person gives. `about`: whom the act is about.
    """
    # The first approval is recorded after this, so that it waits at least until then.
    until = instant(site.clock() + period("second-approval"))
    waits = _WAITS.get(site.approval_of(act, parameters, about))
    if waits:
        roles = site.approving_roles(act)
        who = say(
            "approval", "who" if roles else "anybody", f" {say('approval', 'or')} ".join(roles)
        )
        note(f"ledger: {say('approval', waits, until, command)} {who}")
    fail_unless(waits is None)
