"""What a consumer logs of a batch with many refusals."""

import logging

import pytest

from consumers.source import Partition
from host.logs import Log
from host.running.intake_log import SHOWN_REJECTIONS, intake_observer
from ledger.recording.batch import Outcome
from schemas import Code, Rejection


@pytest.mark.parametrize("more", [0, 1, 5000])
def test_of_many_refusals_some_are_told_and_the_rest_are_counted(
    caplog: pytest.LogCaptureFixture, more: int
) -> None:
    caplog.set_level(logging.WARNING, "console.test")
    observer, here = intake_observer(Log("test")), Partition("topic", 0)
    refused, count = Rejection(Code.NOT_JSON, ""), SHOWN_REJECTIONS + more
    for _ in range(2):  # each batch by itself
        caplog.clear()
        for offset in range(count):
            observer.rejected(here, offset, refused)
        rejections = tuple((offset, refused) for offset in range(count))
        observer.recorded(here, count, Outcome(0, 0, rejections, 7))
        said = [record.event for record in caplog.records]  # type: ignore[attr-defined]
        assert said == ["rejected"] * SHOWN_REJECTIONS + ["rejections"] * bool(more)
        if more:
            assert f"{count} messages" in caplog.records[-1].getMessage()
