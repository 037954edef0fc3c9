"""Every command in both languages on one ledger: no word of the other language in what people read.

Words that only one of the two languages has tell them apart: those of our own files, and a list of small
words that nearly every sentence has. What is data is the same in both and is left out: codes, names, values,
what stands in quotation marks.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import application
from console.main import command_tree
from sample.tour import TOUR_SUBJECT
from schemas.texts import LANGUAGES, Language
from tests.fixtures.console import Cli

WHO, OTHER = TOUR_SUBJECT, "customer/10003"
# Words of sentences: whoever forgot to translate one used some of these. None is a word of both languages,
# and none stands in what the sample recorded.
_SMALL: dict[Language, str] = {
    "en": "the and are not with this that which has have been nothing none found what who whose when must"
    " expected its since yes would could only every each than there their they were because why how before"
    " about again still does did cannot everything anybody nobody",
    "nl": "niet geen wordt werd zijn door naar deze welke heeft hebben iets niets wie wat wanneer sinds moet"
    " verwacht zou alleen elke ander hun waren omdat waarom hoe nog opnieuw",
}
SMALL: dict[Language, frozenset[str]] = {
    language: frozenset(listed.split()) for language, listed in _SMALL.items()
}
# They run until somebody ends them and write logs, which are English; `demo` has a server of its own.
ENDLESS = {"consume", "project", "push", "upkeep", "run", "serve", "witness", "demo"}
# What a person must be told of a refusal or an extension is printed in both, to be handed on.
BOTH = ("request refuse", "request extend", "request verify-identity")
_WORD = re.compile(r"[a-zà-ü]+(?:'s)?\Z")
# Not words: codes, paths, times, flags, commands, numbers, what somebody recorded.
_QUOTED = re.compile(r"`[^`]*`|'[^' ]*'|\"[^\"]*\"|\{[^}]*\}")
_MARKUP = re.compile(r"<style.*?</style>|<[^>]*>", re.DOTALL)


def own_words(language: Language) -> set[str]:
    """Every word of our own phrases in a language."""
    text = Path(application.__file__).with_name("words.toml").read_text("utf-8")
    phrases = [one[language] for part in tomllib.loads(text).values() for one in part.values()]
    return {word for phrase in phrases for word in words_of(phrase)}


def words_of(text: str) -> Iterator[str]:
    """The plain words of a text, in small letters."""
    for token in _QUOTED.sub(" ", text).split():
        word = token.strip(".,;:()[]{}!?…").casefold()
        if _WORD.match(word):
            yield word


HEADS: dict[Language, set[str]] = {
    "en": own_words("en") - own_words("nl"),
    "nl": own_words("nl") - own_words("en"),
}


def foreign_words(text: str, language: Language) -> set[str]:
    """Words of the other language: in headings any of ours, elsewhere the small ones."""
    other: Language = "en" if language == "nl" else "nl"
    found: set[str] = set()
    for line in text.splitlines():
        words = set(words_of(line.replace("│", " ").replace("┃", " ")))
        found |= words & SMALL[other]
        if "┃" in line:
            found |= words & HEADS[other]
    return found


def commands() -> set[str]:
    """Every command that does something, by its words."""
    return set(_below(command_tree(), ()))


def _below(command: Any, path: tuple[str, ...]) -> Iterator[str]:
    children = getattr(command, "commands", {})
    for name, child in children.items():
        yield from _below(child, (*path, name))
    if path and not children:
        yield " ".join(path)


def asked(language: Language, folder: Path) -> Iterator[tuple[str, bytes]]:
    """A line for each command, and what it reads; in English, which other tests read, what only looks."""
    yield from ((line, b"") for line in LOOKS)
    yield "find email", b"a@example.nl\n"
    if language == "nl":
        yield from ((line, b"") for line in acts_of("NL", folder))
        yield f"ingest {folder}/odd.ndjson", b""
        yield f"schema validate {folder}/odd.ndjson", b""
        yield "find email", b"\n"


LOOKS = [
    "init",
    "today",
    "login-link",
    "status",
    f"history {WHO}",
    f"state {WHO}",
    "state",
    f"consents {WHO} --history",
    f"marketing {WHO}",
    f"may credit-check {WHO}",
    "codes list",
    "purposes",
    "register",
    "disclosures",
    "disclosures --recipient zzzz",
    "recipients",
    "transparency",
    "transfers",
    f"export --format ldv --subject {WHO}",
    "access",
    f"access {WHO}",
    "access employee/3",
    "findings",
    "findings --rule zzzz",
    "lint",
    "schema list",
    "schema show consent-given",
    "schema tc-string zzzz",
    "complaint list --all",
    "complaint show zzzz",
    "dead-letters list",
    "dead-letters retry 0000000000",
    "dead-letters show 0000000000",
    "hold list",
    "retention due --all",
    "retention run",
    "retention forecast",
    f"retention decide {WHO}",
    "notify list",
    "transparency --format html",
    "feed list",
    "kafka sources",
    "kafka resume --source zzzz",
    "kafka accept-gap --topic t --reason gone",
    "kafka create-topics",
    "keys status",
    "sample --events 0",
    "certificate write 2",
    "history customer/99999",
    "history nobody",
    "rebuild incidents",
    "audit --views",
]


def acts_of(mark: str, folder: Path) -> list[str]:
    """A line for each command that acts. `mark`: in the references of what is made."""
    request, breach, hold = f"VZ-2026-{mark}", f"BR-{mark}", f"HOLD-{mark}"
    proof, entry = folder / f"{mark}.proof", folder / f"{mark}.entry"
    key = folder / f"{mark}.key"
    return [
        f"request open {OTHER} --right access --channel email --ref {request}",
        f"request open {OTHER} --right access --channel email --ref {request}",
        f"request show {request}",
        "request list --all",
        "incident list",
        f"request extend {request} --reason complexity",
        f"request answer {request} --outcome granted",
        f"request verify-identity {request} --method portal-login",
        f"report access {OTHER} --format html --language nl",
        f"report access {OTHER} --request {request} --output {folder}/{mark}.access.json",
        "register --format html",
        f"report portability {OTHER} --output {folder}/{mark}.json",
        f"request refuse {request} --ground manifestly-unfounded",
        f"request close {request} --outcome withdrawn",
        f"request open {OTHER} --right erasure --channel email --ref {request}2 --unknown",
        f"request close {request}2 --outcome withdrawn",
        "codes declare zwaluw-desk --reason name-of-a-desk",
        f"notify record {OTHER} nobody --action erasure",
        f"incident detect {breach}",
        f"incident close {breach}",
        f"incident assess {breach} --risk high",
        f"incident notify {breach} --regime telecom --phase full",
        f"incident affected {breach} --category contact",
        f"incident affected {breach}",
        f"incident tell {breach} {OTHER} --channel email",
        f"letter request {request} --language {mark.lower()}",
        f"letter breach {breach} --language {mark.lower()}",
        f"letter recipient {OTHER} --language {mark.lower()}",
        f"letter announcement --language {mark.lower()}",
        f"incident show {breach}",
        f"incident suspect {OTHER} --kind login --ref MIS-{mark}",
        f"incident resolve MIS-{mark} --outcome unfounded",
        f"incident warn MIS-{mark} --channel phone",
        f"hold place {OTHER} {hold} --ground civil-claim --review-on 2027-06-01 --category contact",
        f"hold place {OTHER} {hold} --ground civil-claim --review-on 2027-06-01",
        f"hold review {OTHER} {hold} --review-on 2027-09-01",
        f"hold release {OTHER} {hold}",
        f"incident notification {breach}",
        f"record complaint-received --subject {OTHER} --set via=email",
        f"record complaint-received --subject {OTHER} --set via=email --set complaint_ref=K-{mark}",
        f"record complaint-received --subject {OTHER} --set via=email --set complaint_ref=K-{mark} --yes",
        f"complaint receive {OTHER} --via email --ref K-{mark}",
        f"complaint show K-{mark}",
        f"complaint answer K-{mark} --via post --outcome upheld",
        f"complaint answer K-{mark} --via post --outcome upheld",
        "log keys",
        "log rebuild",
        "publish --once",
        f"report completeness {OTHER} --output {folder}/{mark}.completeness",
        f"report verify {folder}/{mark}.completeness --key x",
        "log recompute",
        f"archive {folder}/archive --segment 256",
        f"query register {folder}/archive",
        f"prune --through 256 --archive {folder}/archive",
        "prune --through 256 --for-good --yes",
        "checkpoint",
        f"prove 100 --output {proof} --entry {entry}",
        f"verify {proof} --entry {entry} --key x",
        f"verify {proof} --entry {entry}",
        f"feed root {folder}/list --key-file {key}",
        f"feed deliver {folder}/list --recipient zzzz",
        f"feed deliver {folder}/list --recipient ciot",
        f"feed keep 1 {folder}/list --key-file {key}",
        f"feed prove 1 {OTHER}",
        f"feed verify {proof} --subject {OTHER} --day 2026-11-24",
        "erase customer/10005 --ground request",
        "certificate write 2",
        f"certificate verify {folder}/{mark}.certificate",
        "log rotate-key",
        "keys rotate --now",
        f"dead-letters hand-over {folder}/{mark}.withheld",
        f"backup {folder}/{mark}-events --keys {folder}/{mark}-keys",
        f"restore {folder}/{mark}-events --keys {folder}/{mark}-keys --check",
        f"restore {folder}/{mark}-events --keys {folder}/{mark}-keys",
    ]


@pytest.fixture
def ledger(cli: Cli) -> Cli:
    return prepared(cli)


def prepared(cli: Cli) -> Cli:
    """A ledger with the sample, and a few files."""
    sample = cli.folder / "sample.ndjson"
    made = cli("sample", "--events", "900", "--customers", "24", "--output", str(sample))
    assert made.status == 0, made.err
    assert cli("ingest", str(sample)).status == 0
    (cli.folder / "odd.ndjson").write_text('{"specversion": "1.0"}\nno json\n')
    (cli.folder / "list").write_text(f"{OTHER}\n")
    return cli


def test_every_command_speaks_one_language(ledger: Cli) -> None:
    wrong: list[str] = []
    every, seen = commands(), set[str]()
    for language in LANGUAGES:
        ledger.set(LANGUAGE=language)
        for line, stdin in asked(language, ledger.folder):
            ran = ledger(*line.split(), stdin=stdin)
            assert not re.search("nexpected|onverwachte", ran.err), ran.err
            seen |= {name for name in every if f"{line} ".startswith(f"{name} ")}
            told = f"{_read(ran.out)}\n{ran.err}"
            if not line.startswith(BOTH) and (found := foreign_words(told, language)):
                wrong.append(f"{language} {line}: {' '.join(sorted(found))}")
    assert not wrong, "\n".join(wrong)
    assert every - seen == ENDLESS


def _read(content: bytes) -> str:
    """What a person reads of an answer: a table or a page, nothing of what is for machines."""
    text = content.decode()
    if text.startswith("<"):
        return _MARKUP.sub(" ", text)
    return "" if text.lstrip().startswith(("{", "[")) else text
