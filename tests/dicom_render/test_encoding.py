"""Lossless codestreams whose prefix is a smaller picture."""

import imagecodecs
import numpy as np
import pytest

from dicom_render.encoding import coarse_level_of, encode_htj2k, levels_of, resolution_ends_of
from dicom_render.htj2k import decode_htj2k
from tests.dicom_render import make

SHAPES = [(1, 1), (2, 3), (17, 33), (64, 64), (5, 700), (512, 512), (240, 320)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16"])
def test_every_value_comes_back(shape: tuple[int, int], dtype: str) -> None:
    limits = np.iinfo(dtype)
    values = np.random.default_rng(1).integers(limits.min, limits.max, shape, dtype, endpoint=True)
    back = imagecodecs.htj2k_decode(encode_htj2k(values).data)
    assert back.dtype == values.dtype
    np.testing.assert_array_equal(back.reshape(shape), values)


def test_colour_comes_back() -> None:
    values = np.random.default_rng(1).integers(0, 256, (120, 160, 3)).astype(np.uint8)
    np.testing.assert_array_equal(imagecodecs.htj2k_decode(encode_htj2k(values).data), values)


@pytest.mark.parametrize("shape", [(512, 512), (64, 64), (100, 700)])
def test_each_resolution_is_exact_after_its_own_end(shape: tuple[int, int]) -> None:
    stream = encode_htj2k(make.noise(*shape))
    levels = levels_of(*shape)
    assert len(stream.resolution_ends) == levels + 1
    for skip in range(levels + 1):
        prefix = stream.data[: stream.resolution_ends[levels - skip]]
        whole = imagecodecs.htj2k_decode(stream.data, skipres=skip)
        np.testing.assert_array_equal(decode_htj2k(prefix, skip_levels=skip), whole)


def test_the_last_tile_part_ends_before_the_end_marker() -> None:
    stream = encode_htj2k(make.noise())
    assert stream.data[stream.resolution_ends[-1] :] == b"\xff\xd9"


def test_the_stream_says_rpcl_and_carries_tile_part_lengths() -> None:
    """ISO/IEC 15444-1: TLM is FF55, progression order 2 in COD is RPCL; 15444-15: CAP is FF50."""
    data = encode_htj2k(make.noise()).data
    assert b"\xff\x55" in data[:200]
    assert b"\xff\x50" in data[:100]
    assert data[data.index(b"\xff\x52") + 5] == 2


@pytest.mark.parametrize(
    ("shape", "coarse"),
    [((512, 512), 3), ((256, 256), 2), ((64, 64), 0), ((40, 30), 0), ((600, 800), 3), ((4000, 3000), 5)],
)
def test_coarse_is_about_sixty_four_pixels(shape: tuple[int, int], coarse: int) -> None:
    assert coarse_level_of(*shape) == coarse


def test_what_is_no_codestream_has_no_ends() -> None:
    assert resolution_ends_of(b"nothing") == ()
