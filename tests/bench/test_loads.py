"""The table of `images`: medians by what and who over one link, and ours as a part of a peer's."""

from __future__ import annotations

from tests.bench.loads import COLD, DATA, OURS, Load, links_of, loads_table
from tests.link import Shape

SLOW, FAST = Shape(mbit_s=20, rtt_ms=50), Shape(mbit_s=100, rtt_ms=20)


def load(who: str, first_ms: float, *, link: Shape = SLOW, coarse_ms: float | None = None) -> Load:
    """5 MB, which take 2 s at 20 Mbit/s, whole after twice the time of the first slice."""
    return Load(
        who=who, what=COLD, link=link, first_ms=first_ms, coarse_ms=coarse_ms, full_ms=2 * first_ms, size=5_000_000
    )


def test_a_line_is_of_one_viewer_over_one_link_and_has_its_medians() -> None:
    loads = [load(OURS, 1000, coarse_ms=1100), load(OURS, 2000, coarse_ms=2100), load(OURS, 1200, coarse_ms=1300)]
    table = loads_table([*loads, load("other", 4800), load(OURS, 9, link=FAST)], SLOW)
    assert table.rows == (
        (COLD, OURS, 1200, "< 1500", 1300, "< 1500", 2400, 2000, 1.2, "<= 1.1", 5, None, None),
        (COLD, "other", 4800, None, None, None, 9600, 2000, 4.8, None, 5, 0.25, 0.25),
    )


def test_links_keep_their_order() -> None:
    assert links_of([load(OURS, 1), load(OURS, 1, link=FAST), load("other", 1)]) == [SLOW, FAST]


def test_counted_from_later_a_load_took_less_and_brought_less() -> None:
    later = load(OURS, 1000, coarse_ms=1500).later(DATA, by_ms=400, size=3_000_000)
    assert (later.what, later.first_ms, later.coarse_ms, later.full_ms) == (DATA, 600, 1100, 1600)
    assert later.line_ms == 800
