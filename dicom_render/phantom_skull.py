"""Skull, face and soft tissues of the synthetic head as fields; the brain stands elsewhere."""

import numpy as np

from dicom_render.phantom_fields import (
    Field,
    Frame,
    Points,
    band_noise,
    bump,
    chain,
    common,
    either,
    ellipsoid,
    ramp,
    sample,
    sample_slow,
)


def vault(p: Points) -> Field:
    """The cranial cavity without its base: an egg, broad at the parietal eminences, squarer than an ellipse."""
    width = 1.0 + 0.07 * np.tanh((p.y - 5.0) / 45.0)
    n = 2.25
    radii = (68.0, 88.5, 69.5)
    q = [np.abs(v / r) + 1e-4 for v, r in zip((p.x / width, p.y - 4, p.z - 8), radii, strict=True)]
    k = (q[0] ** n + q[1] ** n + q[2] ** n) ** (1 / n)
    slope = np.sqrt(sum((v ** (n - 1) / r) ** 2 for v, r in zip(q, radii, strict=True))) * k ** (1 - n)
    return (1.0 - k) / slope


def petrous(m: Points) -> Field:
    return chain(m, [(11, 3, -44, 6), (33, 16, -44, 9), (54, 28, -46, 13)])


def cavity(p: Points, frame: Frame) -> Field:
    """The inside of the skull (mm, positive inside): vault, three fossae, foramen magnum."""
    m = p.mirrored()
    front = -24.0 + 8.0 * np.exp(-(((m.x - 30) / 15) ** 2)) - 4.0 * np.exp(-((m.x / 7) ** 2))
    middle = -45.0 + 15.0 * np.exp(-((m.x / 15) ** 2))
    behind = ramp(p.y + 0.25 * m.x, -34.0, -16.0)
    floor = front + (middle - front) * behind
    upper = common(vault(p), p.z - floor, 8.0)
    hind = common(ellipsoid(p, (0, 46, -36), (58, 49, 37)), vault(p) + 4.0, 8.0)
    inside = either(upper, hind, 5.0)
    clivus = chain(m, [(0, -9, -35, 3.5), (0, -4, -53, 7), (0, 6, -80, 7)])
    inside = common(inside, -petrous(m), 4.0)
    inside = common(inside, -clivus, 4.0)
    crest = chain(p, [(0, 96, -10, 5), (0, 94, -24, 7), (0, 80, -66, 5)])
    inside = common(inside, -crest, 5.0)
    sella = ellipsoid(p, (0, -14, -34), (7, 6, 7))
    inside = either(either(inside, sella, 2.0), chain(p, [(0, 26, -58, 13), (0, 27, -150, 13)]), 5.0)
    slope = frame.gradient(inside)
    # The floor is steep in places: without this its bone would be drawn thin.
    return inside / np.clip(np.sqrt(slope[0] ** 2 + slope[1] ** 2 + slope[2] ** 2), 0.8, 3.0)


def skull_thickness(p: Points, seed: int) -> Field:
    m = p.mirrored()
    t = 6.2 + 0.45 * sample_slow(band_noise(seed + 1, 75.0), p)
    t = t - 3.2 * bump(m, (66, -4, -10), (18, 28, 24)) - 4.5 * bump(m, (28, -58, -18), (22, 24, 10))
    t = t + 2.5 * bump(p, (0, 92, -20), (20, 18, 13)) + 1.2 * bump(p, (0, 60, 60), (40, 40, 30))
    t = t + 5.5 * bump(p, (2, -88, -14), (24, 18, 14))
    return np.maximum(t, 1.8)


def suture(p: Points, seed: int) -> Field:
    """Distance to the coronal, sagittal and lambdoid sutures, which wander."""
    wander = 2.2 * sample(band_noise(seed + 2, 9.0), p)
    m = p.mirrored()
    coronal = np.abs(p.y + 22.0 + 0.28 * (70.0 - p.z) + wander) + 50 * ramp(-p.z, 5.0, 20.0)
    sagittal = np.abs(p.x + wander) + 50 * (1 - ramp(p.y, -24.0, -18.0))
    lambdoid = (
        np.abs(p.z - 46.0 + 1.4 * m.x + wander) / 1.7 + 50 * ramp(-p.y, -45.0, -35.0) + 50 * ramp(-p.z, 26.0, 34.0)
    )
    return np.minimum(np.minimum(coronal, lambdoid), sagittal + 50 * ramp(-p.z, -40.0, -30.0))


def face(p: Points, seed: int) -> dict[str, Field]:
    """Orbits, air spaces and the bone about them, as distances, positive inside."""
    m = p.mirrored()
    orbit = chain(m, [(31, -84, -38, 16.5), (26, -58, -36, 12), (13, -31, -33, 4)])
    cells = sample(band_noise(seed + 3, 11.0), p)
    frontal = common(ellipsoid(p, (4, -90, -14), (25, 16, 15)), np.abs(p.x - 2 - 0.1 * p.z) - 0.8, 1.0)
    frontal = common(frontal, 3.0 * np.abs(sample_slow(band_noise(seed + 5, 30.0), p)) - 0.4, 1.0)
    return {"orbit": orbit, "air": _air(p, cells, seed), "frontal": frontal, "wall": _walls(p, orbit, cells)}


def _air(p: Points, cells: Field, seed: int) -> Field:
    m = p.mirrored()
    small = sample(band_noise(seed + 4, 7.0), p)
    nasal = common(ellipsoid(p, (0, -64, -72), (14, 34, 19)), np.abs(p.x) - 1.0, 1.0)
    spaces = [
        common(ellipsoid(p, (0, -56, -44), (13, 27, 13)), 2.2 * np.abs(cells) - 0.9, 1.0),  # ethmoid cells
        common(ellipsoid(p, (1, -21, -46), (13, 11, 9)), np.abs(p.x - 3) - 0.7, 1.0),  # sphenoid sinus
        ellipsoid(m, (31, -64, -72), (14, 16, 17)),  # maxillary sinus
        common(nasal, 2.5 * cells + 1.5, 1.5),
        common(ellipsoid(m, (53, 29, -54), (11, 14, 19)), 2.0 * np.abs(small) - 0.9, 1.0),  # mastoid cells
        chain(m, [(90, 10, -50, 4), (60, 9, -49, 3), (43, 10, -46, 4)]),  # auditory canal and middle ear
        ellipsoid(p, (0, -16, -76), (12, 6, 17)),  # pharynx
    ]
    return np.maximum.reduce(spaces)


def _walls(p: Points, orbit: Field, cells: Field) -> Field:
    """Plates of 1.5-2.5 mm round orbits, sinuses and nose; massive bone in petrous, sphenoid and zygoma."""
    m = p.mirrored()
    plates = [
        common(orbit + 2.6, p.y + 84.0 - 0.3 * np.maximum(m.x - 32, 0), 2.0),
        ellipsoid(m, (31, -64, -72), (14, 16, 17)) + 2.2,
        common(ellipsoid(p, (0, -56, -44), (14, 28, 14)), np.float32(1.6) - 2.2 * np.abs(cells), 1.0),
        common(np.float32(1.2) - np.abs(p.x), ellipsoid(p, (0, -64, -72), (14, 34, 19)), 1.0),
        ellipsoid(p, (0, -17, -46), (19, 17, 14)),
        chain(m, [(46, -74, -50, 5), (57, -45, -57, 2.6), (60, -8, -53, 3)]),
        ellipsoid(m, (50, -2, -60), (8, 5, 7)),
        petrous(m) + 1.0,
        ellipsoid(m, (53, 29, -54), (13, 16, 21)),
    ]
    return np.maximum.reduce(plates)


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
    scalp = 5.4 + 0.5 * sample_slow(band_noise(seed + 6, 80.0), p) + 6.0 * bump(m, (70, -24, -16), (24, 32, 34))
    skin = shell + scalp
    for extra in (
        ellipsoid(p, (0, -40, -62), (67, 66, 62)),
        ellipsoid(p, (0, 28, -112), (62, 66, 78)),
        ellipsoid(m, (46, 22, -50), (28, 34, 36)),
    ):
        skin = either(skin, extra, 14.0)
    skin = either(skin, chain(p, [(0, -98, -34, 7), (0, -110, -62, 10)]), 12.0)
    skin = either(skin, ear(m), 3.0)
    strands = sample_slow(band_noise(seed + 7, 34.0), p)
    temporal = common(skin - 4.5, ellipsoid(m, (66, -22, -16), (17, 36, 42)), 3.0)
    # Below the skull muscle fills the neck and face; thin sheets of fat part it.
    deep = common(common(skin - 5.0, -32.0 - p.z, 4.0), 6.0 * np.abs(strands) - 0.7, 1.0)
    return {"skin": skin, "muscle": np.maximum(temporal, deep)}


def ear(m: Points) -> Field:
    lean = Points(m.x - 0.45 * (m.y - 8), m.y, m.z)
    return ellipsoid(lean, (73, 16, -42), (3.6, 15, 27))
