"""Waiting for Kafka, and for room on a disk, at the start as later on: a process that stays up is seen."""

import time
from collections.abc import Callable
from typing import TypeVar

from consumers.backoff import wait_s
from consumers.source import KafkaAway
from ledger.errors import NoSpace, Retry
from ledger.storage.faults import mapped_full_disk

T = TypeVar("T")
# How soon being told to stop is noticed.
LOOK_S = 0.2


def reach(
    connect: Callable[[], T],
    stop: Callable[[], bool],
    *,
    beat: Callable[[], None],
    away: Callable[[Retry, float], None],
    sleep: Callable[[float], None] = time.sleep,
) -> T | None:
    """The result of `connect`, once the brokers answer; None when told to stop before.

    `away` is told each fault and the seconds until the next try. Raises any error other than KafkaAway.
    """
    failures = 0
    while not stop():
        beat()
        try:
            return connect()
        except KafkaAway as fault:
            failures += 1
            delay_s = wait_s(failures)
            away(fault, delay_s)
        _rest(delay_s, stop, sleep)
    return None


def once_there_is_room(
    begin: Callable[[], T],
    stop: Callable[[], bool],
    away: Callable[[Retry, float], None],
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """The result of `begin`, after waiting while the disk is full; raises NoSpace when told to stop before.

    `away`: see `reach`. Raises any other error of `begin`.
    """
    failures = 0
    while True:
        try:
            with mapped_full_disk():
                return begin()
        except NoSpace as fault:
            if stop():
                raise
            failures += 1
            delay_s = wait_s(failures)
            away(fault, delay_s)
        _rest(delay_s, stop, sleep)


def _rest(seconds: float, stop: Callable[[], bool], sleep: Callable[[float], None]) -> None:
    for _ in range(round(seconds / LOOK_S) or 1):
        if not stop():
            sleep(LOOK_S)
