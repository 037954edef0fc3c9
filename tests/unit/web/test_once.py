"""A form that is sent twice: one act, and both are told where it led."""

from threading import Event, Thread

import pytest

from web.once import Once


def test_the_second_sending_is_told_where_the_first_led() -> None:
    once = Once()
    with once.sending("login", "form") as first:
        assert first.address is None
        first.address = "/done"
    with once.sending("login", "form") as second:
        assert second.address == "/done"


def test_another_form_another_login_and_a_form_without_a_name_are_new() -> None:
    once, long = Once(), "n" * 100_000
    names = ("form", "other", "", long)
    for login, name in (("another", "form"), *(("login", name) for name in names)):
        for _ in range(2 if name in {"", long} else 1):
            with once.sending(login, name) as sending:
                assert sending.address is None
                sending.address = "/done"


def test_what_failed_may_be_sent_again() -> None:
    once = Once()
    with pytest.raises(ValueError, match="refused"), once.sending("login", "form"):
        raise ValueError("refused")
    with once.sending("login", "form") as again:
        assert again.address is None


def test_two_at_once_do_it_one_after_the_other() -> None:
    once, within, finish = Once(), Event(), Event()
    led: list[str | None] = []

    def first() -> None:
        with once.sending("login", "form") as sending:
            within.set()
            finish.wait()
            sending.address = "/done"

    def second() -> None:
        within.wait()
        with once.sending("login", "form") as sending:
            led.append(sending.address)

    threads = [Thread(target=first), Thread(target=second)]
    for thread in threads:
        thread.start()
    within.wait()
    finish.set()
    for thread in threads:
        thread.join()
    assert led == ["/done"]


def test_old_forms_are_forgotten() -> None:
    once = Once(most=2)
    for name in ("a", "b", "c"):
        with once.sending("login", name) as sending:
            sending.address = name
    with once.sending("login", "a") as oldest:
        assert oldest.address is None
