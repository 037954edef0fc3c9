"""Pages of the reference that the code writes whole: commands, rules, answers.

`documents.py` puts them into their pages, with what other pages repeat from the code.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from typer.core import TyperGroup

import rulebook
from console.main import command_tree
from host.setting_list import SETTINGS
from rulebook.telling import ALL, IMPLIED, TELLINGS, Telling
from schemas import CATEGORIES

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = ROOT / "docs" / "reference" / "answers"


def table(header: list[str], rows: Iterator[list[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def commands() -> str:
    """Every command with the first sentence of its help."""
    return _listed(_every_command())


def usage() -> str:
    """Every command with its arguments and options; those that are settings have a page of their own."""
    return _used(_every_command())


def confidential_commands() -> str:
    """The same of the commands that a confidential ledger alone has."""
    return _listed(_confidential_commands())


def confidential_usage() -> str:
    """Their arguments and options."""
    return _used(_confidential_commands())


def _listed(found: Iterator[tuple[str, Any]]) -> str:
    rows = ([f"`{line}`", summary(command)] for line, command in found)
    return table(["command", "does"], rows)


def _used(found: Iterator[tuple[str, Any]]) -> str:
    return "\n\n".join(_described(line, command) for line, command in found)


def every_text() -> Iterator[str]:
    """Every text of every command's help."""
    for _, command in [*_every_command(), *_confidential_commands()]:
        yield command.help or ""
        yield from (getattr(parameter, "help", "") or "" for parameter in command.params)


def _every_command() -> Iterator[tuple[str, Any]]:
    yield from _commands_of(command_tree(), "ledger")


def _confidential_commands() -> Iterator[tuple[str, Any]]:
    known = {line for line, _ in _every_command()}
    found = _commands_of(command_tree(confidential=True), "ledger")
    return ((line, command) for line, command in found if line not in known)


def _commands_of(group: object, prefix: str) -> Iterator[tuple[str, Any]]:
    assert isinstance(group, TyperGroup)
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _commands_of(command, f"{prefix} {name}")
        elif not command.hidden:
            arguments = [
                parameter.metavar or (parameter.name or "").upper()
                for parameter in command.params
                if parameter.param_type_name == "argument"
            ]
            yield " ".join([prefix, name, *arguments]), command


def summary(command: Any) -> str:
    """The first paragraph of a command's help, in one line."""
    return _one_line((command.help or "").partition("\n\n")[0])


def _described(line: str, command: Any) -> str:
    name = " ".join(word for word in line.split() if not word.isupper() and word[0] not in "[{")
    own = [parameter for parameter in command.params if not _is_setting(parameter)]
    options = [f"- {_parameter(parameter)}" for parameter in own if not _is_hidden(parameter)]
    paragraphs = [_one_line(text) for text in (command.help or "").split("\n\n")]
    parts = [f"### {name}", f"`{line}`", *paragraphs, "\n".join(options)]
    return "\n\n".join(part for part in parts if part)


def _parameter(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = parameter.metavar or (parameter.name or "").upper()
    else:
        name = ", ".join([*parameter.opts, *parameter.secondary_opts])
        name += f" {parameter.metavar}" if parameter.metavar else ""
    return f"`{name}`: {_escaped(_one_line(getattr(parameter, 'help', '') or ''))}".rstrip(": ")


def _is_setting(parameter: Any) -> bool:
    flags = {setting.variable.removeprefix("LEDGER_").lower() for setting in SETTINGS}
    return parameter.opts[0].removeprefix("--").replace("-", "_") in flags


def _is_hidden(parameter: Any) -> bool:
    return bool(getattr(parameter, "hidden", False)) or "--help" in parameter.opts


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def rules() -> str:
    """Every rule whose breach is a finding."""
    rows = (
        [f"`{rule.id}`", _escaped(rule.title), rule.citation, rule.severity, rule.resolved_by]
        for rule in rulebook.RULES
    )
    return table(["rule", "finds", "citation", "severity", "what ends it"], rows)


def retention() -> str:
    """Every rule of retention."""
    rows = (
        [f"`{rule.id}`", rule.kind, _codes(rule.categories), _lasting(rule), rule.citation]
        for rule in rulebook.RETENTION_RULES
    )
    return table(["rule", "kind", "categories", "how long", "citation"], rows)


def _lasting(rule: Any) -> str:
    end = ", counted from the end of the year" if rule.year_end else ""
    lasting = _together(_many(rule.months, "month"), _many(rule.days, "day"))
    otherwise = f", or failing that `{rule.otherwise}`" if rule.otherwise else ""
    return f"{lasting or 'no time'} after `{rule.anchor}`{otherwise}{end}"


def _many(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}" if number else ""


def _together(*parts: str) -> str:
    return " and ".join(part for part in parts if part)


def erasure() -> str:
    """What keeps data when its erasure is asked for, or lets it go."""
    rows = (
        [f"`{rule.id}`", f"`{rule.when}`", rule.decision, _codes(rule.causes), rule.citation]
        for rule in rulebook.ERASURE_RULES
    )
    return table(["rule", "when", "decision", "for the causes", "citation"], rows)


def deadlines() -> str:
    """Until when something must be done."""
    rows = (
        [f"`{entry.id}`", entry.title, _within(entry), entry.citation, entry.confidence]
        for entry in rulebook.DEADLINES.values()
    )
    return table(["deadline", "of what", "within", "citation", "confidence"], rows)


def _within(entry: Any) -> str:
    hours = int(entry.clock.total_seconds() / 3600) if entry.clock else 0
    within = _together(
        _many(entry.months, "month"), _many(entry.weeks, "week"), _many(hours, "hour")
    )
    longer = _many(entry.extension_months, "month")
    return f"{within}, {longer} more when extended" if longer else within


def periods() -> str:
    """How long the software itself keeps something."""
    rows = (
        [
            f"`{entry.id}`",
            entry.title,
            _many(entry.period.days, "day"),
            entry.reason,
            entry.confidence,
        ]
        for entry in rulebook.PERIODS.values()
    )
    return table(["period", "of what", "length", "reason", "confidence"], rows)


def marketing() -> str:
    """What law and house ask before a person is approached."""
    rows = (
        [f"`{rule.id}`", rule.title, _codes(rule.channels), _codes(rule.kinds), rule.citation]
        for rule in rulebook.MARKETING_RULES
    )
    return table(["rule", "says", "channels", "kinds of person", "citation"], rows)


def provisions() -> str:
    """Articles under which data is given to others, and duties of the controller."""
    rows = (
        [f"`{entry.id}`", entry.citation, _escaped(entry.title), entry.secrecy, entry.confidence]
        for entry in rulebook.PROVISIONS
    )
    return table(["provision", "citation", "about", "secrecy", "confidence"], rows)


_CELLS = {"whole": "whole", "reduced": "reduced", "none": "\N{EN DASH}"}


def tellings() -> str:
    """How each type of event is told where a category is hidden."""
    rows = (
        [_types(entry), *(_CELLS[entry.cell(category)] for category in CATEGORIES)]
        for entry in TELLINGS
    )
    return table(["types", *CATEGORIES], rows)


def told() -> str:
    """Which facts and words are told of each type, and why."""
    return table(
        ["types", "facts", "words", "without categories", "where", "why"],
        (_telling(entry) for entry in TELLINGS if not entry.closed),
    )


def _telling(entry: Telling) -> list[str]:
    facts = "all" if ALL in entry.keeps else _listed_codes([*entry.keeps, *entry.only])
    case = f"its `{entry.after}` is told" if entry.after else ""
    return [_types(entry), facts, _yes(entry.words), _yes(entry.stays), case, _escaped(entry.why)]


def implied() -> str:
    """Words that tell of a category though the event does not list it."""
    rows = (
        [
            entry.category,
            *(_listed_codes(sorted(getattr(entry, name))) for name in _WORDS_THAT_IMPLY),
        ]
        for entry in IMPLIED
    )
    heads = ("kinds of recipient", "purposes and activities", "sources", "provisions", "rights")
    return table(["category", *heads], rows)


_WORDS_THAT_IMPLY = ("recipient_kinds", "codes", "sources", "provisions", "rights")


def _types(entry: Telling) -> str:
    return ", ".join(f"`{name}`" for name in entry.types)


def _listed_codes(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _yes(says: bool) -> str:
    return "yes" if says else ""


def _codes(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "all"


def answers() -> str:
    """Every JSON Schema of an answer that lies beside the page."""
    return _answers_in(ANSWERS)


def confidential_answers() -> str:
    """The same of the commands that a confidential ledger alone has."""
    return _answers_in(ANSWERS.with_name("confidential"))


def _answers_in(folder: Path) -> str:
    found = sorted(folder.glob("*.json"))
    if not found:
        return "No schema is published yet."
    schemas = ((path, json.loads(path.read_text("utf-8"))) for path in found)
    rows = (
        [f"[{path.name}]({path.name})", _escaped(_one_line(_about(schema)))]
        for path, schema in schemas
    )
    return table(["schema", "answer"], rows)


def _about(schema: dict[str, Any]) -> str:
    """What a schema says of itself; of one that only refers, what its target says."""
    target = schema.get("$ref", "").rpartition("/")[2]
    named = schema.get("$defs", {}).get(target, {})
    return str(
        schema.get("description") or named.get("description") or schema.get("title") or target
    )
