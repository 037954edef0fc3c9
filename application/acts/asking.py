"""Asking for the members of an event on a terminal: each with its words, again until it fits."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from application.acts.filling import Data, InvalidMember, expected, read, taken
from application.words import phrase
from schemas.encoding import JsonValue
from schemas.members import Member, Shape
from schemas.texts import Language


class Prompter(Struct, frozen=True):
    """Who is asked: `ask` shows a prompt and gives a line, `tell` says something before it."""

    ask: Callable[[str], str]
    tell: Callable[[str], None]
    language: Language

    def says(self, name: str, *values: object) -> str:
        """A phrase of `record`."""
        return phrase("record", name, self.language, *values)


def asked(members: Iterable[Member], data: Data, who: Prompter) -> Data:
    """The data with every member that it did not have, as far as somebody answered."""
    made = dict(data)
    for member in members:
        if member.name not in made:
            found = _asked(member, member.name, who)
            if found is not None:
                made[member.name] = found
    return made


def _asked(member: Member, at: str, who: Prompter) -> JsonValue:
    if member.is_personal:
        return _personal(member.shape, at, who)
    item = member.shape.item
    if member.shape.kind == "list" and item and item.kind == "object":
        return _objects(member, item, at, who)
    _explain(member, at, who)
    while True:
        text = who.ask(at).strip()
        if not text and _may_be_empty(member):
            return _nothing(member)
        try:
            if text:
                return _answer(member.shape, text, at, who)
            who.tell(who.says("is-needed"))
        except InvalidMember as error:
            who.tell(str(error))


def _may_be_empty(member: Member) -> bool:
    return not member.required or member.shape.kind in {"list", "map"}


def _nothing(member: Member) -> JsonValue:
    """What no answer says: no member, or an empty list or map where there must be one."""
    if not member.required:
        return None
    return [] if member.shape.kind == "list" else {}


def _explain(member: Member, at: str, who: Prompter) -> None:
    need = who.says("required" if member.required else "optional")
    who.tell(f"{at}: {member.means(who.language)} ({need})")
    if member.shape.kind == "choice":
        for number, choice in enumerate(member.shape.choices, 1):
            who.tell(f"  {number:>2}  {choice}")
    else:
        who.tell(f"    {expected(member.shape, who.language)}")


def _answer(shape: Shape, text: str, at: str, who: Prompter) -> JsonValue:
    """A choice may be named by its number, unless that is a choice itself."""
    if shape.kind == "choice" and text.isdecimal() and text not in shape.choices:
        number = int(text)
        if 1 <= number <= len(shape.choices):
            return shape.choices[number - 1]
    return read(shape, text, who.language, at)


def _objects(member: Member, item: Shape, at: str, who: Prompter) -> JsonValue:
    """A list of objects, entry by entry; an empty first answer ends it."""
    need = who.says("required" if member.required else "optional")
    who.tell(f"{at}: {member.means(who.language)} ({need})")
    found: list[JsonValue] = []
    while True:
        who.tell(who.says("another", at, len(found) + 1))
        first, *rest = item.members
        answer = _asked(_optional(first), f"{at}.{len(found)}.{first.name}", who)
        if answer is None:
            return found if found or member.required else None
        made = {first.name: answer}
        for one in rest:
            value = _asked(one, f"{at}.{len(found)}.{one.name}", who)
            if value is not None:
                made[one.name] = value
        found.append(made)


def _optional(member: Member) -> Member:
    return Member(member.name, False, member.shape, member.is_personal)


def _personal(shape: Shape, at: str, who: Prompter) -> JsonValue:
    """Values of a person, a line each; they stay on the terminal where they were typed."""
    who.tell(f"{at}: {who.says('personal')}")
    found: Data = {}
    while text := who.ask(at).strip():
        field, equals, value = text.partition("=")
        try:
            if not equals:
                raise InvalidMember(who.says("pair"))
            found |= taken(shape, {field.strip(): value.strip()}, who.language, at)
        except InvalidMember as error:
            who.tell(str(error))
    return found or None
