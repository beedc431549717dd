"""The command `consilium`: each verb reads settings, opens the database, and calls one service."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy.orm import Session

from collab.accounts import service as accounts
from collab.accounts.models import Hospital
from collab.accounts.service import NewPerson
from collab.app import demo, doctor, schema, server
from collab.app.evidence import evidence
from collab.app.serving import serve_several
from collab.audit import service as audit
from collab.kit.caller import Role
from collab.kit.clock import utc_now
from collab.kit.database import Database
from collab.kit.refusals import Refusal
from collab.kit.secret import read_secret
from collab.kit.settings import BadSetting, Settings, read_settings
from collab.kit.web import refusal_sentence
from collab.rooms import service as rooms
from collab.rooms.protocol import Fact, MemberJoined
from collab.studies import service as studies
from collab.studies.command import import_paths
from collab.studies.importing import Intake

console = Console(highlight=False)


def main() -> None:
    """Run the command; what people can do something about is one clear line, not a traceback."""
    try:
        consilium(standalone_mode=False)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except click.Abort:
        sys.exit(130)
    except (BadSetting, schema.OldSchema) as wrong:
        console.print(f"[red]{wrong}[/red]")
        sys.exit(2)
    except Refusal as refusal:
        console.print(f"[red]{refusal_sentence('en', refusal)}[/red]")
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def consilium() -> None:
    """Teleexpertise: one study, two hospitals, one signed conclusion. Settings: CONSILIUM_* (see README)."""


@consilium.command()
@click.option("--workers", type=click.IntRange(1, 64), default=1, help="Processes sharing the port (PostgreSQL only).")
def serve(workers: int) -> None:
    """Run the server; the database must be at the newest version (consilium migrate)."""
    settings = read_settings()
    # Before anything is started that would have to be stopped again.
    with _database(settings) as database:
        schema.check(database)
    if workers == 1:
        server.run(server.build_site(settings))
    else:
        serve_several("collab.app.server:create_app", settings, workers)


@consilium.command("demo")
@click.option("--password", help="Password of the demo people; made up when left out.")
@click.option("--port", type=int, help="Port to listen on.")
def demonstrate(password: str | None, port: int | None) -> None:
    """Run a server with demo people and synthetic studies."""
    settings = replace(read_settings(), demo=True)
    if port:
        settings = replace(settings, port=port)
    site = server.build_site(settings)
    schema.migrate(site.database)
    password = demo.set_people(site.database, utc_now, password)
    if not demo.has_studies(site.database):
        with console.status("drawing synthetic studies") as status:
            demo.add_studies(
                site.part(Intake), lambda title, count: status.update(f"drawing synthetic studies: {title}, {count}")
            )
    console.print(f"\n  Consilium  [bold]{settings.origin}[/bold]")
    for person in demo.PEOPLE:
        console.print(f"  {person.email:<32} {person.name}")
    console.print(f"  password of all of them: [bold]{password}[/bold]   (Ctrl+C stops)\n")
    server.run(site)


@consilium.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--finess", help="FINESS number of the hospital that the studies belong to, if several are declared.")
def bring(paths: tuple[Path, ...], finess: str | None) -> None:
    """Bring studies in from folders, files and zips; a bad file is set aside with its reason."""
    settings = read_settings()
    with _database(settings) as database:
        schema.check(database)
        with database.transaction() as session:
            hospital = _hospital(session, finess)
        with _progress() as progress:
            task = progress.add_task("importing", total=None)
            done = import_paths(
                database,
                settings,
                paths,
                by="consilium import",
                hospital_id=hospital.id,
                report=lambda so_far: progress.update(
                    task,
                    completed=so_far.seen,
                    total=so_far.files,
                    description="preparing" if so_far.seen == so_far.files else "importing",
                ),
            )
        with database.transaction() as session:
            left = studies.list_left(session, done.import_id)
    console.print(f"{done.stored} stored, {done.known} known already, {done.set_aside} set aside")
    for each in left:
        console.print(f"  [yellow]{each.file_name}[/yellow]: {each.code}")


def _hospital(session: Session, finess: str | None) -> Hospital:
    """The hospital named, or the only one, or the demo's own; of several nobody may guess whose images these are."""
    if finess:
        return accounts.get_hospital(session, finess)
    declared = accounts.list_hospitals(session)
    chosen = [each for each in declared if len(declared) == 1 or each.finess == demo.IMPORTING_FINESS]
    if len(chosen) != 1:
        known = ", ".join(f"{each.finess} {each.name}" for each in declared)
        raise click.UsageError(f"say whose images these are with --finess: {known or 'no hospital is declared yet'}")
    return chosen[0]


@consilium.command()
def migrate() -> None:
    """Bring the database to the newest version."""
    with _database(read_settings()) as database:
        console.print(f"database at version {schema.migrate(database)}")


@consilium.command("doctor")
def examine() -> None:
    """Check database, disk, codecs, client, TURN and clock; exit code 1 when something must be mended."""
    findings = doctor.examine(read_settings())
    for finding in findings:
        mark = "[green]ok[/green]  " if finding.is_ok else "[red]MEND[/red]"
        console.print(f"{mark} {finding.what}: {finding.says}")
    sys.exit(0 if all(finding.is_ok for finding in findings) else 1)


@consilium.group("user")
def user() -> None:
    """Declare people."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--finess", required=True, help="FINESS number of the person's hospital.")
@click.option("--hospital", help="The hospital's name, when it is not declared yet.")
@click.option("--phone", default="", help="Call-back number.")
@click.option("--specialty")
@click.option("--rpps")
@click.option("--language", default="fr", type=click.Choice(["fr", "en"]))
@click.password_option()
def add_user(
    email: str,
    name: str,
    role: str,
    finess: str,
    hospital: str | None,
    phone: str,
    specialty: str | None,
    rpps: str | None,
    language: str,
    password: str,
) -> None:
    """Declare a person; the password is asked for."""
    with _database(read_settings()) as database, database.transaction() as session:
        home = accounts.add_hospital(session, finess=finess, name=hospital or finess, phone=phone)
        new = NewPerson(
            email=email,
            name=name,
            role=Role(role),
            hospital_id=home.id,
            specialty=specialty,
            rpps=rpps,
            phone=phone or None,
            language="en" if language == "en" else "fr",
        )
        accounts.add_person(session, new, password, by="consilium user add", at=utc_now())
    console.print(f"{name} can sign in as {email}")


@consilium.group("token")
def token() -> None:
    """Tokens for other programs."""


@token.command("create")
@click.argument("email")
@click.option("--label", default="command line", help="What the token is for.")
def create_token(email: str, label: str) -> None:
    """Print a bearer token with the rights of EMAIL."""
    settings = read_settings()
    with _database(settings) as database, database.transaction() as session:
        bearer = accounts.create_token(
            session, email, label, by="consilium token create", secret=read_secret(settings), at=utc_now()
        )
    click.echo(bearer)


@consilium.group("audit")
def audit_group() -> None:
    """The chain of acts."""


@audit_group.command("verify")
def verify_audit() -> None:
    """Prove that no row of the audit was changed or taken out; exit code 1 and the first bad row otherwise."""
    with _database(read_settings()) as database, database.transaction() as session:
        verdict = audit.verify(session)
        broken_room = rooms.find_any_break(session)
    if verdict.broken:
        console.print(f"[red]row {verdict.broken.seq} is {verdict.broken.why}[/red]")
        sys.exit(1)
    if broken_room:
        console.print(f"[red]journal of room {broken_room.room_id}: row {broken_room.seq} is {broken_room.why}[/red]")
        sys.exit(1)
    console.print(f"whole: {verdict.rows} rows, head {verdict.head}")


consilium.add_command(evidence)


@consilium.command()
@click.argument("room_id")
@click.option("--at", "--seq", "seq", type=int, help="Show what the room held after this fact, as JSON.")
def replay(room_id: str, seq: int | None) -> None:
    """Print a room's journal, a line a fact; with --at, the state at that moment. Reading it is audited."""
    with _database(read_settings()) as database, database.transaction() as session:
        rooms.get_room(session, room_id)
        audit.record(session, "room.journal_read", by="consilium replay", at=utc_now(), kind="room", object_id=room_id)
        if seq is not None:
            state = msgspec.json.encode(rooms.state_at(session, room_id, seq))
            click.echo(msgspec.json.format(state, indent=2).decode())
            return
        names: dict[str, str] = {}
        for fact in rooms.facts_of(session, room_id):
            if isinstance(fact.done, MemberJoined):
                names[fact.actor] = fact.done.member.name
            at = datetime.fromtimestamp(fact.at_ms / 1000, UTC)
            click.echo(
                f"{fact.seq:>6}  {at:%Y-%m-%d %H:%M:%S}Z  {names.get(fact.actor, fact.actor):<28}  {_told(fact)}"
            )


def _told(fact: Fact) -> str:
    """What a fact says, in one line: its kind and what is short in it."""
    body = msgspec.to_builtins(fact.done)
    short = {
        key: value for key, value in body.items() if key not in {"t", "view"} and isinstance(value, str | int | None)
    }
    if short.get("caption") == "":
        del short["caption"]
    return " ".join([body["t"], *(f"{key}={value}" for key, value in short.items() if key != "update")])


@contextmanager
def _database(settings: Settings) -> Generator[Database]:
    database = Database(settings.url)
    try:
        yield database
    finally:
        database.close()


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )
