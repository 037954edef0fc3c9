"""Every act that is declared: its members agree with its events, and each edge takes all of them."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Annotated, Any, get_args

import msgspec
import pytest
from msgspec import Meta

import application.acts
from application.acts.given import (
    Ask,
    Choice,
    Given,
    Misgiven,
    Timed,
    facts_of,
    given_of,
    members_of,
)
from application.language import speak
from console.setting_flags import own_parameters
from console.tree import entries, function_of
from ledger.errors import Misconfigured
from schemas import ALL_TYPES
from schemas.names import type_of
from schemas.texts import LANGUAGES
from web.acts import asked
from web.pages.listed import FORMS
from web.words import t

# Acts that one edge alone takes, with the reason.
ONE_EDGE = {
    "Withdrawal": "at a terminal `ledger record consent-withdrawn` does it",
    "HandOver": "orders have no pages",
    "SeveralOrders": "orders have no pages",
}

NO_EVENT = {"Decision": "what is decided on each category is recorded by the erasure"}


def declared() -> Iterator[type[Given]]:
    for module in pkgutil.iter_modules(application.acts.__path__, "application.acts."):
        for one in vars(importlib.import_module(module.name)).values():
            is_here = inspect.isclass(one) and one.__module__ == module.name
            if is_here and issubclass(one, Given) and not one.__subclasses__():
                yield one


EVERY = list(declared())
each = pytest.mark.parametrize("one", EVERY, ids=lambda one: one.__name__)
# The functions themselves, below what gives them the flags of settings.
COMMANDS = [
    inspect.getclosurevars(function_of(entry)).nonlocals["command"]
    for entry in entries(confidential=True).values()
    if entry.function
]


def of_command(one: type[Given]) -> set[str]:
    """The options and arguments of the commands that take an act."""
    return {
        own.name
        for command in COMMANDS
        if any(
            one in get_args(parameter.annotation)
            for parameter in inspect.signature(command).parameters.values()
        )
        for own in own_parameters(command)
    }


def test_there_are_some() -> None:
    assert {"NewComplaint", "WordsToPersons"} <= {one.__name__ for one in EVERY}
    assert set(ONE_EDGE) <= {one.__name__ for one in EVERY}


@each
def test_every_fact_is_one_of_its_events(one: type[Given]) -> None:
    known = {
        name for event in one.events for name in ALL_TYPES[type_of(event)].data.__struct_fields__
    }
    facts = {it.name if it.ask.fact is None else it.ask.fact for it in members_of(one)} - {""}
    assert facts <= known or one.__name__ in NO_EVENT


@each
def test_each_edge_takes_every_member(one: type[Given]) -> None:
    members = {it.name for it in members_of(one)}
    commands = of_command(one)
    forms = [form for form in FORMS if form.fields is one]
    if one.__name__ in ONE_EDGE:
        assert not (commands and forms)
        return
    assert members <= commands
    assert forms
    inputs = {it.name for it in asked(one)}
    in_path = {it.name for it in members_of(one) if it.ask.look == "path"}
    assert all(f"{{{name}}}" in form.path for form in forms for name in in_path)
    assert inputs | in_path == members


@pytest.mark.parametrize("one", [one for one in EVERY if any(form.fields is one for form in FORMS)])
def test_a_page_has_words_for_every_member_and_every_code(one: type[Given]) -> None:
    for language in LANGUAGES:
        speak(language)
        for it in asked(one):
            assert it.kind == "hidden" or t(f"field.{it.label or it.name}")
            assert not it.hint or t(f"hint.{it.hint}")
            assert all(words for _, words in it.options)


class Told(Timed, frozen=True, kw_only=True):
    """Made up: every kind of member."""

    events = ("made-up",)
    ref: Annotated[str, Ask("Which.", look="path", argument="REF", fact="made_ref")]
    way: Annotated[str, Ask("Such as {}.", Choice("channel", ("email", "post"), True))]
    risks: Annotated[tuple[str, ...], Ask("{}", Choice("risk", ("low", "high")))] = ()
    count: Annotated[Annotated[int, Meta(ge=0)] | None, Ask("How many.")] = None
    names: Annotated[tuple[str, ...], Ask("Names.", flag="--name")] = ()


def test_facts_are_those_that_were_given() -> None:
    told = given_of(Told, {"ref": "R", "way": "In person", "names": ["a"], "count": 0, "at": "T"})
    assert told.way == "in-person"
    assert facts_of(told) == {"made_ref": "R", "way": "in-person", "names": ["a"], "count": 0}


@pytest.mark.parametrize(("member", "value"), [("way", "één"), ("risks", ["low", "medium"])])
def test_a_code_that_a_member_may_not_have_is_refused_beside_it(member: str, value: Any) -> None:
    with pytest.raises(Misconfigured) as caught:
        given_of(Told, {"ref": "R", "way": "post", member: value})
    assert caught.value.field == member


def test_members_of_a_base_stand_behind() -> None:
    names = [it.name for it in members_of(Told)]
    assert names == ["ref", "way", "risks", "count", "names", "at"]
    kinds = [(it.name, it.kind, it.required, it.free) for it in asked(Told, way={"hint": "ref"})]
    assert kinds == [
        ("way", "choice", True, True),
        ("risks", "checks", False, False),
        ("count", "number", False, False),
        ("names", "textarea", False, False),
        ("at", "datetime-local", False, False),
    ]
    assert [it.name for it in asked(Told, names=None)][-2:] == ["count", "at"]


def test_an_error_names_the_act_and_the_member() -> None:
    mute: Any = msgspec.defstruct("Mute", [("ref", str)], bases=(Given,), frozen=True, kw_only=True)
    with pytest.raises(Misgiven, match="Mute, ref: it does not say how"):
        members_of(mute)
    with pytest.raises(Misgiven, match="Told, colour: a page changes"):
        asked(Told, colour={"hint": "ref"})
