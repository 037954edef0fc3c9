"""Bad news as an exit status, after the answer was printed."""

import typer

from host.statuses import BAD_NEWS


def fail_unless(fine: bool) -> None:
    """End with exit status 1 unless all is fine."""
    if not fine:
        raise typer.Exit(BAD_NEWS)
