"""Clauses: the privacy policy and the law behind it, and what of each the product covers.

Owns `house/clauses.toml`, from which `docs/explanation/policy.md` is written. A test compares it with
the code: no clause without a row, no event type without a clause or an article, no name of something absent.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rulebook.loading import load


class Clause(Struct, frozen=True, forbid_unknown_fields=True):
    """A clause of the policy, or an article of law. `part`: of a clause about several subjects.

    `asks`: commands whose answers show that a clause of the policy is kept; `tried_by`: modules of tests;
    `lacks`: what of it is not covered, in sentences.
    """

    id: Annotated[str, Meta(pattern=r"^(?:[1-9][0-9]*(?:\.[1-9])?|(?:Art\.|Tw|UAVG) [0-9.]+)\Z")]
    source: Literal["policy", "law"]
    says: str
    events: Annotated[tuple[str, ...], Meta(min_length=1)]
    rules: tuple[str, ...]
    views: tuple[str, ...]
    commands: tuple[str, ...]
    part: str = ""
    asks: tuple[str, ...] = ()
    tried_by: tuple[str, ...] = ()
    lacks: str = ""

    @property
    def title(self) -> str:
        """The clause with its part: `3.1 (Incasso)`."""
        return f"{self.id} ({self.part})" if self.part else self.id


CLAUSES: tuple[Clause, ...] = load("house", "clause", Clause)
