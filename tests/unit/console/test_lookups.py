"""Every flag that names something: which ones there are, what each accepts, and what a wrong name is told."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer

import rulebook
from application.lookups import (
    NotKnown,
    codes,
    event_types,
    fields,
    folded,
    named,
    names_of,
    nearest,
    provisions,
    rules,
)
from application.queries.lookups import _cited
from application.register_words import RegisterWords
from console.main import command_tree
from console.setting_flags import ALL_GROUPS, settings_of
from schemas import CATEGORIES, EVENT_TYPES
from schemas.texts import LANGUAGES, field_name, word_of
from tests.fixtures.cases import each

# What is new, a number, a time, a file or a switch names nothing that must be there.
FREE = {
    *(
        "T",
        "N",
        "POSITION",
        "OFFSET",
        "DATE",
        "DAY",
        "FILE",
        "FILE...",
        "[FILE]",
        "FOLDER",
        "[PROOF]",
        "LIST",
    ),
    *("KEY", "VKEY", "URL", "HOST:PORT", "ENTRY", "CODE"),
}
# A person, a case or a letter that is not there is told of by whoever looks it up: none is listed.
REFERENCES = {
    # Letters may be of any type and source: what is asked for in vain is told as "0 of 12".
    *("FEED", "SOURCE", "TYPE"),
    *(
        "S",
        "SUBJECT",
        "[SUBJECT]",
        "[SUBJECT...]",
        "REF",
        "REQUEST",
        "HOLD",
        "LETTER",
        "[LETTER]...",
        "TOPIC",
    ),
}
LANGUAGE = "L"
# What only the ledger knows: `tests/integration/test_lookups.py` asks for each.
IN_THE_LEDGER = {
    ("access", "--role"),
    ("disclosures", "--provision"),
    ("feed deliver", "--provision"),
    ("feed deliver", "--recipient"),
    ("feed prove", "--recipient"),
    ("disclosures", "--recipient"),
    ("transfers", "--provision"),
    ("transfers", "--recipient"),
    ("incident affected", "--activity"),
    ("incident affected", "--recipient"),
    ("incident affected", "--system"),
    ("letter announcement", "--activity"),
    ("letter announcement", "--recipient"),
    ("letter recipient", "--recipient"),
    ("notify list", "--recipient"),
    ("notify record", "RECIPIENT"),
}
# Codes that whoever types them chooses, and an activity of which an objection says itself that it is unknown.
CHOSEN = {
    ("complaint answer", "--outcome"),
    ("complaint answer", "--via"),
    ("complaint receive", "--via"),
    ("hold place", "--ground"),
    ("hold place", "--owner"),
    ("hold release", "--ground"),
    ("hold review", "--ground"),
    ("hold review", "--owner"),
    *(
        ("incident assess", f"--{flag}")
        for flag in (
            "began",
            "provider",
            "state",
            "consequence",
            "delay-reason",
            "description",
            "proposed",
            "protection",
            "taken",
            "who",
        )
    ),
    ("incident notify", "--delay-reason"),
    ("incident resolve", "--outcome"),
    ("incident suspect", "--kind"),
    ("incident tell", "--channel"),
    ("incident tell", "--sha256"),
    ("incident warn", "--channel"),
    ("notify record", "--ground"),
    ("record", "--emergency"),
    ("record", "--set"),
    ("request answer", "--review"),
    ("request open", "--activity"),
    ("request open", "--ground"),
    ("request open", "--mandate-ref"),
    ("request verify-identity", "--ask"),
    ("request verify-identity", "--method"),
}
# Numbers, places of archives, and where a program listens: they have no name for their values.
PLAIN = {
    ("archive", "ARCHIVE"),
    ("audit", "--archive"),
    ("audit", "--since"),
    ("today", "--owner"),
    ("prune", "--archive"),
    ("prune", "--through"),
    ("query", "ARCHIVE"),
    ("query", "--master"),
    ("rebuild", "--archive"),
    ("rebuild", "--master"),
    ("rebuild", "--processes"),
    ("sample", "--customers"),
    ("sample", "--events"),
    ("sample", "--seed"),
    ("schema tc-string", "STRING"),
    ("witness", "--host"),
    ("witness", "--port"),
}
SETTINGS = {setting.name for setting in settings_of(ALL_GROUPS)}


def flags() -> Iterator[tuple[str, str, Any]]:
    """Command, flag or argument, and its parameter: of every command, without settings."""
    yield from _below(command_tree(), ())


def _below(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str, Any]]:
    for name, child in sorted(getattr(command, "commands", {}).items()):
        yield from _below(child, (*path, name))
    if path and not getattr(command, "commands", {}):
        for one in command.params:
            if one.name not in SETTINGS | {"help"}:
                option = one.param_type_name == "option"
                yield " ".join(path), one.opts[0] if option else _bare(one), one


def _bare(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


ALL = list(flags())
LISTED = [(c, f, one) for c, f, one in ALL if one.callback is not None]


def _is_free(one: Any) -> bool:
    return getattr(one, "is_flag", False) or one.metavar in FREE | REFERENCES | {LANGUAGE}


def test_every_flag_is_known_to_be_looked_up_or_not() -> None:
    rest = {
        (command, flag)
        for command, flag, one in ALL
        if one.callback is None and ((command, flag) in IN_THE_LEDGER or not _is_free(one))
    }
    assert rest == IN_THE_LEDGER | CHOSEN | PLAIN
    assert len(LISTED) > 30


@each("command, flag, one", LISTED, ids=lambda x: x if isinstance(x, str) else "")
def test_a_flag_with_a_list_refuses_what_is_not_in_it(command: str, flag: str, one: Any) -> None:
    many = one.multiple if one.param_type_name == "option" else one.nargs == -1
    wrong = ["qqqq"] if many else "qqqq"
    with pytest.raises(typer.BadParameter) as raised:
        one.callback(None, one, wrong)
    assert raised.value.message.startswith(("expected one of", "nothing is known by this name"))
    assert "qqqq" not in raised.value.message  # it may be somebody's name
    assert one.callback(None, one, None) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_spelling_that_is_printed_is_accepted(language: Any) -> None:
    words = RegisterWords(language)
    for kind in rulebook.RECIPIENT_KINDS:
        spelled = codes(rulebook.RECIPIENT_KINDS)
        assert named(words.recipient_kind(kind), spelled) == kind
        assert named(kind.replace("-", " ").upper(), spelled) == kind
    for category in CATEGORIES:
        assert named(word_of(category, language), codes(CATEGORIES)) == category
        assert named(words.category(category), codes(CATEGORIES)) == category
    for field in ("email", "iban"):
        assert named(field_name(field, language), fields(["email", "iban"])) == field
    for entry in rulebook.PROVISIONS:
        cited = words.cited(entry.citation)
        same = [p.id for p in rulebook.PROVISIONS if words.cited(p.citation) == cited]
        if len(same) == 1:
            assert named(cited, provisions()) == entry.id
        assert named(entry.id, provisions()) == entry.id
        for alias in entry.aliases:
            assert named(alias, provisions()) == entry.id
    for rule in rulebook.RULES:
        title = rule.title if language == "en" else rule.title_nl
        assert named(rule.id, rules(rulebook.RULES)) == rule.id
        assert named(title, rules(rulebook.RULES)) == rule.id


def test_types_are_named_short_and_in_full() -> None:
    spelled = event_types(EVENT_TYPES.values())
    assert named("consent-given", spelled) == "consent-given"
    full = "nl.voipzeker.ledger.consent-given.v1"
    assert named(full, spelled) == full
    assert "consent-given" in nearest("consent-givn", spelled)


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("AWR art. 53", "nl.awr.53"),
        ("awr ART 53", "nl.awr.53"),
        ("AWR art. 53 lid 1", "nl.awr.53"),
        ("AVG art. 12 lid 3", "eu.gdpr.12"),
        ("GDPR art. 12(3)", "eu.gdpr.12"),
        ("AWR", None),
        ("bogus.1", None),
    ],
)
def test_a_citation_names_its_article(text: str, cited: str | None) -> None:
    assert _cited(folded(text), provisions()) == cited


def test_what_is_near_is_said_and_a_long_list_is_not() -> None:
    with pytest.raises(NotKnown) as raised:
        named("law.transfer.certifcation", rules(rulebook.RULES))
    assert "did you mean law.transfer.certification" in str(raised.value)
    with pytest.raises(NotKnown) as raised:
        named("contct", codes(CATEGORIES))
    assert "expected one of address, behaviour, contact" in str(raised.value)
    assert str(raised.value).endswith("did you mean contact?")
    parties = names_of([("incasso-west", ()), ("carrier-oost", ("De Oude Kabel N.V.",))])
    assert nearest("incaso", parties) == ["incasso-west"]
    assert nearest("oude kabl", parties) == ["carrier-oost"]
    assert nearest("zzzz", parties) == []
