"""What an audit found: facts about the ledger, never a value of it."""

import msgspec

__all__ = ["ExplainedGap", "Finding", "Findings"]


class Finding(msgspec.Struct, frozen=True):
    """Something that is not as it was recorded. `position` is None when it concerns no event."""

    position: int | None
    kind: str
    detail: str


class ExplainedGap(msgspec.Struct, frozen=True):
    """Offsets of a Kafka partition that were not read, as the event at `position` says. No finding."""

    position: int
    topic: str
    partition: int
    from_offset: int
    to_offset: int
    reason: str


class Findings:
    """Findings as they come."""

    def __init__(self) -> None:
        self._found: list[Finding] = []

    def note(self, position: int | None, kind: str, detail: str) -> None:
        """Take down one finding."""
        self._found.append(Finding(position, kind, detail))

    def sorted(self) -> tuple[Finding, ...]:
        """All of them, by position."""
        return tuple(sorted(self._found, key=lambda f: (f.position or 0, f.kind, f.detail)))
