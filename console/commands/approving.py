"""Acts that need two persons: the first one's command waits for the same command of a second one."""

from collections.abc import Sequence

from console.commands.failing import fail_unless
from console.output import note
from console.wiring import Site

__all__ = ["need_second_person"]


def need_second_person(
    site: Site, act: str, parameters: Sequence[object], about: str | None = None
) -> None:
    """Go on with an act that is approved; end with exit status 1 where a second person must approve it.

    `about`: whom the act is about.
    """
    approved = site.is_approved(act, parameters, about)
    if not approved:
        note(
            "ledger: nothing is done yet: this act needs two persons, and your approval is recorded;"
            " a second person gives the same command within a day"
        )
    fail_unless(approved)
