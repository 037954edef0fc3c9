"""The log of a consumer: assignments, faults, halts, refusals. Places and codes, no values."""

from consumers.observer import ConsumerObserver
from consumers.source import Partition
from host.logs import Log
from ledger.errors import Retry
from ledger.recording.batch import Outcome
from schemas import Rejection

# Of one batch: who sends nonsense by the thousand must not fill the disk with it.
SHOWN_REJECTIONS = 10


def intake_observer(log: Log) -> ConsumerObserver:
    """An observer that logs what an operator or a sender's team will look for."""
    return _IntakeLog(log).observer()


class _IntakeLog:
    def __init__(self, log: Log) -> None:
        self._log = log
        self._rejected = 0

    def observer(self) -> ConsumerObserver:
        return ConsumerObserver(
            reassigned=self._reassigned,
            placed=self._placed,
            recorded=self._recorded,
            rejected=self._refused,
            fenced=self._fenced,
            away=self._away,
            halted=self._halted,
            quarantined=self._quarantined,
            answered=self._answered,
        )

    def _reassigned(self, partitions: frozenset[Partition]) -> None:
        labels = [f"{topic}-{number}" for topic, number in sorted(partitions)]
        message = f"{len(partitions)} partitions are assigned"
        self._log.info("reassigned", message, partitions=labels)

    def _placed(self, partition: Partition, next_offset: int) -> None:
        message = f"{partition} is read from its bookmark on"
        self._log.info("placed", message, **_place(partition), offset=next_offset)

    def _refused(self, partition: Partition, offset: int, rejection: Rejection) -> None:
        self._rejected += 1
        if self._rejected <= SHOWN_REJECTIONS:
            self._log.warning(
                "rejected",
                f"offset {offset} of {partition} became a dead letter: {rejection.code.value}",
                **_place(partition),
                offset=offset,
                code=rejection.code.value,
                pointer=rejection.pointer,
                **_trace(rejection),
            )

    def _recorded(self, partition: Partition, next_offset: int, outcome: Outcome) -> None:
        rejected, self._rejected = self._rejected, 0
        if outcome.withheld and not (outcome.recorded or outcome.duplicates or rejected):
            return
        last = outcome.last_position
        fields = {
            **_place(partition),
            "next_offset": next_offset,
            "first_position": last - outcome.recorded + 1,
            "last_position": last,
            "recorded": outcome.recorded,
            "duplicates": outcome.duplicates,
            "rejected": rejected,
        }
        message = f"{outcome.recorded} events of {partition} are recorded"
        self._log.debug("recorded", message, **fields)
        if rejected > SHOWN_REJECTIONS:
            message = f"{rejected} messages of one batch of {partition} became dead letters"
            self._log.warning("rejections", message, **fields)

    def _fenced(self) -> None:
        self._log.warning(
            "fenced", "another member has recorded meanwhile; going on from its bookmark"
        )

    def _away(self, fault: Retry, delay_s: float) -> None:
        message = f"{fault}; trying again in {delay_s:.1f} s"
        self._log.warning("away", message, fault=type(fault).__name__, delay_s=round(delay_s, 1))

    def _halted(self, topic: str) -> None:
        message = f"{topic} is halted; see `ledger dead-letters list`"
        self._log.error("halted", message, topic=topic)

    def _quarantined(self, topic: str, sources: int) -> None:
        message = f"{sources} more sources of {topic} are quarantined; see `ledger kafka sources`"
        self._log.error("quarantined", message, topic=topic, sources=sources)

    def _answered(self, count: int) -> None:
        self._log.debug("answered", f"{count} answers went to upstream", answers=count)


def _place(partition: Partition) -> dict[str, str | int]:
    return {"topic": partition.topic, "partition": partition.number}


def _trace(rejection: Rejection) -> dict[str, str]:
    """The sender's trace id, by which the sender finds the request; never more of it."""
    return {"trace_id": rejection.trace_id} if rejection.trace_id else {}
