"""What becomes of each source of a batch, and when a topic is what fails."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.recording.quarantine import half_fails
from ledger.recording.tallying import NAMELESS, Tally, tally


def test_each_message_counts_once_and_for_its_own_source() -> None:
    names = ["a", "a", "a", "b", "b", NAMELESS, "c"]
    found = tally(names, ["a", "b"], [(1, False), (4, True), (5, False)], withheld=[6])
    assert found == {
        "a": Tally(recorded=1, duplicates=1, refused=1),
        "b": Tally(recorded=1, held=1),
        NAMELESS: Tally(refused=1),
    }


def test_a_letter_that_is_refused_once_more_did_not_arrive_once_more() -> None:
    assert tally(["a", "a"], ["a"], [(1, False)], [], tried_again=[1]) == {"a": Tally(recorded=1)}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("ndrhw"))))
def test_what_was_told_is_accounted_for(batch: list[tuple[str, str]]) -> None:
    names = [name for name, _ in batch]
    found = tally(
        names,
        [name for name, fate in batch if fate == "n"],
        [(i, fate == "h") for i, (_, fate) in enumerate(batch) if fate in "rh"],
        [i for i, (_, fate) in enumerate(batch) if fate == "w"],
    )
    for name in "abc":
        one = found.get(name, Tally())
        fates = [fate for source, fate in batch if source == name]
        assert one == Tally(*(fates.count(fate) for fate in "ndrh"))


def test_a_topic_fails_when_more_than_half_of_its_sources_do() -> None:
    assert half_fails(["a"], ["a"])
    assert not half_fails(["a", "b"], ["a"])
    assert half_fails(["a", "b", "c"], ["a", "b"])
    assert not half_fails(["a", "b", "c", "d"], ["a", "b"])
