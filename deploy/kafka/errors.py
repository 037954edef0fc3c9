"""What can go wrong; each carries the exit status of the command."""

from __future__ import annotations


class Impossible(Exception):
    """What was asked cannot be done here; the text says why in one line."""

    status = 1


class NotReady(Exception):
    """A broker died, or did not answer in time as it should; the text holds what it said last."""

    status = 3
