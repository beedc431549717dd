"""Skull, face and soft tissues of the synthetic head as fields; the brain stands elsewhere."""

import numpy as np

from dicom_render.phantom_fields import Field, Points, band_noise, bump, chain, common, either, ellipsoid, ramp, sample


def vault(p: Points) -> Field:
    """The cranial cavity without its base: an egg, broad at the parietal eminences."""
    width = 1.0 + 0.075 * np.tanh((p.y - 5.0) / 45.0)
    return ellipsoid(Points(p.x / width, p.y, p.z), (0, 4, 8), (69.5, 90, 71))


def petrous(m: Points) -> Field:
    return chain(m, [(11, 3, -44, 6), (33, 16, -44, 9), (54, 28, -46, 13)])


def cavity(p: Points) -> Field:
    """The inside of the skull (mm, positive inside): vault, three fossae, foramen magnum."""
    m = p.mirrored()
    front = -24.0 + 8.0 * np.exp(-(((m.x - 30) / 15) ** 2)) - 4.0 * np.exp(-((m.x / 7) ** 2))
    middle = -45.0 + 15.0 * np.exp(-((m.x / 15) ** 2))
    behind = ramp(p.y + 0.25 * m.x, -30.0, -20.0)
    floor = front + (middle - front) * behind
    upper = common(vault(p), p.z - floor, 8.0)
    hind = common(ellipsoid(p, (0, 50, -36), (58, 44, 37)), vault(p) + 4.0, 8.0)
    inside = either(upper, hind, 5.0)
    clivus = chain(m, [(0, -4, -36, 5), (0, 2, -52, 6), (0, 5, -72, 6)])
    inside = common(inside, -petrous(m), 4.0)
    inside = common(inside, -clivus, 4.0)
    crest = chain(p, [(0, 98, -10, 5), (0, 96, -26, 8), (0, 80, -66, 5)])
    inside = common(inside, -crest, 5.0)
    return either(inside, chain(p, [(0, 22, -55, 13), (0, 22, -120, 14)]), 5.0)


def skull_thickness(p: Points, seed: int) -> Field:
    m = p.mirrored()
    t = 6.3 + 0.9 * sample(band_noise(seed + 1, 55.0), p)
    t = t - 3.2 * bump(m, (66, -4, -10), (18, 28, 24)) - 4.5 * bump(m, (28, -58, -18), (22, 24, 10))
    t = t + 5.0 * bump(p, (0, 94, -20), (16, 16, 12)) + 1.8 * bump(p, (0, 60, 60), (40, 40, 30))
    t = t + 3.0 * bump(p, (0, -88, -18), (26, 16, 14))
    return np.maximum(t, 1.8)


def suture(p: Points, seed: int) -> Field:
    """Distance to the coronal, sagittal and lambdoid sutures, which wander."""
    wander = 2.2 * sample(band_noise(seed + 2, 9.0), p)
    m = p.mirrored()
    coronal = np.abs(p.y + 22.0 + 0.28 * (70.0 - p.z) + wander) + 50 * ramp(-p.z, 5.0, 20.0)
    sagittal = np.abs(p.x + wander) + 50 * (1 - ramp(p.y, -24.0, -18.0)) + 50 * ramp(p.y, 70.0, 74.0)
    lambdoid = np.abs(p.y - 76.0 + 0.62 * m.x + 0.25 * (p.z - 30) + wander) + 50 * ramp(p.z, 52.0, 58.0)
    return np.minimum(
        np.minimum(coronal, lambdoid + 50 * ramp(-p.z, 30.0, 40.0)), sagittal + 50 * ramp(-p.z, -20.0, 0.0)
    )


def face(p: Points, seed: int) -> dict[str, Field]:
    """Orbits, sinuses and mastoids; air and bone there as distances, positive inside."""
    m = p.mirrored()
    orbit = chain(m, [(31, -84, -38, 16.5), (26, -58, -36, 12), (13, -31, -33, 4)])
    cells = sample(band_noise(seed + 3, 11.0), p)
    small = sample(band_noise(seed + 4, 7.0), p)
    ethmoid = common(ellipsoid(p, (0, -56, -44), (13, 27, 13)), 2.2 * np.abs(cells) - 0.9, 1.0)
    sphenoid = common(ellipsoid(p, (1, -21, -46), (13, 11, 9)), np.abs(p.x - 3) - 0.7, 1.0)
    frontal = common(ellipsoid(p, (3, -91, -17), (22, 6.5, 13)), np.abs(p.x - 2 - 0.1 * p.z) - 0.8, 1.0)
    frontal = common(frontal, 3.0 * np.abs(sample(band_noise(seed + 5, 26.0), p)) - 0.4, 1.0)
    maxillary = ellipsoid(m, (31, -64, -72), (14, 16, 17))
    nasal = common(ellipsoid(p, (0, -64, -72), (14, 34, 19)), np.abs(p.x) - 1.0, 1.0)
    nasal = common(nasal, 2.5 * cells + 1.5, 1.5)
    mastoid = common(ellipsoid(m, (53, 29, -54), (11, 14, 19)), 2.0 * np.abs(small) - 0.9, 1.0)
    ear = chain(m, [(90, 8, -50, 4), (60, 8, -50, 3), (43, 9, -47, 4)])
    air = np.maximum.reduce([ethmoid, sphenoid, frontal, maxillary, nasal, mastoid, ear])
    # Walls of 1.5-2.5 mm round orbit, sinuses and nose; massive bone in petrous, sphenoid and zygoma.
    wall = np.maximum.reduce(
        [
            common(orbit + 2.6, p.y + 84.0 - 0.3 * np.maximum(m.x - 32, 0), 2.0),
            maxillary + 2.2,
            common(ellipsoid(p, (0, -56, -44), (14, 28, 14)), np.float32(1.6) - 2.2 * np.abs(cells), 1.0),
            ellipsoid(p, (0, -17, -46), (19, 17, 14)),
            chain(m, [(46, -72, -50, 5), (60, -40, -58, 2.6), (66, -6, -54, 3)]),
            ellipsoid(m, (50, -2, -60), (8, 5, 7)),
            petrous(m) + 1.0,
            ellipsoid(m, (53, 29, -54), (13, 16, 21)),
            common(np.float32(1.2) - np.abs(p.x), ellipsoid(p, (0, -64, -72), (14, 34, 19)), 1.0),
        ]
    )
    return {"orbit": orbit, "air": air, "wall": wall}


def eyes(p: Points) -> dict[str, Field]:
    m = p.mirrored()
    globe = ellipsoid(m, (32, -77, -38), (12, 12, 12))
    lens = ellipsoid(m, (32, -86, -38), (4.6, 2.2, 4.6))
    cords = [
        chain(m, [(31, -66, -37, 2.2), (22, -46, -35, 2.0), (9, -24, -31, 2.2)]),
        chain(m, [(45, -72, -38, 1.5), (37, -54, -37, 2.0), (16, -34, -33, 1.2)]),
        chain(m, [(19, -74, -38, 1.4), (18, -54, -37, 2.0), (13, -34, -33, 1.2)]),
        chain(m, [(31, -72, -25, 1.2), (26, -54, -26, 1.9), (14, -34, -31, 1.2)]),
        chain(m, [(31, -72, -50, 1.2), (26, -54, -46, 1.9), (14, -34, -35, 1.2)]),
    ]
    return {"globe": globe, "lens": lens, "cord": np.maximum.reduce(cords)}


def soft_tissues(p: Points, shell: Field, seed: int) -> dict[str, Field]:
    """Skin surface and muscle; ``shell`` is the distance to the outer table, positive inside."""
    m = p.mirrored()
    scalp = 5.6 + 1.0 * sample(band_noise(seed + 6, 70.0), p) + 6.0 * bump(m, (70, -24, -16), (24, 32, 34))
    skin = np.where(p.z > -35.0, shell, -99.0).astype(np.float32) + scalp
    for extra in (
        ellipsoid(p, (0, -36, -62), (66, 62, 58)),
        ellipsoid(p, (0, 28, -112), (60, 64, 78)),
        ellipsoid(m, (32, -77, -38), (15, 15, 15)),
    ):
        skin = either(skin, extra, 14.0)
    skin = either(skin, chain(p, [(0, -94, -32, 7), (0, -106, -62, 10)]), 8.0)
    helix = turned_ear(m)
    skin = either(skin, helix, 3.0)
    strands = sample(band_noise(seed + 7, 20.0), p)
    temporal = common(skin - 4.5, ellipsoid(m, (66, -22, -16), (17, 36, 42)), 3.0)
    deep = common(common(skin - 5.0, -32.0 - p.z, 4.0), 5.0 * strands + 4.0, 3.0)
    return {"skin": skin, "muscle": np.maximum(temporal, deep)}


def turned_ear(m: Points) -> Field:
    lean = Points(m.x - 0.35 * (m.y - 8), m.y, m.z)
    return ellipsoid(lean, (78, 14, -42), (2.6, 15, 27))
