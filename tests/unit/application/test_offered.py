"""Codes that forms offer: each has words in both languages, and the contract takes each as ordinary."""

from collections.abc import Iterator

import pytest

from application.acts import offered
from application.acts.offered import coded
from application.language import speak
from application.register_words import RegisterWords
from application.words import code_word
from ledger.errors import Misconfigured
from schemas import names
from schemas.library import examples_of
from schemas.texts import LANGUAGES
from tests.unit.schemas.making import accepted, changed, example

OFFERED = (
    ("ground", offered.HOLD_GROUNDS, names.LEGAL_HOLD_PLACED, "ground"),
    ("ground", offered.RELEASE_GROUNDS, names.LEGAL_HOLD_RELEASED, "ground"),
    ("owner", offered.OWNERS, names.LEGAL_HOLD_PLACED, "owner"),
    ("method", offered.METHODS, names.IDENTITY_VERIFIED, "method"),
    ("asked", offered.ASKED, names.IDENTITY_VERIFICATION_FAILED, "information_asked"),
    ("channel", offered.WAYS, names.CUSTOMER_WARNED, "channel"),
    ("channel", offered.WAYS, names.CONSENT_WITHDRAWN, "channel"),
    ("channel", offered.COMPLAINT_WAYS, names.COMPLAINT_RECEIVED, "via"),
    ("channel", (*offered.WAYS, *offered.PUBLIC_WAYS), names.SUBJECTS_NOTIFIED, "channel"),
    ("misuse", offered.MISUSE, names.MISUSE_SUSPECTED, "data_kinds"),
    ("misuse-end", offered.MISUSE_ENDS, names.MISUSE_RESOLVED, "outcome"),
    ("review", offered.REVIEWS, names.HUMAN_REVIEW_COMPLETED, "outcome"),
    ("not-told", offered.NOT_TOLD, names.RECIPIENT_NOTIFIED, "ground"),
    ("complaint-outcome", offered.COMPLAINT_OUTCOMES, names.COMPLAINT_ANSWERED, "outcome"),
)


def each() -> Iterator[tuple[str, str, str, str]]:
    for about, codes, name, member in OFFERED:
        yield from ((about, code, name, member) for code in codes)


def in_words(about: str, code: str) -> Iterator[str]:
    for language in LANGUAGES:
        speak(language)
        words = RegisterWords(language)
        yield words.code("owner", code) if about == "owner" else code_word(about, code) or ""


@pytest.mark.parametrize(("about", "code"), sorted({(it[0], it[1]) for it in each()}))
def test_a_code_is_said_in_words(about: str, code: str) -> None:
    for words in in_words(about, code):
        assert words
        assert words == "e-mail" or "-" not in words, words


@pytest.mark.parametrize(("about", "code", "name", "member"), [*each()])
def test_the_contract_takes_a_code_as_ordinary_business(
    about: str, code: str, name: str, member: str
) -> None:
    message = example(name, next(iter(examples_of(name))))
    many = isinstance(message["data"].get(member), list)
    accepted(changed(message, **{f"data__{member}": [code] if many else code}))


def test_own_words_become_a_code_and_what_cannot_is_refused() -> None:
    assert coded(" Gestolen  simkaart ", "kinds") == "gestolen-simkaart"
    assert coded("telecom/gdpr", "regime") == "telecom/gdpr"
    for text in ("één", "a & b", "x" * 65):
        with pytest.raises(Misconfigured) as caught:
            coded(text, "ground")
        assert caught.value.field == "ground"
