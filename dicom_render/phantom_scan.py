"""The synthetic scanner: where its slices lie, how it samples a head, its blur and its noise."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicom_render.phantom_anatomy import Lattice, Person, Pose, head_fields
from dicom_render.phantom_fields import Field, Vector

COARSE_MM = 2.0
PAD = 3  # coarse points beyond the first and the last slice, row and column


@dataclass(frozen=True, slots=True)
class Acquisition:
    """Slices as DICOM states them; ``step_mm`` runs from one slice's first voxel to the next one's."""

    rows: int
    columns: int
    pixel_mm: float
    row_direction: Vector
    column_direction: Vector
    first_voxel_mm: Vector
    step_mm: Vector
    slices: int
    thickness_mm: float
    layers: int = 1  # planes averaged across one slice

    def position_mm(self, index: int) -> Vector:
        x, y, z = (a + index * b for a, b in zip(self.first_voxel_mm, self.step_mm, strict=True))
        return (x, y, z)


def centred(*, centre_mm: Vector, **geometry: object) -> Acquisition:
    """An acquisition whose volume is centred on ``centre_mm``."""
    draft = Acquisition(first_voxel_mm=(0, 0, 0), **geometry)  # type: ignore[arg-type]
    across = (draft.columns - 1) / 2 * draft.pixel_mm * np.array(draft.row_direction)
    down = (draft.rows - 1) / 2 * draft.pixel_mm * np.array(draft.column_direction)
    through = (draft.slices - 1) / 2 * np.array(draft.step_mm)
    x, y, z = (round(float(v), 4) for v in np.array(centre_mm) - across - down - through)
    return Acquisition(first_voxel_mm=(x, y, z), **geometry)  # type: ignore[arg-type]


def oblique(*, yaw: float, pitch: float) -> tuple[Vector, Vector, Vector]:
    """Row, column and normal directions of axial slices turned about z, then about the row axis (degrees)."""
    (cz, sz), (cx, sx) = ((float(np.cos(a)), float(np.sin(a))) for a in np.radians([yaw, pitch]))
    return (cz, sz, 0.0), (-sz * cx, cz * cx, sx), (sz * sx, -cz * sx, cx)


@dataclass(frozen=True, slots=True)
class SampledHead:
    """Fields of one head on a coarse lattice aligned with one acquisition."""

    acquisition: Acquisition
    fields: dict[str, Field]
    shape: tuple[int, int, int]

    def planes(self, shrink: int) -> Callable[[float], dict[str, Field]]:
        """Reads the fields at a slice index, at every ``shrink``-th pixel."""
        a = self.acquisition
        step = float(np.linalg.norm(a.step_mm)) / COARSE_MM
        rows, columns = (
            PAD + (np.arange(n // shrink) * shrink + (shrink - 1) / 2) * a.pixel_mm / COARSE_MM
            for n in (a.rows, a.columns)
        )
        down, across = _reading(rows, self.shape[1]), _reading(columns, self.shape[2]).T.copy()

        def plane(slice_index: float) -> dict[str, Field]:
            at = PAD + slice_index * step
            base = int(np.floor(at)) - 1
            weights = _cubic(np.arange(base, base + 4) - at)
            return {
                name: down @ np.tensordot(weights, field[base : base + 4], 1) @ across
                for name, field in self.fields.items()
            }

        return plane


def sample_head(acquisition: Acquisition, person: Person, held: Pose) -> SampledHead:
    a = acquisition
    step = float(np.linalg.norm(a.step_mm))
    row, column, through = (np.array(v) / np.linalg.norm(v) for v in (a.row_direction, a.column_direction, a.step_mm))
    sizes = [a.slices * step, a.rows * a.pixel_mm, a.columns * a.pixel_mm]
    shape = tuple(int(np.ceil(size / COARSE_MM)) + 2 * PAD + 1 for size in sizes)
    origin = np.array(a.first_voxel_mm) - PAD * COARSE_MM * (row + column + through)
    lattice = Lattice(origin, COARSE_MM * np.stack([row, column, through], axis=1), (shape[0], shape[1], shape[2]))
    return SampledHead(acquisition=a, fields=head_fields(lattice, person, held), shape=lattice.shape)


@dataclass(frozen=True, slots=True)
class Detail:
    """In-plane sharpness: anatomy is painted at every ``shrink``-th pixel, then blurred (Gaussian sigma, mm)."""

    shrink: int = 1
    blur_mm: float = 0.0

    def spread(self, count: int, pixel_mm: float) -> Field:
        """Matrix from painted samples to ``count`` pixels."""
        matrix = _reading((np.arange(count) - (self.shrink - 1) / 2) / self.shrink, count // self.shrink)
        if not self.blur_mm:
            return matrix
        apart = (np.arange(count)[:, None] - np.arange(count)[None, :]) * pixel_mm / self.blur_mm
        blur = np.exp(-0.5 * apart**2)
        return ((blur / blur.sum(axis=1, keepdims=True)) @ matrix).astype(np.float32)


def clean_slices(head: SampledHead, paint: Callable[[dict[str, Field]], Field], detail: Detail) -> Iterator[Field]:
    """Noiseless slices at full matrix; each is the mean of its layers (partial volume)."""
    a = head.acquisition
    planes = head.planes(detail.shrink)
    down, across = detail.spread(a.rows, a.pixel_mm), detail.spread(a.columns, a.pixel_mm).T.copy()
    share = a.thickness_mm / float(np.linalg.norm(a.step_mm))
    offsets = (np.arange(a.layers) + 0.5) / a.layers * share - share / 2
    for index in range(a.slices):
        mean: Field = np.stack([paint(planes(index + float(offset))) for offset in offsets]).mean(
            axis=0, dtype=np.float32
        )
        yield down @ mean @ across


def _cubic(t: NDArray[np.floating]) -> Field:
    """Catmull-Rom weights."""
    u = np.abs(t)
    near = 1.5 * u**3 - 2.5 * u**2 + 1
    far = -0.5 * u**3 + 2.5 * u**2 - 4 * u + 2
    return np.where(u < 1, near, np.where(u < 2, far, 0.0)).astype(np.float32)


def _reading(positions: NDArray[np.floating], size: int) -> Field:
    """Matrix that reads ``positions`` out of ``size`` samples; beyond the ends the last one is repeated."""
    matrix = np.zeros((len(positions), size), np.float32)
    base = np.floor(positions).astype(int)
    for tap in range(-1, 3):
        column = np.clip(base + tap, 0, size - 1)
        np.add.at(matrix, (np.arange(len(positions)), column), _cubic(base + tap - positions))
    return matrix


class Grain:
    """Scanner noise: correlated in the plane as after reconstruction, and a little between slices."""

    def __init__(self, seed: int, *, side: int, pixel_mm: float, peak_per_mm: float) -> None:
        self._rng = np.random.default_rng(seed)
        self._side = side
        f = np.fft.fftfreq(side + 64, pixel_mm).astype(np.float32)
        radius = np.sqrt(f[:, None] ** 2 + np.fft.rfftfreq(side + 64, pixel_mm).astype(np.float32) ** 2)
        # Ramp filter times apodisation: the shape of a measured CT noise power spectrum.
        shape = np.sqrt(radius / peak_per_mm + 0.05) * np.exp(-0.5 * (radius / peak_per_mm) ** 2)
        self._tiles = [self._tile(shape) for _ in range(10)]
        self._before = self._draw()

    def _tile(self, shape: Field) -> Field:
        white = self._rng.standard_normal((self._side + 64,) * 2, dtype=np.float32)
        tile = np.fft.irfft2(np.fft.rfft2(white) * shape, white.shape).astype(np.float32)
        return tile / np.float32(tile.std())

    def _draw(self) -> Field:
        tile = self._tiles[int(self._rng.integers(len(self._tiles)))]
        y, x = (int(v) for v in self._rng.integers(64, size=2))
        cut = tile[y : y + self._side, x : x + self._side]
        flip = int(self._rng.integers(8))
        cut = cut[::-1] if flip & 1 else cut
        cut = cut[:, ::-1] if flip & 2 else cut
        return cut.T if flip & 4 else cut

    def slice(self) -> Field:
        """Unit deviation."""
        fresh = (self._draw() + self._draw()) * np.float32(0.5**0.5)
        mixed = fresh * np.float32(0.85) + self._before * np.float32(0.527)
        self._before = fresh
        return mixed
