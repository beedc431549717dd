"""Brain, ventricles, dura and vessels of the synthetic head as fields in mm; it paints nothing."""

import numpy as np

from dicom_render.phantom_fields import (
    Field,
    Frame,
    Points,
    band_noise,
    chain,
    common,
    either,
    ellipsoid,
    ramp,
    sample,
    sample_slow,
    turned,
)

GYRUS_WAVELENGTH_MM = 21.0


def tentorium(p: Points) -> Field:
    """Height above the tentorium (mm): from the notch down to petrous ridge and transverse sinus."""
    away = np.sqrt((p.x / 54) ** 2 + ((p.y - 30) / 62) ** 2)
    forward = 0.28 * np.maximum(np.abs(p.x) - 22, 0) * ramp(70 - p.y, 0.0, 40.0)
    return p.z - (6.0 - 24.0 * away**0.8 - forward)


def brainstem(p: Points) -> Field:
    m = p.mirrored()
    peduncle = chain(m, [(9, 4, -8, 6), (7, 8, -20, 6)])
    stem = either(ellipsoid(p, (0, 17, -13), (13.5, 9, 12)), peduncle, 4.0)
    stem = either(stem, ellipsoid(p, (0, 16, -37), (17, 14.5, 13)), 4.0)
    stem = either(stem, chain(p, [(0, 22, -44, 9), (0, 26, -62, 7.5), (0, 27, -150, 6.0)]), 4.0)
    return either(stem, chain(m, [(13, 24, -37, 7), (27, 42, -42, 8)]), 4.0)


def cisterns(p: Points) -> Field:
    """Basal CSF spaces carved out of the cerebrum."""
    m = p.mirrored()
    basal = either(ellipsoid(p, (0, -10, -23), (13, 14, 11)), ellipsoid(p, (0, 14, -22), (19, 16, 17)), 5.0)
    basal = either(basal, ellipsoid(p, (0, 29, -6), (9, 6, 8)), 4.0)
    return either(basal, chain(m, [(11, -13, -17.5, 3), (27, -15, -16, 2.6), (37, -16, -8, 1.8)]), 4.0)


def sylvian(p: Points, seed: int) -> Field:
    """Distance to the sheet of the lateral fissure: the insular plate and its stem to the convexity."""
    aside, up = sample_slow(band_noise(seed + 14, 32.0), p), sample(band_noise(seed + 15, 22.0), p)
    m = Points(np.abs(p.x) + 1.8 * aside, p.y + 2.0 * up, p.z + 2.4 * up + 2.0 * aside)
    out = 1.0 - np.sqrt(((m.y + 1) / 24) ** 2 + ((m.z - 4) / 15) ** 2)
    plate_x = 37.5 - 0.008 * (m.y + 2) ** 2 - 0.012 * (m.z - 3) ** 2
    insula = np.sqrt((m.x - plate_x) ** 2 + np.minimum(out * 15, 0) ** 2)
    height = m.z + 4.0 - 0.34 * (m.y + 20) - 0.014 * np.maximum(m.y - 12, 0) ** 2 - 0.12 * (m.x - 38)
    ends = np.maximum(36.0 - m.x, 0) ** 2 + np.maximum(-34 - m.y, 0) ** 2 + np.maximum(m.y - 28, 0) ** 2
    return np.minimum(insula, np.sqrt(height**2 + ends))


def cortex(p: Points, inside: Field, frame: Frame, *, seed: int, atrophy: float) -> dict[str, Field]:
    """Depth under the pia and under the nearest sulcal sheet, for the cerebral hemispheres."""
    m = p.mirrored()
    hull, between = _lobes(p, inside, seed=seed, atrophy=atrophy), _between(p, atrophy)
    outer = common(hull, between, 7.0)
    reach = 15.0 + 4.0 * sample_slow(band_noise(seed + 12, 30.0), p)
    nuclei = ellipsoid(p, (0, 4, 5), (36, 44, 29))  # no sulcus enters there
    wide = (0.9 + 1.2 * ramp(m.x, 34.0, 62.0)) * (1 - 0.7 * ramp(p.y, 12.0, 32.0))
    open_fissure = 0.3 + atrophy * (wide + 0.5 * sample_slow(band_noise(seed + 16, 24.0), p))
    return {
        "hull": np.minimum(hull, between),
        "sheet": _sulci(p, outer, frame, seed),
        "beyond": np.maximum(outer - reach, nuclei),
        "sylvian": sylvian(p, seed) - open_fissure,
        "ribbon": 2.7 + 0.35 * sample(band_noise(seed + 13, 14.0), p),
    }


def _lobes(p: Points, inside: Field, *, seed: int, atrophy: float) -> Field:
    """Depth under the smooth surface of the cerebrum, as if it had neither sulci nor a cleft between its halves."""
    # The brain of a lying patient rests on the base and leaves its fluid under the vault, in front most of all.
    forward = 1.2 * atrophy * ramp(-p.y, 10.0, 60.0)
    loose = 0.5 + 0.9 * atrophy + 0.5 * sample_slow(band_noise(seed + 10, 40.0), p) + forward
    gap = 0.8 + loose * ramp(p.z, -12.0, 10.0)
    ridge = 7.0 + 0.55 * np.abs(p.x)  # in front of the petrous ridge the temporal lobe lies on bone
    tent = tentorium(p) - 0.6 + np.maximum(ridge - p.y, 0) * 1.5
    return common(common(inside - gap, tent, 4.0), -cisterns(p), 3.0)


def _between(p: Points, atrophy: float) -> Field:
    """Distance to the cleft between the hemispheres, which ends at the corpus callosum."""
    callosal = 1.0 - np.sqrt(((p.y - 4) / 42) ** 2 + ((p.z - 5) / 23) ** 2)
    return np.sqrt(p.x**2 + (3.0 * np.maximum(callosal * 23, 0)) ** 2) - (0.5 + 0.5 * atrophy)


def _sulci(p: Points, depth: Field, frame: Frame, seed: int) -> Field:
    """Signed distance (mm) to the sulcal sheets: folded noise read at the nearest place of the surface.

    Reading it there, not in place, is what makes sulci stand upright on the surface.
    """
    gx, gy, gz = frame.gradient(depth)
    lift = 0.85 * np.clip(depth, 0, 30) / np.sqrt(gx * gx + gy * gy + gz * gz + 1e-3)
    surface = Points(p.x + lift * gx, p.y + lift * gy, p.z + lift * gz)
    folded = sample(band_noise(seed + 11, GYRUS_WAVELENGTH_MM, folds=5), surface)
    sx, sy, sz = frame.gradient(folded)
    return np.clip(folded / np.sqrt(sx * sx + sy * sy + sz * sz + 2e-4), -12, 12)


def ventricles(p: Points, *, atrophy: float) -> dict[str, Field]:
    grow = 0.9 + 0.9 * atrophy
    # Taller than wide: drawn as tubes in a space pressed along z.
    side = Points(np.abs(p.x + 0.6), p.y, 0.7 * p.z)
    lateral = chain(side, [
        (12, -35, 4, 1.6 * grow), (8, -27, 6.5, 3.2 * grow), (6, -13, 9.5, 3.3 * grow), (7.5, 4, 13, 3.4 * grow),
        (13, 20, 13.5, 3.8 * grow), (21, 33, 9, 4.8 * grow), (25, 40, 5, 4.4 * grow),
    ])  # fmt: skip
    lateral = np.maximum(lateral, chain(side, [(24, 40, 5, 4.2 * grow), (24, 52, 2, 2.5 * grow), (21, 66, 1, 1.0)]))
    tail = [(25, 38, 3, 3.8 * grow), (31, 26, -5, 2.0 * grow), (31, 8, -13, 1.5 * grow), (27, -7, -15, 1.6 * grow)]
    # In front both horns touch the septum, a sheet of one millimetre.
    septal = ellipsoid(side, (3, -10, 10), (2.8 * grow, 20, 2.7 * grow))
    lateral = common(np.maximum(either(lateral, septal, 2.0), chain(side, tail)), side.x - 0.5, 0.8)
    third = ellipsoid(p, (0, 1, -1), (1.6 * grow, 15, 10))
    aqueduct = chain(p, [(0, 14, -4, 1.0), (0, 24, -16, 0.9), (0, 31, -28, 1.0)])
    fourth = ellipsoid(p, (0, 34, -37), (6.5 * grow, 4.0 * grow, 11))
    return {"ventricle": np.maximum.reduce([lateral, third, aqueduct, fourth])}


def deep_grey(p: Points) -> dict[str, Field]:
    m = p.mirrored()
    caudate = chain(m, [(14, -28, 4, 4.0), (15, -20, 9, 5.0), (16, -8, 16, 3.4), (19, 8, 22, 2.2), (22, 20, 19, 1.6)])
    lentiform = ellipsoid(turned(m, (23.5, -3, 2), 14), (0, 0, 0), (6.8, 17, 10.5))
    pallidum = ellipsoid(turned(m, (18.5, -1, 0), 18), (0, 0, 0), (4.5, 10, 6.5))
    thalamus = ellipsoid(turned(m, (10.5, 10, 5), 22), (0, 0, 0), (7.3, 14.5, 9))
    return {"striatum": np.maximum(caudate, either(lentiform, pallidum, 2.0)), "thalamus": thalamus}


def cerebellum(p: Points, inside: Field, *, seed: int) -> dict[str, Field]:
    m = p.mirrored()
    front = 17.0 + 16.5 * np.exp(-((m.x / 14) ** 2)) + 0.003 * (p.z + 36) ** 2
    lobes = common(ellipsoid(p, (0, 56, -36), (62, 44, 44)), p.y - front, 8.0)
    lobes = common(common(lobes, inside - 1.5, 4.0), -tentorium(p) - 0.7, 3.0)
    lobes = common(lobes, 1.3 * m.x + 74 - p.y, 8.0)  # the notch between the hemispheres, behind
    angle = np.arctan2(p.z + 38.0 + 0.004 * p.x**2, p.y - 34.0 + 0.012 * p.x**2)
    wobble = 0.9 * sample_slow(band_noise(seed + 20, 26.0), p)
    return {"cerebellum": lobes, "folium": 15.0 * angle + wobble}


def dura_and_vessels(p: Points, inside: Field) -> dict[str, Field]:
    m = p.mirrored()
    callosal = 1.0 - np.sqrt(((p.y - 8) / 52) ** 2 + ((p.z - 2) / 34) ** 2)
    falx = common(0.6 - np.abs(p.x), common(-26 * callosal, np.maximum(p.z + 14, tentorium(p)), 3.0), 1.0)
    tent = 0.5 - np.abs(tentorium(p))
    tent = common(
        common(tent, m.x - 17 + 0.9 * np.maximum(p.y - 16, 0), 2.0), p.y - 14 + 20 * ramp(m.x, 30.0, 50.0), 2.0
    )
    sagittal = common(3.4 - inside, 3.0 - 0.8 * np.abs(p.x) + 0.2 * inside, 1.0) - 50 * ramp(-p.z, 10.0, 16.0)
    sagittal = sagittal - 50 * ramp(-p.y, 60.0, 75.0) * ramp(-p.z, -20.0, 0.0)
    transverse = chain(m, [(3, 90, -16, 3.4), (40, 74, -22, 3.6), (58, 42, -30, 3.6), (48, 34, -50, 4.2)])
    torcula = ellipsoid(p, (0, 91, -15), (6, 5, 6))
    straight = chain(p, [(0, 36, 1, 1.6), (0, 88, -13, 2.0)])
    vessels = [
        chain(p, [(-9, -9, -24, 2.0), (-10, -12, -18, 1.9), (-21, -15.5, -17, 1.4), (-31, -15, -15, 1.3)]),
        chain(p, [(9, -9, -24, 2.0), (10, -12, -18, 1.9)]),
        chain(m, [(10, -12, -18, 1.3), (2, -20, -15, 1.1), (1.2, -34, -6, 1.0)]),
        chain(p, [(0, 2, -50, 1.6), (0.5, -0.6, -36, 1.7), (0, 1, -21, 1.6)]),
        chain(m, [(1, 1, -21, 1.2), (12, 8, -19, 1.1), (18, 20, -15, 1.0)]),
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
    clot = chain(p, [(13, -13, -17.3, 1.9), (20, -15.5, -17.0, 2.1), (28.5, -15, -16.6, 2.0)])
    lesion = np.maximum(
        ellipsoid(p, (40, -4, 7), (17, 25, 18)) + 0.6 * ragged,
        ellipsoid(turned(p, (24, -3, 3), 14), (0, 0, 0), (7, 15, 9)),
    )
    return {"territory": territory, "clot": clot, "lesion": lesion}
