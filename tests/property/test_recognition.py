"""A message of a known kind gives what it would give were it the first, whatever came before."""

import copy
import json
from functools import cache
from typing import Any

import pytest
from hypothesis import example as given_by_hand
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas.memory
from rulebook.secrecy import secrecy
from schemas import AdmissionRules, Event, Rejection, decode
from schemas.leaks import is_harmless_id, is_personal_id
from schemas.memory import MOST, Memory
from schemas.recognition import event_of, parts_of
from schemas.secrecy import Secrecy
from tests.fixtures.whole import examples
from tests.unit.schemas.making import GONE, NOW, Message, all_examples, changed, example

EXAMPLES = [example(name, label) for name, label in all_examples()]
UUID = "01a21e76-a25d-7c79-8fb7-efcf55a871{:02x}"

PLAIN: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.0, 1.5, 2**53, 2**63 - 1, 2**63, 2**64, 10**25, "", " ", "x"),
    *(
        [],
        {},
        [None],
        ["x"],
        ["a", 1, True],
        {"a": "b"},
        {"name": "x"},
        [["x"]],
        "\ue0f1",
        "%s",
        "%",
    ),
    *("\ue0f1id\ue0f1", "\x00", "é", "\U0001f600", "remark", "identity", "6-1-c", "2026-13-01"),
)
TELLING: tuple[Any, ...] = (
    *("jan@example.nl", "+31612345678", "0612345678", "NL91ABNA0417164300", "123456782"),
    *("politie", "p0litie", "p.o.l", "itie", "tap", "126nd", "barred", "recherche", "nsa", "mi5"),
    *("p\u00f6litie", "\u0440\u043elitie", "\uff54\uff41\uff50", "vord\u00e9ring tap", "Jos\u00e9"),
    *("wiv.13", "sv.126nd", "opsporing", "Dorpsstraat-12", "1234AB-12", "192.168.1.10", "fiu"),
)
FITTING: tuple[Any, ...] = (
    *("2026-11-24T10:15:00Z", "2026-11-24t10:15:00.5+01:00", "2199-12-31T23:59:59Z", "2026-02-30"),
    *("2026-11-25T12:05:00Z", "2026-11-25T12:05:01Z", "customer/1", "employee/7", "recipient/x"),
    *("customer/1/contact/2", "customer/jan@x.nl", "customer/politie", "visitor/9", "role/tap"),
    *("1234 AB", "CASE-1", "VK-GQFV5W", "NL", "third-party", "lawyer", "police", "1.0", "urn:a:b"),
    *("00-000cbb06ed0b7c770001934ba494ff99-000d60a2a5ec7cbd-01", "application/json; charset=utf-8"),
    *(UUID.format(number) for number in range(3)),
)
VALUES = st.one_of(*map(st.sampled_from, (PLAIN, TELLING, FITTING)))
NAMES = st.sampled_from(
    [
        *("id", "subject", "time", "source", "type", "sequence", "traceparent", "tracestate"),
        *("correlationid", "causationid", "datacontenttype", "specversion", "dataschema", "mine"),
    ]
)


def rules(secret: Secrecy, *, remember: bool = True) -> AdmissionRules:
    if not remember:
        secret.admitted = Forgetful()
    return AdmissionRules(secrecy=secret)


class Forgetful(Memory):
    """Remembers nothing: each message is the first."""

    def keep(self, key: Any, found: Any) -> None:
        """Keep nothing."""


@cache
def pairs() -> dict[str, tuple[AdmissionRules, AdmissionRules]]:
    """Of each kind of rules: what remembers, and what does not."""
    house = secrecy.__wrapped__
    return {
        "none": (rules(Secrecy()), rules(Secrecy(), remember=False)),
        "of the house": (rules(house()), rules(house(), remember=False)),
    }


def same(messages: list[bytes], by: str) -> list[Event | Rejection]:
    """The outcomes of messages one after the other, each the same as without a memory."""
    remembering, forgetful = pairs()[by]
    outcomes = []
    for message in messages:
        expected = decode(message, forgetful, NOW)
        # As text: 1, 1.0 and true are equal to Python, and so is any order of members.
        assert repr(decode(message, remembering, NOW)) == repr(expected), message
        outcomes.append(expected)
    return outcomes


def sent(message: Any) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode(errors="surrogatepass")


def is_recognised(message: Message, by: str) -> bool:
    """Whether a message of this kind is known by now."""
    intake = pairs()[by][0]
    parts = parts_of(message, intake)
    return parts is not None and event_of(parts, intake, NOW) is not None


@pytest.mark.parametrize("by", ["none", "of the house"])
def test_all_examples_give_the_same_once_their_kind_is_known(by: str) -> None:
    for message in EXAMPLES:
        same([sent(changed(message, id=UUID.format(number))) for number in range(4)], by)
    known = [message for message in EXAMPLES if is_recognised(message, by)]
    assert len(known) > len(EXAMPLES) / 2  # what hints, or is unusual, never is


@st.composite
def alike(draw: st.DrawFn) -> list[bytes]:
    """Messages that begin with an example, each damaged or changed a bit more, each sent a few times."""
    message = copy.deepcopy(draw(st.sampled_from(EXAMPLES)))
    messages = [sent(message)] * 3
    for _ in range(draw(st.integers(1, 5))):
        _change(draw, message)
        messages += [_spelled(draw, message)] * draw(st.sampled_from([1, 3]))
        if draw(st.booleans()):  # back to what was known
            message = json.loads(messages[0])
    return messages


def _change(draw: st.DrawFn, message: Message) -> None:
    """Replace, remove or add one member anywhere."""
    holders: list[Any] = [message]
    if isinstance(message.get("data"), dict):
        holders += [message["data"], *filter(_holds, message["data"].values())] * 2
    holder = draw(st.sampled_from(holders))
    if isinstance(holder, list):
        holder.append(draw(VALUES))
        return
    name = draw(st.sampled_from(sorted(holder)) | NAMES if holder else NAMES)
    value = draw(VALUES | st.just(GONE))
    if value is GONE:
        holder.pop(name, None)
    else:
        holder[name] = copy.deepcopy(value)


def _holds(value: Any) -> bool:
    return isinstance(value, dict | list)


def _spelled(draw: st.DrawFn, message: Message) -> bytes:
    """A message as some program writes it: escaped, spaced, sorted, with a member twice, or damaged."""
    text = sent(message)
    place = draw(st.integers(0, len(text)))
    damage = draw(st.sampled_from([b"", b"}", b"]", b" ", b"0", b"\\", b'"']))
    ways = [
        json.dumps(message).encode(),
        json.dumps(message, indent=1, sort_keys=True).encode(),
        text.replace(b"{", b'{"id":"twice",', 1),
        text[:place] + damage + text[place:],
    ]
    return draw(st.sampled_from([text] * 5 + ways))


def known_and_then(*others: Message) -> list[bytes]:
    """A message until its kind is known, each of the others, and the first once more after each."""
    first = sent(example_of())
    return [*[first] * 3, *(each for other in others for each in (sent(other), first))]


def example_of(**members: Any) -> Message:
    return changed(example("personal-data-accessed"), **members)


@settings(max_examples=examples(150))
@given(alike(), st.sampled_from(["none", "of the house"]))
@given_by_hand(
    known_and_then(
        *(
            example_of(**{member: told})
            for member in ("id", "source", "subject", "data__role", "data__case_ref")
            for told in TELLING
        )
    ),
    "of the house",
)
@given_by_hand(
    known_and_then(
        *(
            example_of(**{member: value})
            for member in ("data__role", "data__mine", "time", "sequence")
            for value in (*PLAIN, GONE)
        )
    ),
    "none",
)
def test_whatever_comes_after_whatever_gives_what_it_gives_alone(
    messages: list[bytes], by: str
) -> None:
    same(messages, by)


def named(name: str, number: int) -> Message:
    personal = {"name": name, "remark": "één"}
    message = changed(example(), id=UUID.format(number), data__personal=personal)
    return changed(message, data__categories=["identity"])


def test_personal_values_with_an_accent_are_recognised() -> None:
    same([sent(named(name, 0)) for name in ("Jan", "José", "Zoë Müller", "Łukasz")], "of the house")
    assert is_recognised(named("Renée Çelik", 1), "of the house")
    assert is_recognised(named("Иван", 2), "of the house")
    # Personal values are sealed: no word in them matters.
    assert is_recognised(named("pölitie", 3), "of the house")


PIECES = (
    *("straat", "Dorps", "laan", "-", ".", "1234", "AB", "1", "12", "192", "168", "255", ":", "ff"),
    *("_at_", ".nl", "x", "0612", "345678", "ab12.cd34.ef56", "00:1a", "::", "NL91", "a"),
)
IDS = st.text("09517aAbStr-._:f", max_size=24) | st.lists(st.sampled_from(PIECES), max_size=9).map(
    "".join
)


@settings(max_examples=examples(500))
@given(IDS)
def test_an_id_is_harmless_where_it_is_not_personal(text: str) -> None:
    assert is_harmless_id(text) == (not is_personal_id(text))


def test_no_personal_value_is_remembered() -> None:
    intake = rules(Secrecy())
    message = example()
    message["data"]["personal"] = {"name": "Canary Dora", "email": "canary@dora.example"}
    message["data"]["categories"] = ["identity", "contact"]
    private = changed(example("recipient-registered"), data__kind="lawyer", data__name="Canary Law")
    for number in range(4):
        for sample in (message, private):
            assert isinstance(
                decode(sent(changed(sample, id=UUID.format(number))), intake, NOW), Event
            )
    kept = repr(intake.secrecy.admitted._kept)
    assert "personal" in kept
    assert "anary" not in kept


def test_a_memory_is_flat_and_remembers_what_comes_again() -> None:
    memory = Memory()
    assert [memory.met_again("a") for _ in range(3)] == [False, True, False]
    for number in range(3 * MOST):
        memory.met_again(number)
        memory.keep(number, "found")
    assert memory.get(3 * MOST - 1) == "found"
    assert len(memory._kept) <= MOST
    assert len(memory._met) <= MOST


def test_what_others_drive_out_of_a_memory_is_learnt_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(schemas.memory, "MOST", 4)
    memory = Memory()

    def come(key: str) -> None:
        if memory.get(key) is None and memory.met_again(key):
            memory.keep(key, "found")

    for key in [*"aabbcc", "once", "mine", "mine"]:
        come(key)
    assert memory.get("mine") == "found"
    for key in "dd":  # the fifth one
        come(key)
    assert memory.get("mine") is None
    for _ in range(2):
        come("mine")
    assert memory.get("mine") == "found"
