"""What `consilium doctor` finds, on a well machine and on one that must be mended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from collab.app import doctor, schema
from collab.kit.database import Database
from collab.kit.settings import Settings


def settings_of(folder: Path) -> Settings:
    return Settings(data=folder)


def test_a_database_that_was_never_migrated_is_named(tmp_path: Path) -> None:
    findings = {finding.what: finding for finding in doctor.examine(settings_of(tmp_path))}
    assert not findings["database"].is_ok
    assert "consilium migrate" in findings["database"].says


def test_a_migrated_database_and_the_codecs_are_well(tmp_path: Path) -> None:
    database = Database(settings_of(tmp_path).url)
    schema.migrate(database)
    database.close()
    findings = {finding.what: finding for finding in doctor.examine(settings_of(tmp_path))}
    assert findings["database"].is_ok
    assert findings["codecs"].is_ok
    assert findings["clock"].is_ok


def test_a_turn_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    deaf = replace(settings_of(tmp_path), turn_urls="turn:127.0.0.1:9?transport=tcp")
    findings = {finding.what: finding for finding in doctor.examine(deaf)}
    assert not findings["turn"].is_ok
