"""The server's secret: made at the first start, kept in a file that only the server reads, refused when others can."""

from __future__ import annotations

import os
import secrets
import stat

from collab.kit.settings import BadSetting, Settings

MIN_BYTES = 32


def read_secret(settings: Settings) -> bytes:
    """The secret, made if there is none yet. Raises `BadSetting` for one that is short or that others can read."""
    path = settings.secret_path
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # O_EXCL: of two first starts at once, one makes it and the other reads it.
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_hex(MIN_BYTES).encode())
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            pass
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise BadSetting(f"{path} can be read by others: chmod 600 {path}")
    secret = path.read_bytes().strip()
    if len(secret) < MIN_BYTES:
        raise BadSetting(f"{path} is shorter than {MIN_BYTES} bytes: delete it to have a new one made")
    return secret
