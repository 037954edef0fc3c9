"""Writes the dashboards: `python -m deploy.grafana`, which `make documents` does."""

from pathlib import Path

from deploy.grafana.model import rendered
from deploy.grafana.operations import OPERATIONS
from deploy.grafana.privacy import PRIVACY

FOLDER = Path(__file__).parent / "dashboards"
DASHBOARDS = {"operations.json": OPERATIONS, "privacy.json": PRIVACY}


def main() -> None:
    """Write every dashboard."""
    for name, dashboard in DASHBOARDS.items():
        (FOLDER / name).write_text(rendered(dashboard), "utf-8")


if __name__ == "__main__":
    main()
