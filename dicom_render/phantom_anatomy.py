"""One synthetic person's head as named fields on a lattice; the scanner and the picture stand elsewhere."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicom_render import phantom_brain as brain
from dicom_render import phantom_skull as skull
from dicom_render.phantom_fields import (
    Field,
    Frame,
    Points,
    Vector,
    band_noise,
    bump,
    common,
    ramp,
    sample,
    sample_slow,
)

Matrix = NDArray[np.floating]
SHIFT_MM = 4.5
CRESCENT_MM = 9.0


@dataclass(frozen=True, slots=True)
class Person:
    """What makes one head differ from another."""

    seed: int
    scale: Vector = (1.0, 1.0, 1.0)
    atrophy: float = 0.5
    subdural_side: int = 0  # +1 patient left, -1 patient right, 0 none


@dataclass(frozen=True, slots=True)
class Pose:
    """How the head lies in the scanner: LPS = turn @ anatomical + offset_mm."""

    turn: Matrix
    offset_mm: Vector


def pose(*, yaw: float, roll: float, pitch: float, offset_mm: Vector) -> Pose:
    """Angles in degrees about the patient's z, y and x axes."""
    (cz, sz), (cy, sy), (cx, sx) = ((np.cos(np.radians(a)), np.sin(np.radians(a))) for a in (yaw, roll, pitch))
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    return Pose(about_z @ about_y @ about_x, offset_mm)


@dataclass(frozen=True, slots=True)
class Lattice:
    """A regular, perhaps sheared, grid: ``steps`` holds the i, j, k vectors (LPS mm) as columns."""

    origin: NDArray[np.floating]
    steps: Matrix
    shape: tuple[int, int, int]  # k, j, i

    def anatomical(self, person: Person, held: Pose) -> tuple[Points, Frame]:
        to_head = np.diag(1.0 / np.array(person.scale)) @ held.turn.T
        steps = to_head @ self.steps
        start = to_head @ (self.origin - np.array(held.offset_mm))
        k, j, i = np.meshgrid(*(np.arange(n, dtype=np.float32) for n in self.shape), indexing="ij", sparse=True)
        x, y, z = (
            np.float32(start[a])
            + np.float32(steps[a, 0]) * i
            + np.float32(steps[a, 1]) * j
            + np.float32(steps[a, 2]) * k
            for a in range(3)
        )
        return Points(x, y, z), Frame(np.linalg.inv(steps).T)


def uneven(p: Points, seed: int) -> Points:
    """No head is symmetric: a slow warp, and the usual larger left occipital and right frontal lobe."""
    slow = [sample_slow(band_noise(seed + 40 + a, 90.0), p) for a in range(3)]
    torque = 1.1 * ramp(p.y, 10.0, 80.0) - 0.8 * ramp(-p.y, 10.0, 80.0)
    return Points(p.x + 0.3 * slow[0] + torque, p.y + 0.4 * slow[1], p.z + 0.6 * slow[2])


def head_fields(lattice: Lattice, person: Person, held: Pose) -> dict[str, Field]:
    """Every field needed to paint this head (mm, positive inside unless its maker says otherwise)."""
    straight, frame = lattice.anatomical(person, held)
    seed = person.seed
    p = uneven(straight, seed)
    inside = skull.cavity(p, frame)
    thickness = skull.skull_thickness(p, seed)
    fields = {"inside": inside, "thickness": thickness, "suture": skull.suture(p, seed)}
    fields |= skull.face(p, seed) | skull.eyes(p) | skull.soft_tissues(p, skull.vault(p) + thickness, seed)
    fields["grain"] = sample(band_noise(seed + 50, 6.0), p)
    fields["mottle"] = sample(band_noise(seed + 51, 13.0), p)
    streaky = sample(band_noise(seed + 52, 9.0), Points(0.12 * p.x, p.y, p.z))
    fields["streak"] = bump(p.mirrored(), (0, 12, -43), (34, 16, 9)) * (0.8 - streaky)
    crescent = _crescent(p, person)
    moved = Points(p.x + person.subdural_side * SHIFT_MM * bump(p, (0, -5, 12), (62, 70, 48)), p.y, p.z)
    within = inside - crescent
    fields |= brain.cortex(moved, within, frame, seed=seed, atrophy=person.atrophy)
    fields |= brain.ventricles(moved, atrophy=person.atrophy) | brain.deep_grey(moved) | brain.calcified(moved)
    fields |= brain.cerebellum(p, inside, seed=seed) | {"brainstem": common(brain.brainstem(p), inside - 1.5, 2.0)}
    held_falx = Points(p.x + 0.4 * (moved.x - p.x), p.y, p.z)
    fields |= brain.dura_and_vessels(held_falx, inside)
    if person.subdural_side:
        fields["subdural"] = common(common(inside - 0.2, crescent + 0.4 - inside, 1.0), crescent - 1.2, 1.0)
    return fields | brain.stroke(p, seed=seed)


def _crescent(p: Points, person: Person) -> Field:
    """Thickness (mm) of the subdural collection under the convexity."""
    if not person.subdural_side:
        return np.zeros_like(p.x)
    side = p.x * person.subdural_side
    spread = bump(Points(side, p.y, p.z), (66, -2, 26), (54, 66, 44))
    return (CRESCENT_MM + 0.8) * ramp(spread, 0.06, 0.6) * ramp(side, 4.0, 16.0)
