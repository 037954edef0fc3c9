"""Long lists a page at a time: a page goes on after the row that the last one ended with."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from ledger.errors import Misconfigured

T = TypeVar("T")
ON_A_PAGE = 100


def page_of(
    rows: Sequence[T], key: Callable[[T], str], after: str | None
) -> tuple[Sequence[T], str | None]:
    """The rows after the one of a key, at most a page of them; and the key of the page that follows.

    Raises Misconfigured for a key that the list does not have, or has no more.
    """
    begin = 0
    if after is not None:
        places = {key(row): place for place, row in enumerate(rows)}
        if after not in places:
            raise Misconfigured("this row is not in the list any more: begin anew", field="after")
        begin = places[after] + 1
    some = rows[begin : begin + ON_A_PAGE]
    return some, key(some[-1]) if begin + ON_A_PAGE < len(rows) else None
