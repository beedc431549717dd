"""The database's schema: every feature's tables together, and the migrations that lead to them."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from collab.accounts import models as accounts
from collab.audit import models as audit
from collab.conclusions import models as conclusions
from collab.expertise import models as expertise
from collab.kit.database import Database, Model
from collab.rooms import models as rooms
from collab.second_reads import models as second_reads
from collab.studies import models as studies

# A table is known once the module that declares it is imported.
WITH_TABLES = (accounts, audit, conclusions, expertise, rooms, second_reads, studies)
METADATA = Model.metadata


class OldSchema(Exception):
    """The database is not at the version that this program needs; `consilium migrate` brings it there."""


def migrate(database: Database, *, to: str = "head") -> str:
    """Bring the schema to a version (default: the newest) in one transaction; the version reached."""
    with database.engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        return MigrationContext.configure(connection).get_current_revision() or ""


def check(database: Database) -> None:
    """Raises `OldSchema` unless the database is at the newest version."""
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    if found != wanted:
        raise OldSchema(f"the database is at version {found or 'none'}, this program needs {wanted}: consilium migrate")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
