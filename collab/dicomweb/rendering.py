"""`/rendered` and `/thumbnail` (PS3.18 10.4.1.1.3-4): pictures of frames, decoded and drawn in the workers."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from itertools import chain, islice

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from collab.dicomweb.asking import (
    accept_of,
    acceptable,
    begun_apart,
    intake_of,
    read_named,
    root_of,
    streaming,
    worked_apart,
)
from collab.dicomweb.frames import Frames, numbers_of
from collab.dicomweb.multipart import Multipart, Part
from collab.dicomweb.negotiation import Offer, choose
from collab.dicomweb.refusals import BadRequest, NotDrawable
from collab.dicomweb.service import Original, header_of
from collab.dicomweb.work import draw
from collab.kit.caller import Caller
from collab.kit.refusals import NotFound
from collab.studies.doors import called
from dicom_render.headers import InstanceHeader, Window
from dicom_render.picture import THUMBNAIL_PIXELS
from dicom_render.refusal import Unreadable
from dicom_render.rendering import Drawing, Media, Viewport
from dicom_render.workers import WorkerDied

JPEG: Media = "image/jpeg"
PNG: Media = "image/png"
_OFFERS = [Offer(media=JPEG, transfer_syntax=None), Offer(media=PNG, transfer_syntax=None)]
_FUNCTIONS = {"linear": "LINEAR", "linear-exact": "LINEAR_EXACT", "sigmoid": "SIGMOID"}
_SMALL = {"viewport": f"{THUMBNAIL_PIXELS},{THUMBNAIL_PIXELS}"}
_MOST_PIXELS = 4096
# Instances looked at for one that has a picture: a series of documents has none at all.
_TRIED = 20


async def send_rendered(request: Request) -> Response:
    """A frame, or an instance's first, as JPEG or PNG: `window`, `viewport` and `quality` as PS3.18 8.3.5 has them."""
    return await _send(request, request.query_params)


async def send_all_rendered(request: Request) -> Response:
    """Every instance of a study or series that has a picture, its first frame each, as parts.

    Who takes no parts (as the `dicomweb-client` library) gets the picture in the middle.
    """
    chosen = acceptable(choose(accept_of(request), _OFFERS, single=True))
    media = PNG if chosen.offer.media == PNG else JPEG
    drawing = drawing_of(request.query_params, media)
    if not chosen.is_multipart:
        return await _send_middle(request, drawing)
    pictures = _pictures(request, await called(request, _pictured), drawing)
    first = await worked_apart(next, pictures, None)
    if first is None:
        raise NotDrawable(reason="missing_pixels")
    answer = Multipart(media)
    return await streaming(request, answer.body(chain([first], pictures)), answer.content_type)


def _pictured(request: Request, session: Session, caller: Caller) -> list[tuple[Original, InstanceHeader]]:
    originals = read_named(request, session, caller, what="rendered")
    found = ((original, header_of(session, original)) for original in originals)
    return [(original, header) for original, header in found if header.number_of_frames]


def _pictures(
    request: Request, originals: Iterable[tuple[Original, InstanceHeader]], drawing: Drawing
) -> Iterator[Part]:
    """What cannot be drawn is left out: it has no picture, and its neighbours have."""
    intake, root = intake_of(request), root_of(request)
    for original, header in originals:
        recoded = Frames(intake=intake, original=original, header=header, numbers=[1]).recoded()
        path = str(intake.blobs.path_of(original.sha256))
        try:
            picture = intake.workers.run(draw, path, 1, drawing, recoded)
        except (Unreadable, WorkerDied):
            continue
        yield Part(content_type=drawing.media, pieces=[picture], location=f"{root}{original.path}/rendered")


async def send_frame_thumbnail(request: Request) -> Response:
    """A small picture of a frame."""
    return await _send(request, {**_SMALL, **request.query_params})


async def _send(request: Request, asked: Mapping[str, str]) -> Response:
    numbers = numbers_of(request.path_params.get("frames", "1"))
    if len(numbers) != 1:
        raise BadRequest(field="frames")
    drawing = drawing_of(asked, _media(request))

    def begin(_: Request, session: Session, caller: Caller) -> Future[bytes]:
        (original,) = read_named(request, session, caller, what="rendered")
        return _begun(request, original, header_of(session, original), frame=numbers[0], drawing=drawing)

    return await _sent(request, begin, drawing)


async def send_thumbnail(request: Request) -> Response:
    """A small picture of what stands in the middle of a study, series or instance."""
    return await _send_middle(request, drawing_of({**_SMALL, **request.query_params}, _media(request)))


async def _send_middle(request: Request, drawing: Drawing) -> Response:

    def begin(_: Request, session: Session, caller: Caller) -> Future[bytes]:
        original, header = _middle(request, session, caller)
        return _begun(request, original, header, frame=header.number_of_frames // 2 + 1, drawing=drawing)

    return await _sent(request, begin, drawing)


def _middle(request: Request, session: Session, caller: Caller) -> tuple[Original, InstanceHeader]:
    """Of the instances that have a picture, that nearest to the middle. Raises `NotDrawable`."""
    originals = read_named(request, session, caller, what=request.url.path.rpartition("/")[2])
    middle = len(originals) // 2
    nearest = sorted(range(len(originals)), key=lambda index: abs(index - middle))
    for index in islice(nearest, _TRIED):
        header = header_of(session, originals[index])
        if header.number_of_frames:
            return originals[index], header
    raise NotDrawable(reason="missing_pixels")


def _media(request: Request) -> Media:
    chosen = acceptable(choose(accept_of(request), _OFFERS, single=True))
    return PNG if chosen.offer.media == PNG else JPEG


async def _sent(
    request: Request, begin: Callable[[Request, Session, Caller], Future[bytes]], drawing: Drawing
) -> Response:
    """A picture that is drawn while its reading is written to the disk, and sent when both are done."""
    picture = await called(request, begin)
    return Response(await asyncio.wrap_future(picture), media_type=drawing.media)


def _begun(
    request: Request, original: Original, header: InstanceHeader, *, frame: int, drawing: Drawing
) -> Future[bytes]:
    intake = intake_of(request)

    def drawn() -> bytes:
        if not header.number_of_frames:
            raise NotDrawable(reason="missing_pixels")
        if not 1 <= frame <= header.number_of_frames:
            raise NotFound
        recoded = Frames(intake=intake, original=original, header=header, numbers=[frame]).recoded()
        return intake.workers.run(draw, str(intake.blobs.path_of(original.sha256)), frame, drawing, recoded)

    return begun_apart(drawn)


def drawing_of(asked: Mapping[str, str], media: Media) -> Drawing:
    """The query's parameters. Raises `BadRequest`."""
    return Drawing(
        media=media,
        quality=_quality(asked["quality"]) if "quality" in asked else 90,
        window=_window(asked["window"]) if "window" in asked else None,
        viewport=_viewport(asked["viewport"]) if "viewport" in asked else None,
    )


def _quality(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:4]) <= 100:
        raise BadRequest(field="quality")
    return int(text)


def _window(text: str) -> Window:
    """8.3.5.1.2: center, width and function, the last of them `linear` where it is left out."""
    parts = text.split(",")
    function = _FUNCTIONS.get(parts[2].strip().lower()) if len(parts) == 3 else "LINEAR"
    try:
        center, width = (float(part) for part in parts[:2])
    except ValueError:
        raise BadRequest(field="window") from None
    is_sound = math.isfinite(center) and math.isfinite(width) and width >= (1 if function == "LINEAR" else 1e-6)
    if function is None or len(parts) > 3 or not is_sound:
        raise BadRequest(field="window")
    return Window(center=center, width=width, function=function)


def _viewport(text: str) -> Viewport:
    """8.3.5.1.3: width and height, then left, top, width and height of what is shown."""
    parts = text.split(",")
    if len(parts) not in {2, 6} or not all(part.isascii() and part.isdigit() and len(part) < 7 for part in parts):
        raise BadRequest(field="viewport")
    width, height, *region = (int(part) for part in parts)
    if not (1 <= width <= _MOST_PIXELS and 1 <= height <= _MOST_PIXELS):
        raise BadRequest(field="viewport")
    return Viewport(width, height, (region[0], region[1], region[2], region[3]) if region else None)
