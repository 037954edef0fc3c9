"""TC strings: read by the specification, refused by the name of their fault, in work that is linear."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import AdmissionRules, Event, Rejection
from schemas.tc_string import FAULTS, LONGEST, Fault, Publisher, TcFault, decoded
from tests.fixtures.counting import peak_bytes, steps
from tests.unit.schemas.making import accepted, changed, example, outcome, refused

# The worked example of the IAB Tech Lab, as published with framework 2.3.
EXAMPLE = "CQSbk4AQSbk4ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA.IDKQA4AAgAKAGQAygAAA.YAAAAAAAAAAAA"
# Of the edition before: moments to a tenth of a second, special feature 2, legitimate interest, own purposes.
BEFORE = (
    "CLcVDxRMWfGmWAVAHCENAXCkAKDAADnAABRgA5mdfCKZuYJez-NQm0TBMYA4oCAAGQYIAAAAAAEAIAEgAA"
    ".argAC0gAAAAAAAAAAAA"
)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_the_example_of_the_specification() -> None:
    found = decoded(EXAMPLE)
    assert found.created == found.last_updated == datetime(2025, 6, 3, tzinfo=UTC)
    assert (found.cmp_id, found.consent_language, found.publisher_country) == (880, "EN", "DE")
    assert (found.vendor_list_version, found.policy_version) == (48, 2)
    assert (found.service_specific, found.purposes_consent) == (True, ())
    assert found.vendors_consent == ((1, 4),)
    assert found.vendors_disclosed == ((1, 5), (100, 100), (404, 404))
    assert found.vendors_allowed is None
    assert found.publisher == Publisher((), (), (), ())


def test_a_string_of_the_edition_before() -> None:
    found = decoded(BEFORE)
    assert found.last_updated == datetime(2012, 1, 10, 17, 10, 13, 400_000, tzinfo=UTC)
    assert (found.cmp_version, found.consent_screen, found.special_features) == (7, 2, (2,))
    assert found.purposes_consent == (1, 3, 9, 10)
    assert found.purposes_li == (3, 4, 5, 8, 9, 10)
    assert found.vendors_disclosed is None
    assert found.publisher == Publisher((2, 4, 6, 8, 9, 10), (2, 4, 5, 7, 10), (), ())


def bits_of(segment: str) -> str:
    return "".join(f"{LETTERS.index(letter):06b}" for letter in segment)


def text_of(bits: str) -> str:
    bits += "0" * (-len(bits) % 6)
    return "".join(LETTERS[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6))


def number(value: int, width: int) -> str:
    return f"{value:0{width}b}"


HEAD = bits_of(EXAMPLE.partition(".")[0])[:213]
NO_VENDORS = number(0, 17)


def core(consent: str = NO_VENDORS, interest: str = NO_VENDORS, restricted: str = "0" * 12) -> str:
    """A core string with these vendors and restrictions, as bits."""
    return text_of(HEAD + consent + interest + restricted)


def listed(most: int, *entries: tuple[int, int]) -> str:
    """Vendors as ranges."""
    parts = (
        "0" + number(first, 16) if first == last else "1" + number(first, 16) + number(last, 16)
        for first, last in entries
    )
    return number(most, 16) + "1" + number(len(entries), 12) + "".join(parts)


def test_vendors_as_ranges_and_as_bits() -> None:
    found = decoded(core(listed(900, (3, 3), (7, 900)), number(5, 16) + "0" + "01101"))
    assert found.vendors_consent == ((3, 3), (7, 900))
    assert found.vendors_li == ((2, 3), (5, 5))


def test_restrictions_of_the_publisher() -> None:
    entry = number(2, 6) + "01" + listed(0, (5, 9))[17:]
    [found] = decoded(core(restricted=number(1, 12) + entry)).restrictions
    assert (found.purpose, found.kind, found.vendors) == (2, 1, ((5, 9),))


def test_custom_purposes_of_the_publisher() -> None:
    own = "011" + number(1 << 23, 24) + number(0, 24) + number(2, 6) + "10" + "01"
    found = decoded(f"{core()}.{text_of(own)}").publisher
    assert found == Publisher((1,), (), (1,), (2,))


def test_zeros_behind_the_last_field_are_padding() -> None:
    assert decoded(f"{core()}AAAA") == decoded(core())


WRONG: dict[Fault, str] = {
    "too-long": "C" * (LONGEST + 1),
    "not-base64url": core() + "+",
    "wrong-version": "B" + core()[1:],
    "too-short": core()[:-2],
    "wrong-letter": text_of(HEAD[:108] + "111111" + HEAD[114:] + NO_VENDORS * 2 + "0" * 12),
    "wrong-vendor": core(listed(10, (11, 11))),
    "wrong-purpose": core(restricted=number(1, 12) + number(0, 6) + "00" + "0" * 12),
    "unknown-segment": f"{core()}.{text_of('101')}",
    "repeated-segment": f"{core()}.{text_of('001' + NO_VENDORS)}.{text_of('001' + NO_VENDORS)}",
    "bits-beyond": core() + "_",
}


def test_every_fault_has_a_case() -> None:
    assert WRONG.keys() == set(FAULTS)


@pytest.mark.parametrize(("fault", "text"), WRONG.items())
def test_what_is_none_is_refused_by_name(fault: Fault, text: str) -> None:
    with pytest.raises(TcFault) as caught:
        decoded(text)
    assert caught.value.name == str(caught.value) == fault


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", f"{core()}.", f".{core()}", core() + "=", core() + "\n", core() + "é", "C"),
        core(listed(10, (0, 1))),
        core(listed(10, (5, 4))),
        f"{core()}.{core()}",
    ],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(TcFault):
        decoded(text)


def hostile() -> Iterator[tuple[str, str]]:
    room = LONGEST * 6 - 400
    yield "ranges", core(listed(0xFFFF, *((1, 0xFFFF) for _ in range(room // 33)))[: LONGEST * 6])
    yield "bits", core(number(room, 16) + "0" + "10" * (room // 2))
    yield "zeros", core() + "A" * (LONGEST - len(core()))
    yield "segments", core() + ".A" * 2_000
    restrictions = number(room // 37, 12) + (number(1, 6) + "00" + number(0, 12)) * (room // 37)
    yield "restrictions", core(restricted=restrictions)


HOSTILE = list(hostile())
STEPS_A_LETTER, BYTES_A_LETTER = 16, 400


@pytest.mark.parametrize("text", [text for _, text in HOSTILE], ids=[what for what, _ in HOSTILE])
def test_work_and_memory_are_linear(text: str) -> None:
    def look() -> None:
        with suppress(TcFault):
            decoded(text)

    assert len(text) > LONGEST / 3
    assert steps(look) < STEPS_A_LETTER * len(text)
    assert peak_bytes(look) < BYTES_A_LETTER * len(text)


CARRIERS = (
    *("consent-given", "consent-renewed", "consent-refused", "consent-withdrawn"),
    "cookie-preference-recorded",
)


@pytest.mark.parametrize("name", CARRIERS)
def test_an_act_carries_the_string_as_it_is(name: str) -> None:
    facts = accepted(changed(example(name), data__tc_string=EXAMPLE, data__tcf_purposes=[1])).facts
    assert (facts["tc_string"], facts["tcf_purposes"]) == (EXAMPLE, [1])


@pytest.mark.parametrize("name", CARRIERS)
@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_an_act_with_something_else_is_refused_at_its_member(name: str, text: str) -> None:
    assert refused(changed(example(name), data__tc_string=text)) == ("schema", "/data/tc_string")


@pytest.mark.parametrize("bad", [[], [0], [25], ["1"], 1, [1] * 25])
def test_purposes_are_numbers_of_the_framework(bad: Any) -> None:
    code, pointer = refused(changed(example("consent-given"), data__tcf_purposes=bad))
    assert (code, pointer.split("/")[:3]) == ("schema", ["", "data", "tcf_purposes"])


def test_letters_of_a_string_tell_of_no_investigation() -> None:
    """In some of many strings they spell a word that hints by chance: it is no word there."""
    word = "-sv-126nd-wiv-2017-"
    spelled = core(number(4 + 6 * len(word), 16) + "0" + "0000" + bits_of(word))
    assert word in spelled
    message = changed(example("consent-given"), data__tc_string=spelled)
    assert isinstance(outcome(message), Event)
    assert isinstance(outcome(message, AdmissionRules(confidential=True)), Rejection)
    assert refused(changed(message, data__tc_string=word)) == ("withheld", "")
    assert refused(changed(message, data__text_version=word[1:-1])) == ("withheld", "")


@pytest.mark.parametrize(
    "name",
    [*CARRIERS[:4], "marketing-objection-recorded", "objection-raised"],
)
def test_the_signal_of_a_browser_is_a_fact(name: str) -> None:
    assert accepted(changed(example(name), data__gpc=True)).facts["gpc"] is True
    assert refused(changed(example(name), data__gpc="1")) == ("schema", "/data/gpc")
