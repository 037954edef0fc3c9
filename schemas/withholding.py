"""Why a message is withheld: told to the person who brings it, and to nobody else."""

from msgspec import Struct


class Why(Struct, frozen=True):
    """`pointer`: the member (RFC 6901). `rule`: the row of the table, `confidential-type`, `cites`,
    `undeclared` or `unreadable`.
    """

    pointer: str
    rule: str
