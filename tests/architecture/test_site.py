"""The site loads nothing from elsewhere, and every page of the documentation is in it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.architecture.documents import ROOT
from tests.architecture.test_documents import tracked

# What a browser loads by itself; a link that a reader follows is none.
_LOADED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\bsrc=\"([^\"]+)\""
    r"|<link\b(?![^>]*rel=\"(?:next|prev|search|index|genindex|author|canonical)\")[^>]*?href=\"([^\"]+)\""
    r"|@import\s+(?:url\()?[\"']?([^\"')]+)|url\(\s*[\"']?([^\"')]+)"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make site` does: a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    options = ["--quiet", "--fail-on-warning", "--keep-going", "--fresh-env", "--conf-dir", "docs"]
    places = ["--doctree-dir", str(folder / "doctrees"), ".", str(folder / "html")]
    command = [sys.executable, "-m", "sphinx", *options, *places]
    built = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert (built.returncode, built.stderr) == (0, "")
    return folder / "html"


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    files = [path for path in site.rglob("*") if path.suffix in {".html", ".css"}]
    loaded = {
        name
        for path in files
        for found in _LOADED.findall(path.read_text("utf-8"))
        for name in found
        if name
    }
    assert any(name.endswith(".css") or ".css?" in name for name in loaded)
    assert {name for name in loaded if re.match(r"(?:[a-z]+:)?//", name)} == set()


def test_every_page_is_in_the_site(site: Path) -> None:
    pages = [name for name in tracked("*.md") if name.startswith("docs/") or "/" not in name]
    assert len(pages) > 90
    assert [name for name in pages if not (site / name).with_suffix(".html").is_file()] == []
    assert (site / "index.html").is_file()


@pytest.mark.parametrize("settings", ["prometheus.yml", "one-machine.yml"])
def test_each_alert_links_to_its_paragraph(site: Path, settings: str) -> None:
    """Prometheus writes the label `docs` before the rest of the address; `make site` is served whole."""
    configured = yaml.safe_load((ROOT / "deploy/prometheus" / settings).read_text("utf-8"))
    docs = configured["global"]["external_labels"]["docs"]
    served = str(site) + "/" + docs.split("/", maxsplit=3)[3]
    rules = [
        rule
        for path in (ROOT / "deploy/prometheus/rules").glob("*.yml")
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]
        for rule in group["rules"]
        if "alert" in rule
    ]
    assert len(rules) > 20
    for rule in rules:
        address = rule["annotations"]["runbook_url"].replace("{{ $externalLabels.docs }}", served)
        page, anchor = address.split("#")
        assert f'id="{anchor}"' in Path(page).read_text("utf-8"), address
