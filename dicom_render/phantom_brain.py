"""Brain, ventricles, dura and vessels of the synthetic head as fields in mm; it paints nothing."""

from dataclasses import dataclass

import numpy as np

from dicom_render.phantom_fields import (
    Field,
    Points,
    band_noise,
    chain,
    common,
    either,
    ellipsoid,
    ramp,
    sample,
    turned,
)

GYRUS_WAVELENGTH_MM = 21.0


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows of the matrix from lattice gradient (per index) to gradient per anatomical mm."""

    to_mm: Field

    def gradient(self, field: Field) -> list[Field]:
        slopes: list[Field] = [np.gradient(field, axis=axis).astype(np.float32) for axis in (2, 1, 0)]
        rows = self.to_mm.astype(np.float32)
        return [a * slopes[0] + b * slopes[1] + c * slopes[2] for a, b, c in rows]


def tentorium(p: Points) -> Field:
    """Height above the tentorium (mm); open in front for the brainstem."""
    away = np.sqrt((p.x / 54) ** 2 + ((p.y - 32) / 60) ** 2)
    return p.z - (5.0 - 26.0 * away**0.85)


def brainstem(p: Points) -> Field:
    m = p.mirrored()
    peduncle = chain(m, [(9, 4, -8, 6), (7, 8, -20, 6)])
    stem = either(ellipsoid(p, (0, 15, -13), (14, 10, 12)), peduncle, 4.0)
    stem = either(stem, ellipsoid(p, (0, 17, -36), (17, 13, 14)), 4.0)
    stem = either(stem, chain(p, [(0, 21, -44, 9), (0, 25, -62, 7.5), (0, 24, -100, 6.5)]), 4.0)
    return either(stem, chain(m, [(13, 24, -37, 7), (27, 42, -42, 8)]), 4.0)


def cisterns(p: Points) -> Field:
    """Basal CSF spaces carved out of the cerebrum."""
    m = p.mirrored()
    basal = either(ellipsoid(p, (0, -10, -23), (13, 14, 11)), ellipsoid(p, (0, 14, -22), (19, 16, 17)), 5.0)
    basal = either(basal, ellipsoid(p, (0, 29, -6), (9, 6, 8)), 4.0)
    return either(basal, chain(m, [(11, -13, -18, 3), (26, -15, -15, 2.4), (37, -16, -8, 1.8)]), 4.0)


def sylvian(m: Points) -> Field:
    """Distance to the sheet of the lateral fissure: the insular plate and its stem to the convexity."""
    out = 1.0 - np.sqrt(((m.y + 1) / 24) ** 2 + ((m.z - 4) / 15) ** 2)
    plate_x = 37.0 - 0.006 * (m.y + 2) ** 2
    insula = np.sqrt((m.x - plate_x) ** 2 + np.minimum(out * 15, 0) ** 2)
    height = m.z + 5.0 - 0.33 * (m.y + 20) - 0.05 * (m.x - 38)
    ends = np.maximum(37.0 - m.x, 0) ** 2 + np.maximum(-34 - m.y, 0) ** 2 + np.maximum(m.y - 36, 0) ** 2
    return np.minimum(insula, np.sqrt(height**2 + ends))


def cortex(p: Points, inside: Field, frame: Frame, *, seed: int, atrophy: float) -> dict[str, Field]:
    """Depth under the pia and under the nearest sulcal sheet, for the cerebral hemispheres."""
    m = p.mirrored()
    gap = (1.3 + 0.9 * atrophy) + 0.5 * sample(band_noise(seed + 10, 40.0), p) + 1.2 * atrophy * ramp(-p.y, 10.0, 60.0)
    tent = tentorium(p) - 1.2 + np.maximum(14.0 - p.y, 0) * 1.5
    hull = common(common(inside - gap, tent, 4.0), -cisterns(p), 3.0)
    callosal = 1.0 - np.sqrt(((p.y - 4) / 42) ** 2 + ((p.z - 5) / 26) ** 2)
    between = np.sqrt(p.x**2 + (3.0 * np.maximum(callosal * 26, 0)) ** 2) - (0.5 + 0.5 * atrophy)
    outer = common(hull, between, 7.0)
    gx, gy, gz = frame.gradient(outer)
    norm = 0.85 * np.clip(outer, 0, 30) / np.sqrt(gx * gx + gy * gy + gz * gz + 1e-3)
    folded = sample(
        band_noise(seed + 11, GYRUS_WAVELENGTH_MM, folds=5),
        Points(p.x + norm * gx, p.y + norm * gy, p.z + norm * gz),
    )
    sx, sy, sz = frame.gradient(folded)
    sheet = np.clip(folded / np.sqrt(sx * sx + sy * sy + sz * sz + 2e-4), -12, 12)
    reach = 15.0 + 4.0 * sample(band_noise(seed + 12, 30.0), p)
    return {
        "hull": np.minimum(hull, between),
        "sheet": sheet,
        "beyond": outer - reach,
        "sylvian": sylvian(m) - (0.9 + 0.8 * atrophy * ramp(m.x, 36.0, 60.0) + 0.4 * atrophy),
        "ribbon": 2.7 + 0.35 * sample(band_noise(seed + 13, 14.0), p),
    }


def ventricles(p: Points, *, atrophy: float) -> dict[str, Field]:
    grow = 0.9 + 0.9 * atrophy
    side = Points(np.abs(p.x + 0.6), p.y, p.z)
    lateral = chain(
        side,
        [
            (11, -36, 7, 1.6 * grow),
            (8, -26, 10, 3.4 * grow),
            (6.5, -12, 13, 3.6 * grow),
            (8, 4, 18, 3.8 * grow),
            (13, 20, 19, 4.0 * grow),
            (21, 34, 12, 5.2 * grow),
            (25, 40, 6, 4.6 * grow),
        ],
    )
    lateral = np.maximum(lateral, chain(side, [(24, 40, 6, 4.4 * grow), (24, 52, 3, 2.6 * grow), (21, 66, 1, 1.0)]))
    lateral = np.maximum(
        lateral,
        chain(
            side, [(25, 38, 4, 4 * grow), (31, 26, -7, 2.0 * grow), (31, 8, -18, 1.5 * grow), (27, -7, -20, 1.6 * grow)]
        ),
    )
    lateral = common(lateral, side.x - 0.9, 1.0)
    third = ellipsoid(p, (0, 1, -1), (1.6 * grow, 15, 10))
    aqueduct = chain(p, [(0, 14, -4, 1.0), (0, 24, -16, 0.9), (0, 31, -28, 1.0)])
    fourth = ellipsoid(p, (0, 34, -37), (7.0 * grow, 5.0 * grow, 11))
    return {"ventricle": np.maximum.reduce([lateral, third, aqueduct, common(fourth, 8 - np.abs(p.x), 2.0)])}


def deep_grey(p: Points) -> dict[str, Field]:
    m = p.mirrored()
    caudate = chain(m, [(13, -28, 4, 4.2), (14.5, -20, 9, 5.2), (16, -8, 16, 3.4), (19, 8, 22, 2.2), (22, 20, 19, 1.6)])
    lentiform = ellipsoid(turned(m, (23.5, -3, 2), 14), (0, 0, 0), (6.8, 17, 10.5))
    pallidum = ellipsoid(turned(m, (18.5, -1, 0), 18), (0, 0, 0), (4.5, 10, 6.5))
    thalamus = ellipsoid(turned(m, (10.5, 10, 5), 22), (0, 0, 0), (7.3, 14.5, 9))
    return {"striatum": np.maximum(caudate, either(lentiform, pallidum, 2.0)), "thalamus": thalamus}


def cerebellum(p: Points, inside: Field, *, seed: int) -> dict[str, Field]:
    m = p.mirrored()
    lobes = either(ellipsoid(m, (25, 56, -42), (29, 34, 24)), ellipsoid(p, (0, 56, -34), (12, 27, 24)), 6.0)
    lobes = common(common(lobes, inside - 1.6, 3.0), -tentorium(p) - 1.6, 4.0)
    lobes = common(lobes, -brainstem(p) + 0.8 + 6.0 * ramp(m.x, 12.0, 20.0), 2.0)
    angle = np.arctan2(p.z + 38.0 + 0.004 * p.x**2, p.y - 34.0 + 0.012 * p.x**2)
    wobble = 0.9 * sample(band_noise(seed + 20, 26.0), p)
    return {"cerebellum": lobes, "folium": 15.0 * angle + wobble}


def dura_and_vessels(p: Points, inside: Field) -> dict[str, Field]:
    m = p.mirrored()
    callosal = 1.0 - np.sqrt(((p.y - 8) / 52) ** 2 + ((p.z - 2) / 34) ** 2)
    falx = common(0.75 - np.abs(p.x), common(-26 * callosal, np.maximum(p.z + 14, tentorium(p)), 3.0), 1.0)
    tent = 0.7 - np.abs(tentorium(p))
    tent = common(
        common(tent, m.x - 17 + 0.9 * np.maximum(p.y - 16, 0), 2.0), p.y - 14 + 20 * ramp(m.x, 30.0, 50.0), 2.0
    )
    sagittal = common(3.4 - inside, 3.0 - 0.8 * np.abs(p.x) + 0.2 * inside, 1.0) - 50 * ramp(-p.z, 10.0, 16.0)
    sagittal = sagittal - 50 * ramp(-p.y, 60.0, 75.0) * ramp(-p.z, -20.0, 0.0)
    transverse = chain(m, [(3, 90, -16, 3.4), (40, 74, -22, 3.6), (58, 42, -30, 3.6), (48, 34, -50, 4.2)])
    torcula = ellipsoid(p, (0, 91, -15), (6, 5, 6))
    straight = chain(p, [(0, 36, 1, 1.6), (0, 88, -13, 2.0)])
    vessels = [
        chain(p, [(-9, -9, -24, 2.0), (-10, -12, -18, 1.9), (-21, -15, -16.5, 1.4), (-31, -15, -13, 1.3)]),
        chain(p, [(9, -9, -24, 2.0), (10, -12, -18, 1.9)]),
        chain(m, [(10, -12, -18, 1.3), (2, -20, -15, 1.1), (1.2, -34, -6, 1.0)]),
        chain(p, [(0, 2, -46, 1.6), (0, 2, -34, 1.7), (0, 3, -20, 1.6)]),
        chain(m, [(1, 3, -20, 1.2), (12, 8, -19, 1.1), (18, 20, -15, 1.0)]),
    ]
    sinus = common(np.maximum.reduce([sagittal, transverse, torcula, straight]), inside + 1.0, 1.0)
    return {
        "dura": np.maximum(common(falx, inside, 1.0), common(tent, inside, 1.0)),
        "sinus": sinus,
        "vessel": np.maximum.reduce(vessels),
    }


def calcified(p: Points) -> dict[str, Field]:
    plexus = np.maximum(ellipsoid(p, (23.5, 39, 8), (1.8, 3.2, 2.4)), ellipsoid(p, (-24.5, 41, 7), (2.3, 3.6, 2.8)))
    return {"calcified": np.maximum(plexus, ellipsoid(p, (0.5, 27, 1), (1.8, 2.2, 1.8)))}


def stroke(p: Points, *, seed: int) -> dict[str, Field]:
    """Left middle cerebral artery: its territory and the clotted M1; +x is the patient's left (PS3.3 C.7.6.2.1.1)."""
    ragged = 4.0 * sample(band_noise(seed + 30, 22.0), p)
    territory = ellipsoid(p, (42, -4, 7), (26, 33, 25)) + ragged
    territory = np.maximum(territory, ellipsoid(turned(p, (24, -3, 3), 14), (0, 0, 0), (9, 18, 12)))
    clot = chain(p, [(13, -13, -17.5, 1.9), (20, -15.5, -16.5, 2.1), (28, -15, -14.5, 2.0)])
    lesion = np.maximum(
        ellipsoid(p, (40, -4, 7), (16, 24, 17)) + 0.9 * ragged,
        ellipsoid(turned(p, (24, -3, 3), 14), (0, 0, 0), (7, 15, 9)),
    )
    return {"territory": territory, "clot": clot, "lesion": lesion}
