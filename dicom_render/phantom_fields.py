"""Shapes and noise as smooth scalar fields for the synthetic head; it knows no anatomy and no image."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

# float32 throughout; the stubs of numpy widen some results, hence the open type.
Field = NDArray[np.floating]
Vector = tuple[float, float, float]

# A noise cube repeats after eight wavelengths, each read with eight samples.
NOISE_SIDE = 64
SAMPLES_A_WAVE = 8


@dataclass(frozen=True, slots=True)
class Points:
    """Anatomical position (LPS mm, origin between the commissures) of every lattice point."""

    x: Field
    y: Field
    z: Field

    def mirrored(self) -> "Points":
        return Points(np.abs(self.x), self.y, self.z)


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows of the matrix from lattice gradient (per index) to gradient per anatomical mm."""

    to_mm: Field

    def gradient(self, field: Field) -> list[Field]:
        slopes: list[Field] = [np.gradient(field, axis=axis).astype(np.float32) for axis in (2, 1, 0)]
        rows = self.to_mm.astype(np.float32)
        return [a * slopes[0] + b * slopes[1] + c * slopes[2] for a, b, c in rows]


def ellipsoid(p: Points, centre: Vector, radii: Vector) -> Field:
    """Signed distance in mm, positive inside; first-order exact near the surface."""
    qx, qy, qz = ((a - c) / r for a, c, r in zip((p.x, p.y, p.z), centre, radii, strict=True))
    k0 = np.sqrt(qx * qx + qy * qy + qz * qz)
    k1 = np.sqrt((qx / radii[0]) ** 2 + (qy / radii[1]) ** 2 + (qz / radii[2]) ** 2)
    tiny = 1e-6  # at the centre both are 0 and their ratio is a radius
    return (1.0 - k0) * (k0 + tiny * min(radii)) / (k1 + tiny)


def turned(p: Points, centre: Vector, degrees: float) -> Points:
    """Coordinates about ``centre``, turned in the axial plane (a positive angle sends posterior to +x)."""
    c, s = float(np.cos(np.radians(degrees))), float(np.sin(np.radians(degrees)))
    x, y = p.x - centre[0], p.y - centre[1]
    return Points(x * c - y * s, x * s + y * c, p.z - centre[2])


def chain(p: Points, nodes: Sequence[tuple[float, float, float, float]]) -> Field:
    """A tube through ``nodes`` (x, y, z, radius), positive inside."""
    best = np.full_like(p.x, -1e3)
    for (ax, ay, az, ar), (bx, by, bz, br) in pairwise(nodes):
        dx, dy, dz = bx - ax, by - ay, bz - az
        along = ((p.x - ax) * dx + (p.y - ay) * dy + (p.z - az) * dz) / (dx * dx + dy * dy + dz * dz)
        t = np.clip(along, 0.0, 1.0)
        away = (p.x - ax - t * dx) ** 2 + (p.y - ay - t * dy) ** 2 + (p.z - az - t * dz) ** 2
        best = np.maximum(best, ar + t * (br - ar) - np.sqrt(away))
    return best


def common(a: Field, b: Field, blend_mm: float = 4.0) -> Field:
    """Intersection with a rounded edge."""
    h = np.maximum(blend_mm - np.abs(a - b), 0.0) / blend_mm
    return np.minimum(a, b) - h * h * (blend_mm / 4)


def either(a: Field, b: Field, blend_mm: float = 4.0) -> Field:
    """Union with a rounded joint."""
    return -common(-a, -b, blend_mm)


def bump(p: Points, centre: Vector, radii: Vector) -> Field:
    """1 at the centre, falling as a Gaussian."""
    q = ((p.x - centre[0]) / radii[0]) ** 2 + ((p.y - centre[1]) / radii[1]) ** 2 + ((p.z - centre[2]) / radii[2]) ** 2
    return np.exp(-q)


def ramp(values: Field, low: float, high: float) -> Field:
    """0 below ``low``, 1 above ``high``, smooth between."""
    t = np.clip((values - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


@dataclass(frozen=True, slots=True)
class Noise:
    """A periodic cube of unit deviation."""

    cube: Field
    step_mm: float


def band_noise(seed: int, wavelength_mm: float, *, folds: int = 0) -> Noise:
    """Band-limited noise.

    Each fold saturates and filters again: the blobs join into sheets of one spacing, as gyri do
    (the stripes of a Swift-Hohenberg pattern).
    """
    rng = np.random.default_rng(seed)
    f = (np.fft.fftfreq(NOISE_SIDE) * SAMPLES_A_WAVE).astype(np.float32)
    fz = (np.fft.rfftfreq(NOISE_SIDE) * SAMPLES_A_WAVE).astype(np.float32)
    radius = np.sqrt(f[:, None, None] ** 2 + f[None, :, None] ** 2 + fz[None, None, :] ** 2)
    band = np.exp(-(((radius - 1.0) / 0.28) ** 2))
    cube: Field = rng.standard_normal((NOISE_SIDE,) * 3, dtype=np.float32)
    for fold in range(folds + 1):
        if fold:
            cube = np.tanh(2.5 * cube)
        cube = np.fft.irfftn(np.fft.rfftn(cube) * band).astype(np.float32)
        cube = cube / np.float32(cube.std())
    return Noise(cube, wavelength_mm / SAMPLES_A_WAVE)


def sample(noise: Noise, p: Points) -> Field:
    """Trilinear reading."""
    (x0, x1, fx), (y0, y1, fy), (z0, z1, fz) = (
        _neighbours(a, noise.step_mm, shift) for a, shift in ((p.x, 12), (p.y, 6), (p.z, 0))
    )
    flat = noise.cube.ravel()

    def along_z(row: NDArray[np.int32]) -> Field:
        low, high = flat[row + z0], flat[row + z1]
        return low + (high - low) * fz

    near, far = along_z(x0 + y0), along_z(x0 + y1)
    first = near + (far - near) * fy
    near, far = along_z(x1 + y0), along_z(x1 + y1)
    return first + (near + (far - near) * fy - first) * fx


def _neighbours(a: Field, step_mm: float, shift: int) -> tuple[NDArray[np.int32], NDArray[np.int32], Field]:
    u = a * np.float32(1 / step_mm) + np.float32(64 * NOISE_SIDE)
    whole = u.astype(np.int32)
    last = NOISE_SIDE - 1  # a power of two less one: & is a cheap modulo
    return (whole & last) << shift, ((whole + 1) & last) << shift, (u - whole).astype(np.float32)


def sample_slow(noise: Noise, p: Points) -> Field:
    """As `sample`, for noise slower than 24 mm on a lattice of about 2 mm: every second point, the rest between."""
    half = sample(noise, Points(*(a[::2, ::2, ::2] for a in (p.x, p.y, p.z))))
    for axis, size in enumerate(p.x.shape):
        half = _doubled(np.moveaxis(half, axis, 0), size)
        half = np.moveaxis(half, 0, axis)
    return np.ascontiguousarray(half)


def _doubled(field: Field, size: int) -> Field:
    out = np.empty((2 * len(field), *field.shape[1:]), np.float32)
    out[::2] = field
    out[1:-1:2] = (field[1:] + field[:-1]) * np.float32(0.5)
    out[-1] = field[-1]
    return out[:size]
