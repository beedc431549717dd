"""The transfer syntaxes that can be decoded (PS3.5 A), by the family of their codestream."""

from enum import Enum


class Family(Enum):
    """Which decoder reads a frame of that syntax."""

    NATIVE = "native"
    RLE = "rle"
    JPEG = "jpeg"
    JPEG_LOSSLESS = "jpeg_lossless"
    JPEG_LS = "jpeg_ls"
    JPEG_2000 = "jpeg_2000"
    HTJ2K = "htj2k"
    JPEG_XL = "jpeg_xl"
    DEFLATED_FRAME = "deflated_frame"


_ROOT = "1.2.840.10008.1.2"
FAMILIES: dict[str, Family] = {
    _ROOT: Family.NATIVE,
    f"{_ROOT}.1": Family.NATIVE,
    f"{_ROOT}.2": Family.NATIVE,
    f"{_ROOT}.1.99": Family.NATIVE,
    f"{_ROOT}.5": Family.RLE,
    f"{_ROOT}.4.50": Family.JPEG,
    f"{_ROOT}.4.51": Family.JPEG,
    f"{_ROOT}.4.53": Family.JPEG,
    f"{_ROOT}.4.55": Family.JPEG,
    f"{_ROOT}.4.57": Family.JPEG_LOSSLESS,
    f"{_ROOT}.4.70": Family.JPEG_LOSSLESS,
    f"{_ROOT}.4.80": Family.JPEG_LS,
    f"{_ROOT}.4.81": Family.JPEG_LS,
    f"{_ROOT}.4.90": Family.JPEG_2000,
    f"{_ROOT}.4.91": Family.JPEG_2000,
    f"{_ROOT}.4.201": Family.HTJ2K,
    f"{_ROOT}.4.202": Family.HTJ2K,
    # OpenJPH wraps instead of clamping irreversible colour (0.07 % of samples off by up to 255): OpenJPEG reads it.
    f"{_ROOT}.4.203": Family.JPEG_2000,
    f"{_ROOT}.4.110": Family.JPEG_XL,
    f"{_ROOT}.4.111": Family.JPEG_XL,
    f"{_ROOT}.4.112": Family.JPEG_XL,
    f"{_ROOT}.8.1": Family.DEFLATED_FRAME,
}

# These lose by nature, beside the files that say so in Lossy Image Compression (0028,2110). The others that may lose
# (.91, .203, .112, .81) can also hold lossless frames, but their names do not promise it.
LOSSY = {f"{_ROOT}.4.{tail}" for tail in ("50", "51", "53", "55", "81", "91", "112", "203")}


def is_encapsulated(transfer_syntax_uid: str) -> bool:
    """All but the four native ones are, private and unknown ones included (PS3.5 A.4)."""
    return FAMILIES.get(transfer_syntax_uid) is not Family.NATIVE
