"""The settings of this process: what its environment says and, over it, what the caller says."""

import os
from collections.abc import Mapping
from pathlib import Path

from host.settings import Settings, read_settings
from ledger.embedded import default_data_dir


def settings_from(texts: Mapping[str, str]) -> Settings:
    """Settings of the environment and, over it, texts by name of variable. Raises Misconfigured."""
    texts = {**os.environ, **texts}
    home = texts.get("LEDGER_DATA_DIR", "").strip()
    # The default fails for a user without a name on this system, so it is computed only where it is used.
    return read_settings(texts, Path(home) if home else default_data_dir(os.geteuid()))
