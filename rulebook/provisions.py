"""Provisions under which personal data is given to others, their secrecy, and duties towards persons.

Owns `law/provisions.toml`. A provision that is not there is unknown, which is a finding elsewhere.
"""

from functools import lru_cache
from typing import Annotated, Literal

from msgspec import Meta

from rulebook.loading import RulebookError, Sourced, load
from schemas.provision import folded, readings

ProvisionId = Annotated[str, Meta(pattern=r"^[a-z0-9]+(?:[.-][a-z0-9]+)*\Z", max_length=64)]


class Provision(Sourced, frozen=True, forbid_unknown_fields=True):
    """An article of law under which data is given to others, or the controller must act itself.

    `authorities` are kinds of recipient; none: a duty towards the person. `fields` are the personal
    fields that it covers; none: it depends on the single case. `valid_from` is the first day for which
    the entry answers.
    `counted` is false where the law keeps secret even how many orders there were.
    `applies` is false for a duty that a telecom provider as such does not have.
    `feeds`: kinds of recipient to which feeds go under it of which everybody may know, whatever its secrecy.
    `spelled`: spellings to be tested besides the usual ones.
    `notice`: whether the person is told. `required`: by the provider; `on-request`: when they ask;
    `authority`: by the authority, when its case allows; `barred`: by no party; `none`: nothing to tell.
    """

    id: ProvisionId
    title: str
    secrecy: Literal["mandatory", "conditional", "none"]
    notice: Literal["required", "on-request", "authority", "barred", "none"]
    authorities: tuple[str, ...]
    aliases: Annotated[tuple[ProvisionId, ...], Meta(min_length=1)]
    applies: bool = True
    counted: bool = True
    feeds: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    note: str = ""
    spelled: tuple[str, ...] = ()

    @property
    def must_tell(self) -> bool:
        """Whether the provider itself must tell the person, unasked."""
        return self.notice == "required"

    @property
    def tests(self) -> tuple[str, ...]:
        """Spellings by which it must be found: those of its id and its first alias, a paragraph, its own."""
        short = self.aliases[0]
        usual = self.id, short, short.upper().replace(".", "-", 1), short.replace(".", "")
        return (*usual, f"{self.id}.1", *self.spelled)


PROVISIONS: tuple[Provision, ...] = load("law", "provision", Provision)


def _index(provisions: tuple[Provision, ...]) -> dict[str, Provision]:
    """Every spelling without separators -> provision; raises RulebookError when two share one."""
    index: dict[str, Provision] = {}
    for entry in provisions:
        for spelling in {folded(name) for name in (entry.id, *entry.aliases)}:
            # Two provisions of one spelling: one of them could clear what the other one keeps secret.
            if spelling in index:
                raise RulebookError(f"{entry.id} and {index[spelling].id} share a spelling")
            index[spelling] = entry
    return index


_INDEX = _index(PROVISIONS)
_SPELLINGS = 1024


@lru_cache(_SPELLINGS)
def provision(spelled: str) -> Provision | None:
    """The provision that a text names by id or alias; None when it is unknown.

    Capitals and separators do not matter, and a paragraph reads as its article.
    """
    entries = (_INDEX.get(reading) for reading in readings(spelled))
    return next((entry for entry in entries if entry is not None), None)


def secret_provisions() -> frozenset[str]:
    """All spellings, lower case, of the provisions whose secrecy is mandatory.

    Ids, aliases, and each of them without separators: what `schemas.secrecy` compares with.
    """
    secret = [entry for entry in PROVISIONS if entry.secrecy == "mandatory"]
    names = {name for entry in secret for name in (entry.id, *entry.aliases)}
    return frozenset(names | {folded(name) for name in names})
