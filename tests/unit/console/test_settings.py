"""Settings: defaults, every wrong value at once, and no secret in what is printed."""

from pathlib import Path

import pytest

from host.setting_list import SETTINGS
from host.settings import Settings, read_settings
from ledger.errors import Misconfigured

HOME = Path("/somewhere")


def read(**texts: str) -> Settings:
    return read_settings({f"LEDGER_{name}": text for name, text in texts.items()}, HOME)


def test_without_anything_the_embedded_ledger_is_used() -> None:
    settings = read()
    assert settings.embedded
    assert (settings.data_dir, settings.key_dir) == (HOME, HOME / "keys")
    assert str(settings.ledger) == "main"
    assert settings.kafka is None
    assert settings.privacy_office == "urn:voipzeker:privacy-office"
    assert settings.privacy_activity == "privacy-rights"


def test_keys_are_beside_the_data_unless_they_have_a_folder_of_their_own() -> None:
    assert read(DATA_DIR="/a").key_dir == Path("/a/keys")
    assert read(DATA_DIR="/a", KEY_DIR="/b").key_dir == Path("/b")


def test_empty_texts_count_as_missing() -> None:
    assert read(DATABASE_URL=" ", NAME="").embedded


def test_every_wrong_value_is_named_at_once_and_none_is_quoted() -> None:
    with pytest.raises(Misconfigured) as raised:
        read(
            DATABASE_URL="mysql://secret",
            NAME="Main Ledger",
            CONFIDENTIAL="perhaps",
            BATCH_EVENTS="0",
            BATCH_BYTES="many",
            HALT_SHARE="2",
            KAFKA_BOOTSTRAP="broker",
            KAFKA_SSL_CAFILE="/nowhere/ca.pem",
        )
    text = str(raised.value)
    for name in ("DATABASE_URL", "NAME", "CONFIDENTIAL", "BATCH_EVENTS", "BATCH_BYTES"):
        assert f"LEDGER_{name}: " in text
    for name in ("HALT_SHARE", "KAFKA_BOOTSTRAP", "KAFKA_SSL_CAFILE"):
        assert f"LEDGER_{name}: " in text
    assert "secret" not in text
    assert "\n" not in text


@pytest.mark.parametrize("text", ["1", "true", "Yes", "on"])
def test_a_confidential_ledger_has_a_name_and_topics_of_its_own(text: str) -> None:
    settings = read(CONFIDENTIAL=text, KAFKA_BOOTSTRAP="broker:9092")
    assert settings.confidential
    assert str(settings.ledger) == "confidential"
    kafka = settings.need_kafka()
    assert kafka.topics == ("privacy.confidential.v1",)
    assert kafka.answers is None


def test_kafka_settings() -> None:
    kafka = read(KAFKA_BOOTSTRAP="a:1, b:2", KAFKA_TOPICS="x,y", NAME="other").need_kafka()
    assert kafka.bootstrap == ("a:1", "b:2")
    assert kafka.topics == ("x", "y")
    assert kafka.group == "processing-ledger-other"
    assert kafka.answers == "privacy.rejections.v1"


def test_a_missing_broker_is_told_when_one_is_needed() -> None:
    with pytest.raises(Misconfigured, match="LEDGER_KAFKA_BOOTSTRAP"):
        read().need_kafka()


def test_sasl_needs_all_of_its_parts() -> None:
    with pytest.raises(Misconfigured, match=r"MECHANISM.*USERNAME.*PASSWORD"):
        read(KAFKA_BOOTSTRAP="a:1", KAFKA_SECURITY_PROTOCOL="SASL_SSL")


def test_the_password_may_be_in_a_file_and_is_never_printed(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("hunter2\nmore\n")
    settings = read(
        DATABASE_URL="postgresql://u:hunter3@h/d",
        KAFKA_BOOTSTRAP="a:1",
        KAFKA_SECURITY_PROTOCOL="SASL_SSL",
        KAFKA_SASL_MECHANISM="PLAIN",
        KAFKA_SASL_USERNAME="me",
        KAFKA_SASL_PASSWORD_FILE=str(file),
    )
    assert settings.need_kafka().sasl_password == "hunter2"
    assert "hunter" not in repr(settings) + str(settings) + repr(settings.kafka)


def test_the_database_password_may_be_in_a_file_and_is_never_printed(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("hunter 2/?&\nmore\n")
    settings = read(DATABASE_URL="postgresql://u@h/d", DATABASE_PASSWORD_FILE=str(file))
    assert settings.database_url == "postgresql://u@h/d?password=hunter%202%2F%3F%26"
    more = read(DATABASE_URL="postgresql://u@h/d?sslmode=require", DATABASE_PASSWORD_FILE=str(file))
    assert str(more.database_url).startswith("postgresql://u@h/d?sslmode=require&password=hunter")
    assert "hunter" not in repr(settings) + str(settings)


def test_a_password_file_that_is_missing_is_told_and_an_empty_one_is_none(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="LEDGER_DATABASE_PASSWORD_FILE: expected a file"):
        read(DATABASE_URL="postgresql://u@h/d", DATABASE_PASSWORD_FILE=str(tmp_path / "none"))
    (tmp_path / "empty").write_text("\n")
    settings = read(
        DATABASE_URL="postgresql://u@h/d", DATABASE_PASSWORD_FILE=str(tmp_path / "empty")
    )
    assert settings.database_url == "postgresql://u@h/d"


def test_settings_remember_their_texts_for_child_processes() -> None:
    settings = read_settings({"LEDGER_NAME": "other", "PATH": "/bin"}, HOME)
    assert settings.texts == {"LEDGER_NAME": "other"}


def test_secrets_and_what_restricts_people_are_no_flags_and_every_other_setting_is_one() -> None:
    none = [setting.variable for setting in SETTINGS if not setting.has_flag]
    assert none == [
        "LEDGER_OPEN_SETTINGS_FILE",
        "LEDGER_HANDOVER_KEYS",
        "LEDGER_OFFICERS",
        "LEDGER_LOGIN",
        "LEDGER_READER_UNHELD",
        "LEDGER_FOUR_EYES",
        "LEDGER_OFFICE_KEYS",
        "LEDGER_KAFKA_SASL_PASSWORD",
    ]
    assert len({setting.flag for setting in SETTINGS}) == len(SETTINGS)
    assert all(setting.flag.startswith("--") and setting.help for setting in SETTINGS)


def test_who_still_names_a_keep_list_is_told_before_anything_is_erased(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="LEDGER_KEEP_LIST counts no more"):
        read_settings({"LEDGER_KEEP_LIST": "keep.list"}, tmp_path)
    assert read_settings({"LEDGER_KEEP_LIST": " "}, tmp_path).ledger
