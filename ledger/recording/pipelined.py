"""One batch ahead: while a batch is written, which is mostly waiting for the server, the next is sealed.

Knows nothing of sessions and keys. At most one write is under way, in one thread; order, and that
nothing after a failure is written, are kept here.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from ledger import cycles
from ledger.errors import Overtaken

# The writing thread wakes some dozens of times a batch, each time behind the sealing thread. Python's
# 5 ms would make it wait longer than the server takes.
_SWITCH_SECONDS = 0.0005

_Batch = TypeVar("_Batch")
_Prepared = TypeVar("_Prepared")
_Outcome = TypeVar("_Outcome")


def pipelined(
    batches: Iterable[_Batch],
    prepare: Callable[[_Batch], _Prepared],
    write: Callable[[_Prepared], _Outcome],
    both: Callable[[_Batch], _Outcome],
) -> Iterator[_Outcome]:
    """The outcomes of batches, in order. `write` runs in another thread, never twice at a time.

    A batch is handed to `write` when the caller took the outcome before it: a caller who stops taking
    outcomes has not recorded the next batch. An error from `batches` itself comes after that outcome, too.
    `both`: prepares and writes, for a batch that was overtaken.
    """
    # Tune the interpreter's thread switches and cycle search for batches; for the whole process.
    sys.setswitchinterval(min(sys.getswitchinterval(), _SWITCH_SECONDS))
    cycles.seldom()
    waiting = iter(batches)
    with ThreadPoolExecutor(1, "ledger-writer") as writer:
        outcome: Callable[[], _Outcome] | None = None
        while attempt := _attempt(waiting, prepare):
            batch, prepared = attempt
            if outcome:
                yield outcome()
            writing = writer.submit(write, prepared.result())
            outcome = partial(_outcome, writing, partial(both, batch))
        if outcome:
            yield outcome()


def _attempt(
    waiting: Iterator[_Batch], prepare: Callable[[_Batch], _Prepared]
) -> tuple[_Batch, Future[_Prepared]] | None:
    """Prepare the next batch now, and keep a failure until the outcome before it was taken."""
    prepared = Future[_Prepared]()
    batch: Any = None
    try:
        for batch in waiting:
            prepared.set_result(prepare(batch))
            return batch, prepared
    except Exception as error:
        prepared.set_exception(error)
        return batch, prepared
    return None


def _outcome(writing: Future[_Outcome], again: Callable[[], _Outcome]) -> _Outcome:
    try:
        return writing.result()
    except Overtaken:
        return again()
