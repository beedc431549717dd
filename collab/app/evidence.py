"""The verbs of `consilium evidence`: make a meeting's evidence, prove one offline, tell this server's public key."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from collab.conclusions.service import Documents
from collab.evidence.document import Finding, Manifest
from collab.evidence.proof import Proof, prove
from collab.evidence.service import make_evidence, public_key
from collab.kit.clock import utc_now
from collab.kit.database import Database
from collab.kit.secret import read_secret
from collab.kit.settings import read_settings
from collab.studies.blobs import BlobStore

_SAYS = {
    "no_zip": "is no file of evidence",
    "unreadable": "cannot be read",
    "missing": "is missing",
    "unlisted": "is not in the manifest: somebody has added it",
    "altered": "is not what the manifest lists: its bytes were changed",
    "forged": "does not bear the signature of the key that it names: it was changed",
    "other_key": "was signed with another key than the one given",
    "reordered": "stands in another place than it was written",
    "cut": "is missing at the end",
    "changed": "does not have the hash that it was sealed with",
    "unlinked": "does not follow the one before it",
    "contradicts": "contradicts another item",
}


class _Verbs(click.Group):
    """`consilium evidence ROOM` makes the evidence of a room; the other verbs are named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_verb = not args or args[0] in self.commands or args[0].startswith("-")
        return super().parse_args(ctx, args if is_verb else ["make", *args])


@click.group("evidence", cls=_Verbs)
def evidence() -> None:
    """Evidence of a meeting: `evidence ROOM -o FILE` makes it, `evidence verify FILE` proves it offline."""


@evidence.command("make")
@click.argument("room_id")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="File to write; never replaced.")
def make(room_id: str, output: Path) -> None:
    """Write the journal, hashes, signed conclusion and audit of a room, signed, to one file. It is audited."""
    settings = read_settings()
    documents, database = Documents(BlobStore(settings.data / "documents")), Database(settings.url)
    try:
        with database.transaction() as session:
            content = make_evidence(
                session,
                room_id,
                documents=documents,
                secret=read_secret(settings),
                by="consilium evidence",
                at=utc_now(),
            )
    finally:
        database.close()
    try:
        # It holds a patient's data: for whoever made it, and nobody else on this machine.
        with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError as failure:
        raise click.ClickException(f"{output}: {failure.strerror}") from failure
    click.echo(f"{output}: {len(content)} bytes")


@evidence.command("key")
def tell_key() -> None:
    """Print the public key with which this server's evidence is proven."""
    click.echo(public_key(read_secret(read_settings())))


@evidence.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", default="", help="What `consilium evidence key` prints on the server that made the file.")
def verify(file: Path, key: str) -> None:
    """Prove a file of evidence, without database or network; exit code 1 and each item that does not hold otherwise."""
    proof = prove(file.read_bytes(), public_key=key.strip().lower())
    for finding in proof.findings:
        click.echo(_line(finding))
    if not proof.is_whole:
        sys.exit(1)
    assert proof.manifest is not None
    click.echo(_summary(proof.manifest, proof, is_key_given=bool(key)))


def _line(finding: Finding) -> str:
    where = ", ".join(part for part in (finding.item or "the file", finding.place) if part)
    return f"{where}: {_SAYS[finding.why]}"


def _summary(manifest: Manifest, proof: Proof, *, is_key_given: bool) -> str:
    said = [
        f"whole: room {manifest.room_id}, {manifest.facts} facts, made {manifest.made_at:%Y-%m-%d %H:%M:%S}Z",
        f"key {manifest.public_key}",
    ]
    said += [f"study {uid} has got more images since the signature" for uid in proof.grown]
    if not is_key_given:
        said.append("compare the key with `consilium evidence key` of the server that made it, or give it with --key:")
        said.append("whoever makes a false file from the beginning signs it with a key of their own")
    return "\n".join(said)
