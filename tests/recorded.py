"""Records what every edge says, so that a change of the house can be compared: `make recorded TO=FOLDER`.

Record before a change and after it, then compare: `git diff --no-index BEFORE AFTER`. Three walks over the
sample, each on a copy of its own:

- `pages/ROLE.LANGUAGE/`: every page, its files, and its answers of the API, by links, for each role;
- `commands/`: every command in both languages, as a table and with `--json`, with its exit status;
- `acts/`: the history of everything after those commands, so the bytes of each act.

What differs in each run is masked: ids, digests, keys, milliseconds, places of files. `make recorded` runs it
on a day that stands still (see `tests.calendar`), for answers about "today".

A change of a few subjects needs a part of this: with `ONLY=PATTERN` (`complaint|hold`) the walks ask only
addresses and commands in which that is found.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from console.main import command_tree
from schemas.texts import LANGUAGES, Language
from tests.calendar import moved
from tests.fixtures.console import Cli
from tests.integration.test_languages import LOOKS, acts_of, asked, prepared
from tests.web.console import Consoled, sampled
from tests.web.crawling import all_addresses, walked
from web.pages.listed import PAGES
from web.rights import table

__all__ = ["sampled"]

DAY = "2026-11-24T12:00"
_TO, _ONLY = "LEDGER_TEST_RECORDED", "LEDGER_TEST_RECORDED_ONLY"
_MASKS = [
    (re.compile(pattern), mask)
    for pattern, mask in (
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<uuid>"),
        (r"\b[0-9a-f]{10,}\b", "<hex>"),
        # A word of base64 that is no path and no word of a person: it has a digit and both cases.
        (r"(?=[\w+/-]*\d)(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])[\w+/-]{24,}={0,2}", "<base64>"),
        (r"(\d\d:\d\d:\d\d)[.,]\d+", r"\1"),
        (r'(name="(?:once|csrf)" value=")[^"]*', r"\1<token>"),
        (r"/[^\s\"'<>]*/pytest-of-[^/]*/[^\s\"'<>]*", "<path>"),
        (r"\b\d+(?:[.,]\d+)? (ms|s|kB|MB)\b", r"<n> \1"),
        (r"(port|Port|localhost:|127\.0\.0\.1:)(\D?)\d{4,5}", r"\1\2<port>"),
    )
]


def masked(text: str) -> str:
    """A text without what differs in each run."""
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text


def keep(place: str, text: str) -> None:
    """Write what an edge said."""
    path = Path(os.environ[_TO], re.sub(r"[^\w./=&?,-]", "_", place))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(masked(text), "utf-8")


def is_meant(asked: str) -> bool:
    """Whether an address or a command is one of those to record."""
    return re.search(os.environ.get(_ONLY, ""), asked) is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages(sampled: Consoled, language: Language) -> None:
    """Every page for each role, with its files and answers of the API."""
    said = 0
    for role in sorted(table()):
        person = role == "data-subject"
        client = (
            sampled.as_(role, "customer/10023", "data-subject") if person else sampled.as_(role)
        )
        client.http.cookies.set("language", language)
        starts = ["/my"] if person else ["/", *pages(), *all_addresses()]
        for seen in walked(sampled, client, [*filter(is_meant, starts)], is_meant):
            name = seen.address.strip("/").replace("/", ".") or "first"
            keep(f"pages/{role}.{language}/{name}", f"{seen.status}\n{seen.text}")
            said += 1
    assert said > (0 if os.environ.get(_ONLY) else 1000)


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands(cli: Cli, language: Language) -> None:
    """Every command; those that only look, with `--json` as well; then the history of it all."""
    prepared(cli)
    cli.set(LANGUAGE=language)
    lines = [*asked(language, cli.folder)]
    if language == "en":
        lines += [(line, b"") for line in acts_of("EN", cli.folder)]
    lines += [(line, b"") for line in LOOKS if line.endswith((" list", " --all"))]
    for number, (line, stdin) in enumerate(lines):
        if not is_meant(line):
            continue
        name = f"commands/{language}/{number:03} {line.replace(str(cli.folder), '')}"
        for form in ("", " --json") if is_look(line) and _has_json(line) else ("",):
            ran = cli(*f"{line}{form}".split(), stdin=stdin)
            keep(
                f"{name}{form}".replace("/.", "."),
                f"{ran.status}\n{ran.out.decode('utf-8', 'replace')}\n{ran.err}",
            )
    keep(f"acts/{language}", cli("history", "--json").out.decode())


def is_look(line: str) -> bool:
    """Whether a command only looks, so that it can be asked twice."""
    return line in LOOKS or re.match(r"\w+ (show|list|affected)", line) is not None


def pages() -> list[str]:
    """The addresses of all pages that need no part of a path."""
    return [one.path for one in PAGES if "{" not in one.path]


def _has_json(line: str) -> bool:
    command: Any = command_tree()
    for word in line.split():
        command = getattr(command, "commands", {}).get(word, command)
    return any("--json" in one.opts for one in command.params)


def main() -> None:
    """`python -m tests.recorded FOLDER [PATTERN]`"""
    if len(sys.argv) not in {2, 3}:
        sys.exit("give a new folder: make recorded TO=FOLDER [ONLY=PATTERN]")
    only = sys.argv[2] if len(sys.argv) == 3 else ""
    environment = moved(DAY) | {_TO: str(Path(sys.argv[1]).absolute()), _ONLY: only}
    options = ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "tests.calendar", "-q", "-x"]
    command = [sys.executable, "-m", "pytest", *options, "tests/recorded.py"]
    sys.exit(subprocess.run(command, env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
