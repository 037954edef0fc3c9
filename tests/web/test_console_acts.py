"""Which acts have a form: the page that says so names every command once, and every form of the console."""

import re
from pathlib import Path

from console.tree import entries
from web.pages.listed import FORMS, QUESTIONS

PAGE = Path("docs/reference/console-acts.md")
_CODE = re.compile(r"`([^`]+)`")
# What a form is for beside the commands: named in a sentence of the page.
_ADDRESS = re.compile(r"/[\w{}/-]+")


def parts() -> list[str]:
    _, *found = PAGE.read_text("utf-8").split("\n## ")
    return found


def rows(part: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in part.splitlines()
        if line.startswith("| `")
    ]


def named(text: str) -> list[str]:
    return _CODE.findall(text)


def test_every_command_stands_on_the_page_once() -> None:
    by_form, alone, showing = parts()
    told = [
        *(name for row in rows(by_form) for name in named(row[0])),
        *(name for row in rows(alone) for name in named(row[0])),
        *named(showing.rpartition("Most are")[0]),
    ]
    commands = {path for path, entry in entries(confidential=True).items() if entry.function}
    assert sorted(told) == sorted(commands)
    assert all(len(row) == 2 and len(row[1]) > 20 for row in rows(alone)), "each says why"


def test_every_form_stands_on_the_page_and_each_that_it_names_is_there() -> None:
    by_form = parts()[0]
    told = {name for name in named(by_form) if _ADDRESS.fullmatch(name)} - {"/approvals"}
    forms = {form.path for form in FORMS} | {question.path for question in QUESTIONS}
    assert told == forms
