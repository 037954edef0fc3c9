"""Acts that need two persons: the first one's command waits for the same command of a second one."""

import re
from collections.abc import Sequence
from typing import Annotated, Final
from uuid import uuid4

import typer

from application.acts.acting import Permit
from application.words import say
from console.commands.failing import fail_unless
from console.flags import option
from host.notes import note, tell
from host.site import Site
from ledger.event import instant
from ledger.recording.approvals import ApprovalStatus, Emergency
from rulebook import period
from rulebook.deadlines import next_working_day
from schemas.formats import CODE

EmergencyCode = Annotated[
    str | None,
    option(
        "--emergency",
        "WHY",
        "Why it cannot wait for a second person, as a code: that person approves it by the next working day.",
    ),
]
_WAITS: Final = {ApprovalStatus.FIRST: "first", ApprovalStatus.AGAIN: "again"}


def need_second_person(
    site: Site,
    act: str,
    parameters: Sequence[object],
    command: str,
    about: str | None = None,
    emergency: str | None = None,
) -> Permit:
    """Go on with an act that is approved; end with exit status 1 where a second person must approve it.

    `command`: what the second person gives. `about`: whom the act is about. `emergency`: why it cannot wait
    for that person, who then approves it afterwards.
    """
    # The first approval is recorded after this, so that it waits at least until then.
    until = instant(site.clock() + period("second-approval"))
    if emergency and not re.fullmatch(CODE, emergency):
        raise typer.BadParameter(say("emergency", "code"))
    urgent = Emergency(emergency, str(uuid4())) if emergency else None
    status = site.approval_of(act, parameters, about, urgent)
    if urgent and status is ApprovalStatus.EMERGENCY:
        tell("emergency", instant(next_working_day(site.clock())), urgent.event_id)
        return Permit(act, urgent.event_id)
    waits = _WAITS.get(status)
    if waits:
        roles = site.approving_roles(act)
        who = say(
            "approval", "who" if roles else "anybody", f" {say('approval', 'or')} ".join(roles)
        )
        note(f"ledger: {say('approval', waits, until, command)} {who}")
    fail_unless(waits is None)
    return Permit(act)
