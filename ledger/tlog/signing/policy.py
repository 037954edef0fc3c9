"""Policy: which logs and witnesses are trusted, and how many must have signed. Pure (C2SP tlog-policy).

A line is `log <key> [url]`, `witness <name> <key> [url]`, `group <name> <any|all|number> <member>…` or, once,
`quorum <name|none>`. A name is defined before it is used. `#` begins a comment.
"""

from collections.abc import Callable, Collection, Sequence

import msgspec

from ledger.errors import Misconfigured
from ledger.tlog.signing.keys import COSIGNATURE, ED25519, VerifierKey, parse_verifier_key

_WORDS = frozenset({"log", "witness", "group", "quorum", "any", "all", "none"})
NO_QUORUM = "none"


class TrustedKey(msgspec.Struct, frozen=True):
    """A key of a log or a witness, and where it is reached, if it is."""

    key: VerifierKey
    url: str | None = None


class _Group(msgspec.Struct, frozen=True):
    """`threshold` of the named members."""

    threshold: int
    members: tuple[str, ...]


class Policy(msgspec.Struct, frozen=True):
    """The content of a policy file. `witnesses` by name. `quorum`: a witness, a group, or `NO_QUORUM`."""

    logs: tuple[TrustedKey, ...] = ()
    witnesses: dict[str, TrustedKey] = {}
    groups: dict[str, _Group] = {}
    quorum: str = NO_QUORUM

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """Every key that it trusts, of logs and of witnesses."""
        return tuple(trusted.key for trusted in (*self.logs, *self.witnesses.values()))

    def satisfied(self, signed: Collection[VerifierKey]) -> bool:
        """Whether the signatures of these witnesses make the quorum."""
        return self.quorum == NO_QUORUM or self._holds(self.quorum, signed)

    def _holds(self, name: str, signed: Collection[VerifierKey]) -> bool:
        witness = self.witnesses.get(name)
        if witness:
            return witness.key in signed
        # This ends: a group has only members that are defined above it.
        group = self.groups[name]
        return sum(self._holds(member, signed) for member in group.members) >= group.threshold


def parse_policy(text: str) -> Policy:
    """Read a policy. Raises Misconfigured, with the number of the line."""
    draft = _Draft()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if words:
            try:
                draft.add(words)
            except Misconfigured as error:
                raise Misconfigured(f"policy, line {number}: {error}") from None
    if draft.quorum is None:
        raise Misconfigured("policy: expected a line `quorum NAME` or `quorum none`")
    return Policy(tuple(draft.logs), draft.witnesses, draft.groups, draft.quorum)


class _Draft:
    """A policy while its lines are read."""

    def __init__(self) -> None:
        self.logs: list[TrustedKey] = []
        self.witnesses: dict[str, TrustedKey] = {}
        self.groups: dict[str, _Group] = {}
        self.quorum: str | None = None

    def add(self, words: Sequence[str]) -> None:
        """Take one line. Raises Misconfigured."""
        readers: dict[str, Callable[..., None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        reader = readers.get(words[0])
        if reader is None:
            raise Misconfigured("expected log, witness, group or quorum")
        try:
            # The signature of each reader says how many words its line has.
            reader(*words[1:])
        except TypeError:
            raise Misconfigured(f"a wrong number of words after {words[0]}") from None

    def _log(self, key: str, url: str | None = None) -> None:
        self.logs.append(TrustedKey(_key(key, ED25519), url))

    def _witness(self, name: str, key: str, url: str | None = None) -> None:
        self._is_new(name)
        parsed = _key(key, COSIGNATURE)
        if any(parsed == witness.key for witness in self.witnesses.values()):
            raise Misconfigured("two witnesses have the same key")
        self.witnesses[name] = TrustedKey(parsed, url)

    def _group(self, name: str, threshold: str, *members: str) -> None:
        self._is_new(name)
        if not members or len(set(members)) != len(members):
            raise Misconfigured("a group needs members, each once")
        for member in members:
            self._is_known(member)
        quorum = {"any": "1", "all": str(len(members))}.get(threshold, threshold)
        if not quorum.isdecimal() or not 1 <= int(quorum) <= len(members):
            raise Misconfigured(f"expected any, all, or a number from 1 to {len(members)}")
        self.groups[name] = _Group(int(quorum), members)

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise Misconfigured("expected one quorum")
        if name != NO_QUORUM:
            self._is_known(name)
        self.quorum = name

    def _is_new(self, name: str) -> None:
        if name in _WORDS or name in self.witnesses or name in self.groups:
            raise Misconfigured("this name is taken")

    def _is_known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise Misconfigured("this name is not defined above")


def _key(text: str, algorithm: int) -> VerifierKey:
    key = parse_verifier_key(text)
    if key.algorithm != algorithm:
        expected = "a log's key" if algorithm == ED25519 else "a witness's key, of type 04"
        raise Misconfigured(f"expected {expected}")
    return key
