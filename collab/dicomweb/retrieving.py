"""WADO-RS (PS3.18 10.4): originals, metadata, bulk data and frames of what the path names, as streams."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from collab.dicomweb.asking import (
    accept_of,
    acceptable,
    intake_of,
    original_of,
    originals_of,
    read_named,
    root_of,
    streaming,
    worked_apart,
)
from collab.dicomweb.frames import Frames, numbers_of
from collab.dicomweb.metadata import Metadata
from collab.dicomweb.multipart import Multipart, Part
from collab.dicomweb.negotiation import EXPLICIT_LE, Offer, choose, media_of, takes_json
from collab.dicomweb.refusals import NotAcceptable
from collab.dicomweb.service import Original, header_of
from collab.dicomweb.work import read_bulk, transcode
from collab.kit.caller import Caller
from collab.studies.doors import called
from collab.studies.importing import Intake
from dicom_render.headers import InstanceHeader
from dicom_render.transcoding import has_explicit
from dicom_render.transfer_syntaxes import is_encapsulated

DICOM = "application/dicom"
DICOM_JSON = "application/dicom+json"
_PIECE = 1 << 18


async def send_originals(request: Request) -> Response:
    """The originals of a study, series or instance, byte for byte as they came in; explicit little-endian if named."""
    found = await called(request, _described)
    intake, accept = intake_of(request), accept_of(request)
    single = len(found) == 1 and "instance_uid" in request.path_params
    chosen = [
        (original, acceptable(choose(accept, _forms(original, header), single=single))) for original, header in found
    ]
    if not all(each.is_multipart for _, each in chosen):
        ((original, each),) = chosen
        pieces = _pieces(intake, original, each.offer)
        size = {"Content-Length": str(original.size)} if each.offer.is_stored else {}
        return await streaming(request, pieces, each.offer.content_type, **size)
    answer, root = Multipart(DICOM), root_of(request)
    parts = (
        Part(
            content_type=each.offer.content_type,
            pieces=_pieces(intake, original, each.offer),
            location=root + original.path,
        )
        for original, each in chosen
    )
    return await streaming(request, answer.body(parts), answer.content_type)


def _described(request: Request, session: Session, caller: Caller) -> list[tuple[Original, InstanceHeader | None]]:
    """Each with its header where it can be had in a form that it is not stored in, and somebody asks for that form."""
    originals = read_named(request, session, caller, what="originals")
    is_asked = EXPLICIT_LE in accept_of(request)
    return [
        (each, header_of(session, each) if is_asked and each.transfer_syntax_uid != EXPLICIT_LE else None)
        for each in originals
    ]


def _forms(original: Original, header: InstanceHeader | None) -> list[Offer]:
    """As stored, whatever it is, to who names no transfer syntax or any."""
    stored = Offer(media=DICOM, transfer_syntax=original.transfer_syntax_uid, is_stored=True)
    if header is None or not has_explicit(header):
        return [stored]
    return [stored, Offer(media=DICOM, transfer_syntax=EXPLICIT_LE)]


def _pieces(intake: Intake, original: Original, offer: Offer) -> Iterator[bytes]:
    """The bytes, proved first: a damaged original breaks the answer off, it never goes out as if it were whole."""
    if not offer.is_stored:
        yield intake.workers.run(transcode, str(intake.blobs.path_of(original.sha256)))
        return
    with intake.blobs.open_checked(original.sha256) as file:
        while piece := file.read(_PIECE):
            yield piece


async def send_metadata(request: Request) -> Response:
    """Everything but the large values of a study's, series' or single instances, as DICOM JSON."""
    if not takes_json(accept_of(request)):
        raise NotAcceptable
    originals = await originals_of(request, "metadata")
    documents = Metadata(intake_of(request)).documents(originals, root=root_of(request))
    return await streaming(request, _array(documents), DICOM_JSON)


def _array(documents: Iterator[bytes]) -> Iterator[bytes]:
    lead = b"["
    for document in documents:
        yield lead + document
        lead = b","
    yield b"]"


async def send_frames(request: Request) -> Response:
    """Frames of an instance, counted from 1: uncompressed, as stored, or HTJ2K where it is prepared."""
    numbers = numbers_of(request.path_params["frames"])
    original, header = await original_of(request, "frames")
    asked = Frames(intake=intake_of(request), original=original, header=header, numbers=numbers)
    asked.check()
    offers = await run_in_threadpool(asked.offers)
    chosen = acceptable(choose(accept_of(request), offers, single=len(numbers) == 1))
    values = asked.bytes_in(chosen.offer)
    if not chosen.is_multipart:
        return await streaming(request, values, chosen.offer.content_type)
    answer = Multipart(chosen.offer.media)
    parts = (
        Part(
            content_type=chosen.offer.content_type,
            pieces=[value],
            location=f"{root_of(request)}{original.path}/frames/{number}",
        )
        for number, value in zip(numbers, values, strict=True)
    )
    return await streaming(request, answer.body(parts), answer.content_type)


async def send_bulk(request: Request) -> Response:
    """One large value of an instance, at the address that its metadata gives."""
    (original,) = await originals_of(request, "bulkdata")
    intake = intake_of(request)
    path, place = str(intake.blobs.path_of(original.sha256)), request.path_params["place"]
    values = await worked_apart(intake.workers.run, read_bulk, path, place)
    is_compressed = place == "7FE00010" and is_encapsulated(original.transfer_syntax_uid)
    uid = original.transfer_syntax_uid if is_compressed else EXPLICIT_LE
    media = media_of(uid) if is_compressed else "application/octet-stream"
    offer = Offer(media=media, transfer_syntax=uid if is_compressed else None, is_stored=True)
    chosen = acceptable(choose(accept_of(request), [offer], single=len(values) == 1))
    if not chosen.is_multipart:
        return await streaming(request, iter(values), offer.content_type)
    answer = Multipart(offer.media)
    parts = (Part(content_type=offer.content_type, pieces=[value]) for value in values)
    return await streaming(request, answer.body(parts), answer.content_type)
