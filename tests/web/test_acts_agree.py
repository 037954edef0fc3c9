"""Does every declared act by command and by page, on two equal ledgers, and compares the events.

The acts are drawn: each member of a declaration gets one of its codes, or nothing where it may be left out.
Some acts are refused therefore; then neither edge may record anything.
"""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random, SystemRandom
from typing import Any, NamedTuple, get_args

import pytest

from application.acts.answering import RequestAnswer
from application.acts.given import Given, GivenMember, members_of
from application.acts.holding import HoldRelease, HoldReview, NewHold
from application.acts.notifying import NotificationWord
from application.acts.on_complaints import ComplaintAnswer, NewComplaint
from application.acts.on_incidents import (
    Assessment,
    AuthorityNotice,
    BreachEnd,
    MisuseEnd,
    NewBreach,
    NewMisuse,
    Warned,
    WordsToPersons,
)
from application.acts.on_requests import Closing, Extension, IdentityCheck, Refusal
from application.acts.on_retention import Decision
from application.acts.requesting import NewRequest
from console.tree import entries, function_of
from host.wiring import install_site
from ledger.library.reader import LedgerReader
from tests.fixtures.console import Cli, collected, disclosed, recipient, registered, without_ledger
from tests.fixtures.moments import days_ago
from tests.fixtures.postgres import Templates
from tests.fixtures.whole import WHOLE
from tests.unit.application.test_given import EVERY, ONE_EDGE
from tests.web.console import Consoled, clock, console_settings
from tests.web.office import english, fields_of, filled
from web.pages.listed import FORMS

SEED = SystemRandom().randrange(2**32) if WHOLE else 20261203
ROUNDS = 20 if WHOLE else 1
RECIPIENT = "Incasso Voorbeeld"
LIVES: Sequence[Sequence[type[Given]]] = (
    (NewRequest, IdentityCheck, Extension, RequestAnswer, Refusal, Closing),
    (NewRequest, Refusal),
    (NewComplaint, ComplaintAnswer, ComplaintAnswer),
    (NewHold, HoldReview, HoldRelease, HoldRelease),
    (
        NewBreach,
        Assessment,
        AuthorityNotice,
        Assessment,
        WordsToPersons,
        AuthorityNotice,
        BreachEnd,
    ),
    (NewMisuse, Warned, Warned, MisuseEnd, MisuseEnd),
    (Decision, NotificationWord, NotificationWord),
)
"""Acts on one case, in an order in which many of them fit."""


class Drawn(NamedTuple):
    """An act, and the values of its members that are given."""

    act: type[Given]
    values: dict[str, Any]

    def members(self) -> list[tuple[GivenMember, Any]]:
        """Each member that is given, with its value."""
        return [(it, self.values[it.name]) for it in members_of(self.act) if it.name in self.values]


class Edge(NamedTuple):
    """A ledger, with the page and the command that act on it."""

    console: Consoled
    cli: Cli
    settings: dict[str, str]

    def events(self) -> list[tuple[str, Mapping[str, Any]]]:
        """The recorded events, reads aside: each type with its facts."""
        with self.console.site() as site:
            recorded = list(LedgerReader(site.session("reader")).replay())
        return [
            (one.name, {name: _plain(name, fact) for name, fact in one.facts.items()})
            for one in recorded
            if one.name != "ledger-read"
        ]

    def by_command(self, drawn: Drawn, folder: Path) -> None:
        """Do an act by its command."""
        self.cli.set(**self.settings)
        arguments: list[str] = []
        options: list[str] = []
        for member, said in drawn.members():
            value = said
            if member.ask.look == "file":
                value = str(folder / "text")
                Path(value).write_text(said)
            texts = value if isinstance(value, tuple) else (value,)
            if member.ask.argument:
                arguments += texts
            elif value is True:
                options.append(member.flag)
            else:
                options += [f"{member.flag}={text}" for text in texts]
        ran = self.cli(*command_of(drawn.act), *arguments, *options)
        assert ran.status in {0, 1, 2}, ran.err

    def by_page(self, drawn: Drawn) -> None:
        """Do an act by its form, and confirm it where the page asks."""
        (form,) = (form for form in FORMS if form.fields is drawn.act)
        path = form.path.format(**drawn.values)
        if "subject" in drawn.values:
            path += f"?subject={drawn.values['subject']}"
        fields = {
            it.name: _typed(it, value) for it, value in drawn.members() if it.ask.look != "path"
        }
        officer = english(self.console.as_("privacy-officer"))
        if officer.http.get(path).status_code != 200:
            return
        answer = officer.post(path, **filled(officer, path, **fields))
        if answer.status_code == 200:
            answer = officer.post(path, **fields_of(answer))
        assert answer.status_code in {303, 400, 404, 409, 422}, (drawn, answer.status_code)


def _plain(name: str, fact: Any) -> Any:
    """A fact without the instant of the act and without the random ids of keys."""
    if name.endswith("_at"):
        return "now"
    return len(fact) if name == "keys_destroyed" else fact


def _typed(member: GivenMember, value: Any) -> Any:
    if member.is_lines:
        return "\n".join(value)
    return "true" if value is True else list(value) if isinstance(value, tuple) else value


def command_of(act: type[Given]) -> list[str]:
    """The words that call the command of an act, and `--yes` where it only shows the act without that."""
    for words, entry in entries(confidential=True).items():
        if entry.function:
            command = inspect.getclosurevars(function_of(entry)).nonlocals["command"]
            parameters = inspect.signature(command).parameters
            if any(act in (it.annotation, *get_args(it.annotation)) for it in parameters.values()):
                return [*words.split(), *(["--yes"] if "carry_out" in parameters else [])]
    raise LookupError(act)


def draw(chance: Random, act: type[Given], known: Mapping[str, str]) -> Drawn:
    """An act with drawn members. `known`: of its case, such as its reference."""
    values: dict[str, Any] = {}
    for member in members_of(act):
        if member.name in known:
            values[member.name] = known[member.name]
        elif member.must or (member.name != "at" and chance.random() < 0.4):
            values[member.name] = _drawn_value(chance, member)
    return Drawn(act, values)


def _drawn_value(chance: Random, member: GivenMember) -> object:
    if member.codes:
        count = chance.randint(1, 2)
        chosen = chance.sample(member.codes, min(count, len(member.codes)))
        return tuple(chosen) if member.is_several else chosen[0]
    if member.ask.look == "day":
        return (datetime.now(UTC).date() + timedelta(days=chance.choice((-3, 20, 200)))).isoformat()
    if member.kind is not str:
        return chance.choice((True,)) if member.kind is bool else chance.choice((0, 7, 1200))
    text = chance.choice(("something", "another thing"))
    return (text,) if member.is_several else text


@pytest.fixture
def edges(
    embedded_templates: Templates,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> Iterator[tuple[Edge, Edge]]:
    """Two equal ledgers: one for commands, one for pages."""

    def installed(url: str, keys: Path) -> None:
        install_site(console_settings(url, keys), clock)

    cli = without_ledger(monkeypatch, capsysbinary, tmp_path)
    with ExitStack() as stack:
        made = []
        for name in ("command", "page"):
            keys = tmp_path / name / "keys"
            url = stack.enter_context(embedded_templates.of("console_empty", installed, keys))
            settings = {"DATABASE_URL": url, "KEY_DIR": str(keys), "LOG_DIR": str(keys / "tlog")}
            console = Consoled(console_settings(url, keys), lambda: datetime.now(UTC))
            stack.callback(console.close)
            made.append(Edge(console, cli, settings))
        first, second = made
        yield first, second


def test_every_act_of_two_edges_is_walked() -> None:
    walked = {act for life in LIVES for act in life}
    assert {act.__name__ for act in set(EVERY) - walked} == set(ONE_EDGE)


def test_an_act_by_command_and_by_page_records_equal_events(
    edges: tuple[Edge, Edge], tmp_path: Path
) -> None:
    chance = Random(SEED)
    by_command, by_page = edges
    people = [f"customer/{40_001 + number}" for number in range(ROUNDS * len(LIVES))]
    for edge in edges:
        edge.console.record(recipient(RECIPIENT, time=days_ago(400)), *_lives_of(people))
    refused, recorded = 0, by_command.events()
    for number, who in enumerate(people):
        known = {"ref": f"R-{number}", "subject": who, "recipient": RECIPIENT}
        life = LIVES[number % len(LIVES)]
        for act in life:
            drawn = draw(chance, act, known)
            by_command.by_command(drawn, tmp_path)
            by_page.by_page(drawn)
            before, recorded = recorded, by_command.events()
            assert recorded == by_page.events(), (SEED, drawn)
            refused += recorded == before
    acts = ROUNDS * sum(map(len, LIVES))
    assert 0 < refused < acts, (refused, acts)


def _lives_of(people: Sequence[str]) -> Iterator[dict[str, Any]]:
    for who in people:
        yield registered(who, time=days_ago(300))
        yield collected(who, time=days_ago(300))
        yield disclosed(who, time=days_ago(200))
