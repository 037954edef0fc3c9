"""The write side: the append-only truth, and the keys that can be destroyed."""

from ledger.event import RecordedEvent, Sealed

__all__ = ["RecordedEvent", "Sealed"]
