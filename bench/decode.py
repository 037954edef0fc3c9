"""How fast messages become events: `python -m bench.decode [SECONDS]`.

Measures `schemas.decode` on the examples that ship with the package, by processor time, beside jsonschema-rs
on the same events in the same run. Their kinds are known after two passes, as those of a source are. The two
do not do the same work: ours also checks digits, the clock and facts, and builds the event and its canonical
bytes; the peer only says yes or no, after JSON was parsed.
"""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from time import process_time_ns
from typing import Any

import jsonschema_rs
import msgspec

from bench.tools.arguments import explain, given
from rulebook import secrecy
from schemas import EVENT_TYPES, AdmissionRules, Event, decode
from schemas.admission import fit
from schemas.documents import schema_of
from schemas.library import examples_of

NOW = datetime(2026, 12, 1, tzinfo=UTC)
COLLECTED = "personal-data-collected"


def microseconds(work: Callable[[], object], seconds: float) -> float:
    """The best time of one call out of five rounds, in microseconds."""
    calls = 200
    best = float("inf")
    end = process_time_ns() + int(seconds * 1e9)
    rounds = 0
    while rounds < 5 or process_time_ns() < end:
        started = process_time_ns()
        for _ in range(calls):
            work()
        best = min(best, (process_time_ns() - started) / calls / 1000)
        rounds += 1
    return best


def sample(names: Iterable[str]) -> list[bytes]:
    """The examples of some types on one line each, as Kafka carries them."""
    return [
        json.dumps(json.loads(text)).encode()
        for name in names
        for text in examples_of(name).values()
    ]


def validators_of(parsed: list[Any]) -> dict[str, jsonschema_rs.Draft202012Validator]:
    """The peer's compiled validator of each type."""
    return {
        type: jsonschema_rs.Draft202012Validator(schema_of(type), validate_formats=True)
        for type in {message["type"] for message in parsed}
    }


def rivals(messages: list[bytes]) -> dict[str, Callable[[], object]]:
    """What is measured: label -> one pass over all messages."""
    intake, house = AdmissionRules(), AdmissionRules(secrecy=secrecy())
    parsed: list[Any] = [msgspec.json.decode(message) for message in messages]
    validators = validators_of(parsed)
    loads = [json.loads(message) for message in messages]
    assert all(isinstance(decode(message, intake, NOW), Event) for message in messages)
    assert all(validators[value["type"]].is_valid(value) for value in loads)
    return {
        "decode, all checks": lambda: [decode(message, intake, NOW) for message in messages],
        "the same, rules of the house": lambda: [
            decode(message, house, NOW) for message in messages
        ],
        "parse and structs": lambda: [fit(msgspec.json.decode(item)) for item in messages],
        "jsonschema-rs with json.loads": lambda: [
            validators[value["type"]].is_valid(value) for value in map(json.loads, messages)
        ],
        "jsonschema-rs alone": lambda: [
            validators[value["type"]].is_valid(value) for value in parsed
        ],
    }


def measure(label: str, messages: list[bytes], seconds: float) -> None:
    """Print the times of one set of messages, and each as a multiple of ours."""
    print(
        f"{label}: {len(messages)} messages, mean {sum(map(len, messages)) // len(messages)} bytes"
    )
    ours = 0.0
    for rival, work in rivals(messages).items():
        time = microseconds(work, seconds) / len(messages)
        ours = ours or time
        print(f"  {rival:<30}{time:8.2f} µs  {time / ours:5.2f} of decode")


def main() -> None:
    """Measure one ordinary type, and the whole catalogue."""
    seconds = given(0.5)
    measure("personal-data-collected", sample([COLLECTED]), seconds)
    foreign = [entry.name for entry in EVENT_TYPES.values() if not entry.own]
    measure("every type", sample(foreign), seconds)


if __name__ == "__main__":
    explain(__doc__, seconds=0.5)
    main()
