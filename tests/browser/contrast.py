"""What of a page's words is too faint to read: WCAG 2.2, 1.4.3, computed from the styles that the browser uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.browser.stage import Window

# 1.4.3: large is 18 pt, or 14 pt bold.
LEAST, LEAST_LARGE = 4.5, 3.0

# Words of every element that is seen, with the grounds beneath it from the nearest to the first opaque one. What lies
# over images is judged on their black; a dark rim around it does the rest. WCAG excepts what is out of use.
_WORDS = """() => {
  const isSeen = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const EXCEPTED = ':disabled, [aria-disabled=true], .visually-hidden, option';
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const found = [];
  for (const element of document.body.querySelectorAll('*')) {
    const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim());
    const words = own.join(' ').trim();
    const box = element.getBoundingClientRect();
    if (!words || box.width < 2 || box.height < 2 || !isSeen(element) || element.closest(EXCEPTED)) continue;
    const grounds = [];
    for (let at = element; at && (grounds.at(-1)?.[3] ?? 0) < 1; at = at.parentElement)
      grounds.push(rgba(getComputedStyle(at).backgroundColor));
    const { color, fontSize, fontWeight } = getComputedStyle(element);
    const classes = element.getAttribute('class') ?? '';
    found.push({ words: words.slice(0, 60), classes, grounds, color: rgba(color), size: parseFloat(fontSize),
      weight: Number(fontWeight) });
  }
  return found;
}"""


@dataclass(frozen=True, kw_only=True)
class Faint:
    """Words, and how much they stand out."""

    words: str
    ratio: float
    least: float
    classes: str


def faint_words(window: Window) -> list[Faint]:
    """All that is too faint, the faintest first."""
    found = [_judged(each) for each in window.page.evaluate(_WORDS)]
    return sorted((each for each in found if each.ratio < each.least), key=lambda each: each.ratio)


def _judged(each: dict[str, Any]) -> Faint:
    ground = (0.0, 0.0, 0.0)
    for layer in reversed(each["grounds"]):
        ground = _over(layer, ground)
    ratio = contrast(_over(each["color"], ground), ground)
    is_large = each["size"] >= 24 or (each["size"] >= 18.66 and each["weight"] >= 700)
    return Faint(words=each["words"], ratio=ratio, least=LEAST_LARGE if is_large else LEAST, classes=each["classes"])


Rgb = tuple[float, float, float]


def _over(layer: list[float], ground: Rgb) -> Rgb:
    r, g, b = (value * layer[3] + below * (1 - layer[3]) for value, below in zip(layer[:3], ground, strict=True))
    return r, g, b


def contrast(one: Rgb, other: Rgb) -> float:
    """WCAG 2.2, "contrast ratio"."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Rgb) -> float:
    """WCAG 2.2, "relative luminance"."""
    r, g, b = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (each / 255 for each in color)
    )
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
