"""What is said in the open: threats name tests that exist, the bill is valid, images can be pinned."""

import json
import os
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from deploy.sbom import LOCKS, document, pinned
from tests.architecture.documents import ROOT

THREATS = ROOT / "docs" / "explanation" / "threats.md"
_ROW = re.compile(r"^\| (.+) \| (.+) \| (.+) \| (.+) \|$", re.M)
DIGEST = "sha256:" + "5" * 64


def threats() -> list[tuple[str, ...]]:
    """Rows of the table: asset, attacker, what stops them, tests."""
    return [tuple(row) for row in _ROW.findall(THREATS.read_text("utf-8"))][1:]


def test_every_threat_names_tests_that_exist_or_says_that_nothing_protects() -> None:
    assert len(threats()) > 20
    for asset, attacker, stops, named in threats():
        tests = re.findall(r"`(tests/[\w/]+\.py)`", named)
        assert all((ROOT / one).is_file() for one in tests), (asset, named)
        if tests:
            assert named == ", ".join(f"`{one}`" for one in tests), asset
        else:
            assert (named, "*not protected*" in stops) == ("none", True), (asset, attacker)


def test_what_is_said_in_the_open_can_be_found() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "(SECURITY.md)" in readme
    assert "(docs/explanation/threats.md)" in readme
    told = (ROOT / "SECURITY.md").read_text("utf-8")
    for path in re.findall(r"\]\(([\w/.]+)(?:#[\w-]+)?\)", told):
        assert (ROOT / path).exists(), path
    assert not re.search(r"[\w.]+@[\w.]+", told), "an address that nobody reads"


def resource(name: str) -> Any:
    return json.loads((files("cyclonedx.schema") / "_res" / name).read_text("utf-8"))


def test_the_bill_of_materials_is_valid_and_the_same_each_time() -> None:
    made = document()
    assert document() == made
    bill = json.loads(made)
    names = ("spdx", "jsf-0.82")
    found = {
        f"{name}.SNAPSHOT.schema.json": resource(f"{name}.SNAPSHOT.schema.json") for name in names
    }
    schema = resource("bom-1.6.SNAPSHOT.schema.json")
    base = schema["$id"].rpartition("/")[0]
    registry = jsonschema_rs.Registry([(f"{base}/{name}", each) for name, each in found.items()])
    validator = jsonschema_rs.Draft7Validator(schema, registry=registry)
    validator.validate(bill)
    broken = bill | {"components": [{"type": "nothing", "name": "x"}]}
    assert not validator.is_valid(broken)


def test_the_bill_holds_every_pin_with_its_hashes_and_almost_every_licence() -> None:
    text = "".join(lock.read_text("utf-8") for lock in LOCKS)
    entries = list(pinned(text))
    assert len(entries) == len(re.findall(r"^[\w.-]+==", text, re.M)) > 70
    components = json.loads(document())["components"]
    listed = {
        (one["name"], one["version"]): sorted(
            held["value"] for held in one["properties"] if held["name"] == "pypi:file:sha256"
        )
        for one in components
    }
    assert listed == {(each.name, each.version): sorted(each.hashes) for each in entries}
    assert all(listed.values())
    unlicensed = [one["name"] for one in components if "licenses" not in one]
    assert len(unlicensed) < 8, unlicensed


def test_a_lock_that_is_read_wrongly_is_refused() -> None:
    for line in ("package>=1", "--index-url x", "    --hash=md5:00", "git+https://x"):
        with pytest.raises(ValueError, match="no pin and no hash"):
            list(pinned(line))


def test_images_are_pinned_by_whoever_can_look_them_up(tmp_path: Path) -> None:
    """With a registry of the test's own; the real one is out of reach here."""
    (tmp_path / "deploy").mkdir()
    for name in ("docker-compose.yml", "Dockerfile", "deploy/pin-images"):
        shutil.copy(ROOT / name, tmp_path / name)
    docker = tmp_path / "docker"
    docker.write_text(f'#!/bin/sh\n[ "$2 $3" = "imagetools inspect" ] && echo "{DIGEST}"\n')
    docker.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    for _ in range(2):  # again: digests are replaced, not added
        subprocess.run(["sh", tmp_path / "deploy" / "pin-images"], env=environment, check=True)
        compose = (tmp_path / "docker-compose.yml").read_text()
        images = re.findall(r"^ *image: (\S+)$", compose, re.M)
        images += re.findall(r"^FROM (\S+)", (tmp_path / "Dockerfile").read_text(), re.M)
        theirs = [image for image in images if not image.startswith("processing-ledger:")]
        assert len(theirs) >= 7
        assert all(re.fullmatch(rf"[^@]+:[^@]+@{DIGEST}", image) for image in theirs), theirs


def test_no_package_of_python_is_installed_without_its_hash() -> None:
    """Neither by `make` nor in the image; what this repository itself is made of has none."""
    # The drawer of mutants lies beside the environment, and only `make mutants` asks for it.
    own = ("--no-index", "--editable .", "--target $@ cosmic-ray")
    for name, least in (("Makefile", 3), ("Dockerfile", 1), (".ci/run", 0), ("tests/tools.py", 0)):
        text = (ROOT / name).read_text("utf-8").replace("\\\n", "")
        text = re.sub(r"^INSTALL := .*$", "", text, flags=re.M)
        lines = re.findall(
            r"^.*(?:\$\(INSTALL\)|\bpip (?:install|download|wheel)\b).*$", text, re.M
        )
        pinned_lines = [line for line in lines if "--require-hashes" in line]
        assert len(pinned_lines) >= least
        others = [line for line in lines if line not in pinned_lines]
        assert not [line for line in others if not any(flag in line for flag in own)], name


def test_an_image_without_a_digest_is_said_to_have_none() -> None:
    """Nothing invented, and nothing claimed: the document says which it is."""
    compose, docker = ((ROOT / name).read_text() for name in ("docker-compose.yml", "Dockerfile"))
    images = re.findall(r"^ *image: (\S+)$", compose, re.M) + re.findall(
        r"^FROM (\S+)", docker, re.M
    )
    theirs = [image for image in images if not image.startswith("processing-ledger:")]
    is_pinned = [bool(re.search(r"@sha256:[0-9a-f]{64}$", image)) for image in theirs]
    said = "**Images have a version and no digest.**" in (ROOT / "SECURITY.md").read_text("utf-8")
    assert said != all(is_pinned)
