"""Three small ledgers beside one with the same events: what they record, follow, publish, audit and prove.

The simulation of `python -m bench.several` on a small size. Everything is done once, then looked at.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import orjson
import pytest

from bench.ledgers.answers import Answers
from bench.ledgers.checking import check_log, events_in
from bench.ledgers.faults import FAULTS
from bench.ledgers.log_of_logs import ChainedProof, chained, verify_chained
from bench.ledgers.routing import even
from bench.ledgers.site import Federation, Member, WallClock
from bench.ledgers.splitting import Split, split
from bench.several import answered, audited, found
from bench.tools.filling import OFFICE, sample
from ledger.errors import Unproven
from ledger.keys.opening import Missing
from ledger.tlog.proving.reading import entry_at
from ledger.tlog.witnessing.cosigning import Answer
from projections.following.inspection import inspect_views
from tests.fixtures.ledger import House, collected, copied, message, registered
from tests.fixtures.postgres import Templates

EVENTS = 600
LEDGERS = 3
POSITION = 100
PERSON = "customer/900001"
# Customers of two ledgers: each has an event of the takeover, so neither half is missing.
HOMES = even(LEDGERS)
OTHER = next(c for n in range(99) if HOMES.of(c := f"customer/8{n}") != HOMES.of(PERSON))
# Somebody of the ledger that is split later, and of whom nothing may be readable then.
ERASED = next(c for n in range(99) if HOMES.of(c := f"customer/7{n}") == 0)


@dataclass
class Story:
    """What was seen on the way."""

    alone: Answers
    together: Answers
    made: Federation
    proof: ChainedProof
    entry: bytes
    moved: Split
    refused: object
    erased: UUID
    faults: dict[str, set[str]] = field(default_factory=dict)


def told_besides() -> list[bytes]:
    facts = {"contract_ref": "C-1", "from_customer": PERSON, "to_customer": OTHER}
    people = [registered(person) for person in (PERSON, OTHER)]
    told = [message("contract-taken-over", person, **facts) for person in (PERSON, OTHER)]
    gone = [collected(ERASED)]
    return [orjson.dumps(one) for one in (*people, *told, *gone)]


def begun(templates: Templates, stack: ExitStack, folder: Path, ledgers: int) -> Federation:
    members = []
    for number in range(ledgers):
        place = folder / str(number)
        place.mkdir(parents=True)
        installed = stack.enter_context(copied(templates, place, "house", lambda house: None))
        house = House(installed.url, installed.keys, installed.ledger, WallClock())
        members.append(Member(number, house))
    made = Federation(even(ledgers), members, folder)
    stack.callback(made.close)
    return made


@pytest.fixture(scope="module")
def story(
    embedded_templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("several")
    messages = [*sample(EVENTS), *told_besides()]
    with ExitStack() as stack:
        answers = []
        for ledgers in (1, LEDGERS):
            made = begun(embedded_templates, stack, folder / str(ledgers), ledgers)
            made.record(messages[: EVENTS // 2])
            made.publish()
            made.record(messages[EVENTS // 2 :])
            gone = made.members[made.homes.of(ERASED)].house.eraser().erase(ERASED, [], "request")
            made.follow()
            made.publish()
            audited(made)
            answers.append(answered(made))
        log = made.members[1].log.folder
        proof = chained(log, POSITION, made.top.folder)
        entry = entry_at(log, POSITION)
        moved = split(made, 0, folder)
        alone, together = answers
        refused = made.offer(made.members[0])
        story = Story(alone, together, made, proof, entry, moved, refused, gone[0].subject)
        assert check_log(made.top.folder, made.keys) == []
        story.faults = {what: {f.kind for f in faults} for what, faults in found(made, folder)}
        yield story


@pytest.mark.parametrize(
    "answer", ["register", "retention", "findings", "disclosures", "transfers", "consents"]
)
def test_several_ledgers_answer_what_one_answers(story: Story, answer: str) -> None:
    assert story.together[answer] == story.alone[answer]
    assert story.together[answer]


def test_each_person_is_in_one_ledger_and_registers_are_in_all(story: Story) -> None:
    people = [set(member.at_home()) for member in story.made.members]
    apart = [{p for p in known if not p.startswith("employee/")} for known in people]
    assert not apart[1] & apart[2]
    registers = [
        {(e.source, e.id) for e in events_in(member.log.folder) if e.subject}
        for member in story.made.members
    ]
    # The fault that was committed in the end is in all of them but the first.
    assert registers[1] == registers[2] > registers[0]


def test_a_persons_event_is_proven_up_to_the_checkpoint_of_checkpoints(story: Story) -> None:
    made, keys = story.made, (story.made.members[1].key.verifier,)
    signed = verify_chained(story.proof, story.entry, keys, made.policy)
    assert signed.origin == made.top_key.verifier.name
    for entry, trusted in (
        (story.entry + b" ", keys),
        (story.entry, (made.members[0].key.verifier,)),
    ):
        with pytest.raises(Unproven):
            verify_chained(story.proof, entry, trusted, made.policy)


def test_what_sealed_a_value_opens_it_after_a_split(story: Story) -> None:
    """Streams, names and sealed values are the parent's: with the keys that would move they open."""
    opener = story.made.members[0].house.opener()
    opened = [
        opener.personal(event)
        for heir in story.moved.heirs
        for event in events_in(heir)
        if event.sealed and event.subject is None
    ]
    assert any(isinstance(value, str) for values in opened for value in values.values())


def test_who_was_erased_before_a_split_stays_erased(story: Story) -> None:
    opener = story.made.members[0].house.opener()
    told = [[e for e in events_in(heir) if e.stream == story.erased] for heir in story.moved.heirs]
    first, second = told
    assert [event.name for event in first][:1] == ["personal-data-collected"]
    assert second == []
    values = [value for event in first for value in opener.personal(event).values()]
    assert values
    assert set(values) == {Missing.ERASED}


def test_each_view_of_each_ledger_is_what_its_events_say(story: Story) -> None:
    for member in story.made.members:
        assert inspect_views(member.house.reader, privacy_office=OFFICE).findings == ()


def test_after_a_split_the_ledgers_answer_the_same_and_the_old_one_is_closed(story: Story) -> None:
    assert story.moved.faults == []
    assert story.moved.answers == story.together
    assert isinstance(story.refused, Answer)


def test_each_fault_between_ledgers_is_found(story: Story) -> None:
    assert set(story.faults) == set(FAULTS)
    for what, (_, kind) in FAULTS.items():
        assert kind in story.faults[what]
