"""From fields to one plane of signal: CT numbers or MR intensities, without noise."""

from dataclasses import dataclass, replace

import numpy as np

from dicom_render.phantom_fields import Field

EDGE_MM = 0.9


@dataclass(frozen=True, slots=True)
class Palette:
    """The signal of every tissue, in HU for CT and in arbitrary units for MR."""

    air: float
    skin: float
    fat: float
    muscle: float
    table: float
    diploe: float
    csf: float
    white: float
    grey: float
    deep: float
    hind: float
    dura: float
    blood: float
    vitreous: float
    lens: float
    calcified: float
    clot: float
    subdural: float
    mottled: float  # natural variation of brain signal, one deviation
    caps: float  # change in the white matter beside the ventricles, usual at this age
    grey_loss: float = 0.0  # change inside the ischaemic territory
    white_loss: float = 0.0
    core: float = 0.0  # change inside the infarct core (diffusion)
    hardening: float = 0.0  # beam hardening: brighter under the vault, dark streaks between the petrous bones (CT only)
    effacement: float = 0.0  # 0 sulci untouched, 1 closed

    def without_stroke(self) -> "Palette":
        return replace(self, grey_loss=0.0, white_loss=0.0, core=0.0, effacement=0.0, clot=self.blood)


CT = Palette(
    air=-1000, skin=45, fat=-95, muscle=58, table=1350, diploe=520, csf=6, white=28.5, grey=38.5, deep=38, hind=36,
    dura=50, blood=45, vitreous=8, lens=85, calcified=170, clot=63, subdural=66, mottled=0.5, caps=-4,
    grey_loss=-4.8, white_loss=-1.5, core=0, effacement=0.75, hardening=4,
)  # fmt: skip


# Arbitrary units, as MR has no scale; the proportions are those of 3 T images.
FLAIR = Palette(
    air=4, skin=240, fat=470, muscle=170, table=22, diploe=170, csf=40, white=250, grey=330, deep=312, hind=300,
    dura=150, blood=45, vitreous=40, lens=110, calcified=60, clot=330, subdural=400, mottled=4, caps=150,
    grey_loss=16, white_loss=4, core=12, effacement=0.5,
)  # fmt: skip
DWI = Palette(
    air=4, skin=45, fat=25, muscle=75, table=12, diploe=20, csf=48, white=255, grey=285, deep=262, hind=285,
    dura=70, blood=40, vitreous=50, lens=60, calcified=40, clot=60, subdural=200, mottled=5, caps=12,
    grey_loss=15, white_loss=8, core=430, effacement=0.5,
)  # fmt: skip
T1 = Palette(
    air=4, skin=420, fat=840, muscle=330, table=35, diploe=520, csf=110, white=600, grey=425, deep=490, hind=520,
    dura=380, blood=260, vitreous=130, lens=300, calcified=120, clot=330, subdural=500, mottled=6, caps=-60,
    grey_loss=-25, white_loss=-15, core=-10, effacement=0.5,
)  # fmt: skip


def paint(c: Palette, f: dict[str, Field]) -> Field:
    """One plane of signal from the fields ``f`` of that plane."""
    signal = np.full(f["skin"].shape, c.air, np.float32)
    _soft(signal, c, f)
    _bone(signal, c, f)
    _eyes(signal, c, f)
    if f["inside"].max() > -2:
        _brain(signal, c, f)
    return signal


def _soft(v: Field, c: Palette, f: dict[str, Field]) -> None:
    _over(v, f["skin"], c.skin)
    _over(v, f["skin"] - 1.9, c.fat + 0.08 * (c.muscle - c.fat) * (1 + 0.4 * f["mottle"]))
    _over(v, f["muscle"], c.muscle)


def _bone(v: Field, c: Palette, f: dict[str, Field]) -> None:
    outside, thickness = -f["inside"], f["thickness"]
    shell = np.minimum(outside + 0.0, thickness - outside)
    _over(v, f["wall"], c.table * 0.8 + 0.12 * c.table * f["grain"])
    _over(v, np.minimum(f["orbit"], f["skin"] - 2.5), c.fat)
    _over(v, shell, c.table + 0.08 * c.table * f["mottle"])
    marrow = np.minimum(outside - 1.5, thickness - outside - 1.7)
    _over(v, marrow, c.diploe * np.clip(1 + 0.33 * f["grain"], 0.35, 2.0))
    _over(v, np.minimum(shell + 0.3, 0.55 - f["suture"]), c.muscle + 0.2 * (c.table - c.muscle))
    _over(v, np.minimum(f["air"], outside - 1.0), c.air)
    pneumatised = np.minimum(f["frontal"], np.minimum(outside - 1.6, thickness - outside - 1.4))
    _over(v, pneumatised, c.air)


def _eyes(v: Field, c: Palette, f: dict[str, Field]) -> None:
    if f["globe"].max() < -3 and f["cord"].max() < -3:
        return
    _over(v, f["cord"], c.muscle)
    _over(v, f["globe"], c.muscle)
    _over(v, f["globe"] - 1.2, c.vitreous)
    _over(v, f["lens"], c.lens)


def _brain(v: Field, c: Palette, f: dict[str, Field]) -> None:
    _over(v, f["inside"], c.csf)
    ischaemic = _step(f["territory"], 6.0)
    deep_ischaemic = ischaemic if c.grey_loss or c.core else np.zeros_like(ischaemic)
    variation = c.mottled * f["mottle"]
    _cerebrum(v, c, f, deep_ischaemic, variation)
    _hindbrain(v, c, f, variation)
    _over(v, f["ventricle"], c.csf)
    for name, value in (
        ("vessel", c.blood),
        ("sinus", c.blood + 0.1 * abs(c.blood)),
        ("dura", c.dura),
        ("clot", c.clot),
        ("calcified", c.calcified),
        ("subdural", c.subdural),
    ):
        if name in f and f[name].max() > -1:
            _over(v, f[name], value)
    if c.hardening:
        within = _step(f["inside"], EDGE_MM)
        v += c.hardening * within * (np.exp(-np.maximum(f["inside"], 0) / 7) - 1.3 * f["streak"])


def _cerebrum(v: Field, c: Palette, f: dict[str, Field], ischaemic: Field, variation: Field) -> None:
    hull = f["hull"]
    opening = 1.6 * np.exp(np.minimum(-hull / 9, 0)) + 0.35 * f["mottle"] - 0.15
    opening = opening * (1 - c.effacement * ischaemic) - 0.25 * c.effacement * ischaemic
    sulcus = np.sqrt(f["sheet"] ** 2 + np.maximum(f["beyond"], 0) ** 2) - opening
    pia = np.minimum(np.minimum(hull, sulcus), f["sylvian"] + c.effacement * ischaemic)
    near = _step(f["ventricle"] + 2.5 - 0.8 * f["mottle"], 4.0)
    tissue = c.white + c.white_loss * ischaemic + c.caps * near + variation
    grey = c.grey + c.grey_loss * ischaemic + variation
    tissue += (grey - tissue) * _step(f["ribbon"] - pia, 1.8)
    deep = c.deep + c.grey_loss * ischaemic + variation
    for name in ("striatum", "thalamus"):
        tissue += (deep - (name == "thalamus") * 0.15 * (c.deep - c.white) - tissue) * _step(f[name], 1.6)
    if c.core:
        tissue += c.core * _step(f["lesion"], 2.5)
    _over(v, pia, tissue)


def _hindbrain(v: Field, c: Palette, f: dict[str, Field], variation: Field) -> None:
    if f["cerebellum"].max() > -2:
        lobes = f["cerebellum"]
        leaf = np.abs(f["folium"] % 1.0 - 0.5) * 4.0
        depth = np.minimum(lobes, 10.0)
        fissure = _step(0.45 - leaf - 0.03 * depth, 0.9) * 0.4
        tissue = c.hind + 0.4 * (c.grey - c.hind) + variation
        core = tissue + (c.white + 0.35 * (c.grey - c.white) - tissue) * _step(lobes - 11.0, 6.0)
        _over(v, lobes, core + (c.csf - core) * fissure * _step(9.0 - lobes, 4.0))
    if f["brainstem"].max() > -2:
        _over(v, f["brainstem"], c.white + 0.35 * (c.grey - c.white) + variation)


def _step(distance: Field, width_mm: float) -> Field:
    return np.clip(distance * np.float32(1 / width_mm) + np.float32(0.5), 0, 1)


def _over(v: Field, distance: Field, value: float | Field) -> None:
    v += (value - v) * _step(distance, EDGE_MM)
