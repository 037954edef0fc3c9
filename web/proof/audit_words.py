"""What an audit that runs in a process of its own says meanwhile, one JSON document a line."""

import msgspec

from application.queries.upkeep.health import AuditReport


class Began(msgspec.Struct, frozen=True, tag="began"):
    """One more part is looked at. `what`: as the audit calls it, such as `the events`."""

    what: str


class Reached(msgspec.Struct, frozen=True, tag="reached"):
    """The events are read up to a position."""

    position: int


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """Everything was looked at."""

    report: AuditReport


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The audit could not be made, such as without a database. `why`: a message without values."""

    why: str


Word = Began | Reached | Ended | Failed
