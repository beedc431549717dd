"""Frames of an opened dataset to stored values, exactly, or to 8-bit RGB for colour; no grey scale, no geometry."""

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset

from dicom_render.codecs import Samples, decode_codestream, is_ycbcr
from dicom_render.codestream import Declared
from dicom_render.colour import packed_422_of, rgb_of_palette, rgb_of_partial_ybr, rgb_of_ybr, ybr_of_422, ybr_of_rgb
from dicom_render.layout import PACKED_422, PixelLayout, bits_of, check_amount, frame_table_of, held_pixels, layout_of
from dicom_render.opening import open_dataset, refusing_everything, transfer_syntax_of
from dicom_render.profiles import ToSrgb
from dicom_render.refusal import Unreadable
from dicom_render.transfer_syntaxes import FAMILIES, Family

Stored = NDArray[np.generic]
_GREY = {"MONOCHROME1", "MONOCHROME2"}
_COLOURS = {"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_RCT", "YBR_ICT"}
# JPEG 2000 undoes its own colour transform, libjpeg is told to: what comes out of these is RGB already.
_DECODED_TO_RGB = {Family.JPEG, Family.JPEG_XL}


def decode_frame(data: bytes, frame: int) -> Stored:
    """One frame, counted from 1, of a DICOM file held in memory.

    Grey: (rows, columns) of stored values, uint8, int8, uint16, int16, uint32 or int32, before any rescale; single
    bits as 0 and 1.
    Colour (RGB, YBR, palette): (rows, columns, 3) uint8 RGB. Raises `Unreadable`.
    """
    return FrameSource(open_dataset(data)).decode(frame)


class FrameSource:
    """The frames of one opened object, decoded one at a time on demand.

    `as_srgb`: colours leave the space of the file's ICC profile for that of screens.
    """

    def __init__(self, dataset: FileDataset, *, as_srgb: bool = True) -> None:
        with refusing_everything("malformed"):
            layout = layout_of(dataset)
            if layout is None:
                raise Unreadable("missing_pixels", {})
            self._family = _family_of(dataset)
            check_amount(dataset, layout)
            _refuse_what_is_not_drawn(layout, self._family)
            self.layout = layout
            self.dataset = dataset
            self._shown = ToSrgb(dataset) if as_srgb and _is_colour(layout) else None
            self._held = held_pixels(dataset, layout)
            self._table = None if self._family is Family.NATIVE else frame_table_of(dataset, layout)

    @property
    def held_bytes(self) -> int:
        """What its pixels take in memory before they are decoded."""
        return len(self._held)

    def decode(self, frame: int) -> Stored:
        """The frame counted from 1; see `decode_frame`."""
        if not 1 <= frame <= self.layout.number_of_frames:
            raise Unreadable("no_such_frame", {"frame": frame, "number_of_frames": self.layout.number_of_frames})
        with refusing_everything("decoding_failed"):
            samples, declared = self._samples(frame - 1)
            if self.layout.photometric == "PALETTE COLOR":
                rgb = rgb_of_palette(_stored(samples, self.layout, declared), self.dataset)
            elif self.layout.samples == 1:
                return _stored(samples, self.layout, declared)
            else:
                rgb = self._rgb(samples, declared)
            return rgb if self._shown is None else self._shown(rgb)

    def described(self, frame: int) -> Stored:
        """The frame counted from 1 in the numbers that its own header speaks of: indices of a palette, YBR, planes.

        Colour is (rows, columns, 3), or (3, rows, columns) where Planar Configuration is 1, or flat where two pixels
        share their chrominance. YBR_RCT and YBR_ICT, which no frame can be without JPEG 2000, are RGB.
        """
        with refusing_everything("decoding_failed"):
            is_ybr = self.layout.photometric.startswith("YBR_FULL")
            samples, declared = self._samples(frame - 1, keeps_ybr=is_ybr)
            if self.layout.bits_allocated == 1:
                return np.packbits(samples.astype(bool), bitorder="little")
            if self.layout.samples == 1:
                return _stored(samples, self.layout, declared)
            colours = self._as_named(samples, declared)
            return np.moveaxis(colours, -1, 0) if self.layout.planar and colours.ndim == 3 else colours

    def _as_named(self, samples: Samples, declared: Declared | None) -> NDArray[np.uint8]:
        photometric = self.layout.photometric
        if not photometric.startswith("YBR_FULL") and photometric != "YBR_PARTIAL_422":
            return self._rgb(samples, declared)
        is_retired = photometric == "YBR_PARTIAL_422" and self._family is not Family.NATIVE
        if samples.dtype != np.uint8 or is_retired:
            raise Unreadable("unsupported_pixels", {"photometric_interpretation": photometric})
        colours = np.ascontiguousarray(samples, np.uint8)
        if self._is_rgb(declared, keeps_ybr=True):
            colours = ybr_of_rgb(colours)
        return packed_422_of(colours) if photometric in PACKED_422 else colours

    def bit_plane(self, frame: int, bit: int) -> NDArray[np.bool_] | None:
        """One bit of each pixel's word, (rows, columns), where the file keeps whole words; else None."""
        layout = self.layout
        is_free = 0 <= bit < layout.bits_allocated and not 0 <= layout.high_bit - bit < layout.bits_stored
        if layout.samples != 1 or self._family not in {Family.NATIVE, Family.RLE} or not is_free:
            return None
        with refusing_everything("decoding_failed"):
            words, _ = self._samples(frame - 1)
            return (words.astype(np.uint32) >> np.uint32(bit) & np.uint32(1)).astype(bool)

    def _samples(self, index: int, *, keeps_ybr: bool = False) -> tuple[Samples, Declared | None]:
        if self._table is None:
            return _native(self._held, self.layout, index=index, dataset=self.dataset), None
        samples, declared = decode_codestream(self._table.frame(index), self.layout, self._family, keeps_ybr=keeps_ybr)
        expected = (self.layout.rows, self.layout.columns, self.layout.samples)
        if samples.shape != (expected if self.layout.samples > 1 else expected[:2]):
            raise Unreadable("contradiction", {"decoded_shape": str(samples.shape), "header_shape": str(expected)})
        depth = 8 * samples.dtype.itemsize if declared is None else declared.precision
        if depth > max(8, self.layout.bits_allocated):
            # Cut to the header's bits, these would be other values that look like an image.
            raise Unreadable("contradiction", {"codestream_bits": depth, "header_bits": self.layout.bits_allocated})
        return samples, declared

    def _rgb(self, samples: Samples, declared: Declared | None) -> NDArray[np.uint8]:
        if samples.dtype != np.uint8:
            raise Unreadable("unsupported_pixels", {"colour_bits": samples.dtype.itemsize * 8})
        rgb = np.ascontiguousarray(samples, np.uint8)
        if self._is_rgb(declared):
            return rgb
        match self.layout.photometric:
            case "YBR_FULL" | "YBR_FULL_422":
                return rgb_of_ybr(rgb)
            case "YBR_PARTIAL_422":
                return rgb_of_partial_ybr(rgb)
            case _:
                # YBR_RCT and YBR_ICT name a transform that the JPEG 2000 decoder has undone (PS3.3 C.7.6.3.1.2).
                return rgb

    def _is_rgb(self, declared: Declared | None, *, keeps_ybr: bool = False) -> bool:
        """Whether RGB comes out of the decoder, whatever the header says."""
        if keeps_ybr and self._family is Family.JPEG:
            return declared is None or not is_ycbcr(declared, self.layout)
        return self._family in _DECODED_TO_RGB or (declared is not None and declared.transformed)


def _is_colour(layout: PixelLayout) -> bool:
    return layout.samples > 1 or layout.photometric == "PALETTE COLOR"


def _family_of(dataset: FileDataset) -> Family:
    transfer_syntax_uid = transfer_syntax_of(dataset)
    family = FAMILIES.get(transfer_syntax_uid)
    if family is None:
        raise Unreadable("unsupported_transfer_syntax", {"transfer_syntax_uid": transfer_syntax_uid})
    return family


def _refuse_what_is_not_drawn(layout: PixelLayout, family: Family) -> None:
    if layout.keyword != "PixelData":
        raise Unreadable("float_pixels", {"attribute": layout.keyword})
    # PS3.5 8.2: single bits are packed in native and deflated frames only; what others make of them differs.
    bits = {1, 8, 16, 32} if family in {Family.NATIVE, Family.DEFLATED_FRAME} else {8, 16, 32}
    grey = layout.samples == 1 and layout.photometric in {*_GREY, "PALETTE COLOR"} and layout.bits_allocated in bits
    # XYB is what JPEG XL may keep its colours in (PS3.5 8.2.15); its decoder gives RGB.
    named = _COLOURS | {"XYB"} if family is Family.JPEG_XL else _COLOURS
    colour = layout.samples == 3 and layout.photometric in named and layout.bits_allocated == 8
    if not (grey or colour):
        raise Unreadable(
            "unsupported_pixels",
            {
                "photometric_interpretation": layout.photometric,
                "samples_per_pixel": layout.samples,
                "bits_allocated": layout.bits_allocated,
            },
        )


def _native(held: bytes, layout: PixelLayout, *, index: int, dataset: FileDataset) -> Samples:
    """PS3.5 8.1.1: frames follow each other without gap."""
    width = layout.bits_allocated // 8
    size = layout.frame_bits // 8
    little = dataset.original_encoding[1] is not False
    order = "<" if little else ">"
    if not little and width <= 1 and dataset["PixelData"].VR == "OW":
        # What is smaller than a word lies swapped in pairs of bytes when sent as big-endian words.
        held = np.frombuffer(held[: len(held) & ~1], "<u2").byteswap().tobytes()
    if layout.bits_allocated == 1:
        return bits_of(held, rows=layout.rows, columns=layout.columns, first_bit=index * layout.frame_bits)
    samples = np.frombuffer(held, f"{order}u{width}", size // width, offset=index * size)
    if layout.samples == 1:
        return samples.reshape(layout.rows, layout.columns)
    if layout.photometric in PACKED_422:
        return ybr_of_422(samples.view(np.uint8), rows=layout.rows, columns=layout.columns)
    if layout.planar:
        return np.moveaxis(samples.reshape(layout.samples, layout.rows, layout.columns), 0, -1)
    return samples.reshape(layout.rows, layout.columns, layout.samples)


def _stored(samples: Samples, layout: PixelLayout, declared: Declared | None) -> Stored:
    """Drops bits outside Bits Stored (old overlays live there, PS3.5 8.1.1) and gives the values their sign."""
    # In the width that the file declares: half the memory of 32 bits, and this is a third of drawing a raw frame.
    width = max(layout.bits_allocated // 8, 1)
    wide = samples.astype(f"<{samples.dtype.kind}{samples.dtype.itemsize}", copy=False)
    if declared is not None and declared.signed:
        # A codestream of 8 bits under a header of 16: the sign has to come along.
        wide = wide.astype("<i4")
    wide = wide.view(f"<u{wide.dtype.itemsize}").astype(f"<u{width}")
    bits = layout.bits_stored
    if declared is None:
        wide >>= layout.high_bit + 1 - bits
    elif declared.signed == layout.signed and declared.precision > bits:
        # Bits Stored 13 over a signed codestream of 16 has been met: the codestream's own depth rules its sign.
        bits = min(declared.precision, layout.bits_allocated)
    spare = 8 * width - bits
    wide <<= spare
    exact = wide.view(f"<i{width}") if layout.signed else wide
    exact >>= spare
    return exact
