"""Roles are the four that the directory knows."""

from __future__ import annotations

from collab.kit.caller import Role
from collab.kit.i18n import catalogue


def test_every_role_has_its_word() -> None:
    for role in Role:
        assert f"role.{role.value}" in catalogue("fr")
