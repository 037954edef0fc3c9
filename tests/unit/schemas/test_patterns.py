"""What a regular expression over a message may cost. It is read by its form: its steps cannot be counted.

A pattern whose repeats all have a bound does bounded work at each place of a text, so that a search is
linear. Those with a repeat without bound are listed here, each with the reason why it is linear all the
same; the reasons were judged by people, and the list holds no more and no less than there is. What a bound
comes to is not asked: a bound of thousands would pass.
"""

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import schemas
from rulebook import secrecy

# Modules of the interpreter that only some stubs know.
sre: Any = import_module("re._constants")
parser: Any = import_module("re._parser")
ONE_CLASS = "nothing but one class of characters: each is read once"
ANCHORED = (
    "begins at the start of a text only, and what follows a repeat is none of what it repeats"
)
APART = "what follows the repeat, or may stand before it, is none of what it repeats"
SHORT = "reads a text that was cut to a bounded length"
OURS = "reads an error message of msgspec, whose names are those of the contract"
ONCE = "a look behind lets it begin once in each row of what it repeats"

REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
UNBOUNDED = {
    "schemas.formats.TYPE": ANCHORED,
    "schemas.formats.TEXT": ANCHORED,
    "schemas.formats.EMAIL": ANCHORED,
    "schemas.formats.TC": ANCHORED,
    "schemas.diagnosis._ECHOED.type": ANCHORED,
    "schemas.diagnosis._PLACE": OURS,
    "schemas.diagnosis._MISSING": OURS,
    "schemas.diagnosis._STEP": OURS,
    "schemas.labels._PERSON_BEFORE": SHORT,
    "schemas.labels._REFERENCE_BEFORE": SHORT,
    "schemas.labels._PHONE_BEFORE": SHORT,
    "schemas.labels._IBAN_BEFORE": SHORT,
    "schemas.labels._LAST_LETTERS": SHORT,
    "schemas.labels._FIRST_LETTERS": SHORT,
    "schemas.labels._NO_LETTER": ONE_CLASS,
    "schemas.leaks._SUSPECT": ANCHORED,
    "schemas.leaks._EMAIL": APART,
    "schemas.numbers._NINE_DIGITS": ONCE,
    "schemas.numbers._GROUP": ONE_CLASS,
    "schemas.personal.FORMATS.email": ANCHORED,
    "schemas.personal.FORMATS.invoice_email": ANCHORED,
    "schemas.personal._FITS.email": ANCHORED,
    "schemas.personal._FITS.invoice_email": ANCHORED,
    "schemas.secret_codes._words": ONE_CLASS,
    "schemas.tc_string._LETTERS": ANCHORED,
    "schemas.tc_string._ONES": ONE_CLASS,
}


def modules() -> Iterator[tuple[str, dict[str, Any]]]:
    for found in pkgutil.walk_packages(schemas.__path__, "schemas."):
        yield found.name, vars(import_module(found.name))
    judge = secrecy()
    yield type(judge).__name__, vars(judge)


def patterns_in(name: str, value: Any) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """The patterns that a name stands for: itself, its `match`, or those of a table."""
    value = getattr(value, "__self__", value)
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, str) and name.startswith("schemas.") and value.startswith("^"):
        yield name, re.compile(value)
    elif isinstance(value, dict) and not name.endswith("__"):
        for key, item in value.items():
            yield from patterns_in(f"{name}.{key}", item)


def parsed_of(pattern: re.Pattern[Any]) -> Any:
    return parser.parse(pattern.pattern, pattern.flags)


def repeats(parsed: Any) -> Iterator[tuple[int, Any]]:
    """The most times of each repeat at any depth, and what it repeats."""
    if isinstance(parsed, tuple) and parsed and any(parsed[0] is one for one in REPEATS):
        yield parsed[1][1], parsed[1][2]
    if isinstance(parsed, tuple | list | parser.SubPattern):
        for part in parsed:
            yield from repeats(part)


def is_unbounded(parsed: Any) -> bool:
    return any(most == sre.MAXREPEAT for most, _ in repeats(parsed))


def unbounded() -> dict[str, re.Pattern[Any]]:
    found = {
        name: pattern
        for module, names in modules()
        for one, value in names.items()
        for name, pattern in patterns_in(f"{module}.{one}", value)
    }
    assert len(found) > 100
    return {name: pattern for name, pattern in found.items() if is_unbounded(parsed_of(pattern))}


def test_every_repeat_has_a_bound_or_a_reason() -> None:
    assert unbounded().keys() == UNBOUNDED.keys()


def test_reasons_that_a_form_shows_are_true() -> None:
    for name, pattern in unbounded().items():
        parsed = parsed_of(pattern)
        match UNBOUNDED[name]:
            case reason if reason is ONE_CLASS:
                assert [op for op, _ in parsed] == [sre.MAX_REPEAT], name
                assert len(parsed[0][1][2]) == 1, name
            case reason if reason is ONCE:
                assert parsed[0][0] is sre.ASSERT_NOT, name
            case reason if reason is ANCHORED and name != "schemas.leaks._SUSPECT":
                assert parsed[0] == (sre.AT, sre.AT_BEGINNING), name


def test_a_repeat_without_bound_is_found_at_any_depth() -> None:
    for text in ("a*", "(a+)b", "x|(?=y(?:b+?)?)", "(?>a*+)", "(?<!b)(?:c{2,}){3}"):
        assert is_unbounded(parsed_of(re.compile(text)))
    assert not is_unbounded(parsed_of(re.compile("a{1,128}(?:b?c){3}")))
