"""A value that is not shown was erased, is not for this reader, or is lost: each has its own word."""

import pytest

from application.answer import Gone
from application.register_words import gone_word


@pytest.mark.parametrize(
    ("gone", "word"),
    [(Gone(erased=True), "erased"), (Gone(masked=True), "masked"), (Gone(lost=True), "lost")],
)
def test_what_is_not_shown_is_said_in_its_own_word(gone: Gone, word: str) -> None:
    assert gone_word(gone) == word
