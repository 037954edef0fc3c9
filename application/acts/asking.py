"""Asking for the members of an event on a terminal: each with its words, again until it fits."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from application.acts.filling import Data, InvalidMember, expected, read, taken
from application.words import phrase
from schemas.encoding import JsonValue
from schemas.members import Member, Shape
from schemas.texts import Language


class Prompter(Struct, frozen=True):
    """The terminal: `ask` shows a prompt and returns a line, `tell` prints a line before it."""

    ask: Callable[[str], str]
    tell: Callable[[str], None]
    language: Language

    def says(self, name: str, *values: object) -> str:
        """A phrase of `record`."""
        return phrase("record", name, self.language, *values)


def asked(members: Iterable[Member], data: Data, prompter: Prompter) -> Data:
    """The data, completed with the answers for each member that it lacked."""
    filled = dict(data)
    for member in members:
        if member.name not in filled:
            answer = _ask(member, member.name, prompter)
            if answer is not None:
                filled[member.name] = answer
    return filled


def _ask(member: Member, path: str, prompter: Prompter) -> JsonValue:
    if member.is_personal:
        return _personal(member.shape, path, prompter)
    item = member.shape.item
    if member.shape.kind == "list" and item and item.kind == "object":
        return _objects(member, item, path, prompter)
    _explain(member, path, prompter)
    while True:
        text = prompter.ask(path).strip()
        if not text and _may_be_empty(member):
            return _nothing(member)
        try:
            if text:
                return _answer(member.shape, text, path, prompter)
            prompter.tell(prompter.says("is-needed"))
        except InvalidMember as error:
            prompter.tell(str(error))


def _may_be_empty(member: Member) -> bool:
    return not member.required or member.shape.kind in {"list", "map"}


def _nothing(member: Member) -> JsonValue:
    """What an empty answer stands for: no member, or an empty list or map where one is required."""
    if not member.required:
        return None
    return [] if member.shape.kind == "list" else {}


def _explain(member: Member, path: str, prompter: Prompter) -> None:
    need = prompter.says("required" if member.required else "optional")
    prompter.tell(f"{path}: {member.means(prompter.language)} ({need})")
    if member.shape.kind == "choice":
        for number, choice in enumerate(member.shape.choices, 1):
            prompter.tell(f"  {number:>2}  {choice}")
    else:
        prompter.tell(f"    {expected(member.shape, prompter.language)}")


def _answer(shape: Shape, text: str, path: str, prompter: Prompter) -> JsonValue:
    """A choice may be named by its number, unless that is a choice itself."""
    if shape.kind == "choice" and text.isdecimal() and text not in shape.choices:
        number = int(text)
        if 1 <= number <= len(shape.choices):
            return shape.choices[number - 1]
    return read(shape, text, prompter.language, path)


def _objects(member: Member, item: Shape, path: str, prompter: Prompter) -> JsonValue:
    """A list of objects, entry by entry; an empty first answer ends it."""
    need = prompter.says("required" if member.required else "optional")
    prompter.tell(f"{path}: {member.means(prompter.language)} ({need})")
    entries: list[JsonValue] = []
    while True:
        prompter.tell(prompter.says("another", path, len(entries) + 1))
        first, *rest = item.members
        # The first member may stay empty even where it is required: that ends the list.
        answer = _ask(_optional(first), f"{path}.{len(entries)}.{first.name}", prompter)
        if answer is None:
            return entries if entries or member.required else None
        entry = {first.name: answer}
        for other in rest:
            value = _ask(other, f"{path}.{len(entries)}.{other.name}", prompter)
            if value is not None:
                entry[other.name] = value
        entries.append(entry)


def _optional(member: Member) -> Member:
    return Member(member.name, False, member.shape, member.is_personal)


def _personal(shape: Shape, path: str, prompter: Prompter) -> JsonValue:
    """Values of a person, a line each; they stay on the terminal where they were typed."""
    prompter.tell(f"{path}: {prompter.says('personal')}")
    values: Data = {}
    while text := prompter.ask(path).strip():
        field, equals, value = text.partition("=")
        try:
            if not equals:
                raise InvalidMember(prompter.says("pair"))
            values |= taken(shape, {field.strip(): value.strip()}, prompter.language, path)
        except InvalidMember as error:
            prompter.tell(str(error))
    return values or None
