"""`python -m tests.bench [--quick] [name...]`: runs benchmarks, prints what they found, keeps it as text and JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from tests.bench import images, ingest, pictures, rendering, rooms
from tests.bench.report import NotMeasured, Report, as_text, save

BENCHMARKS: dict[str, Callable[..., Report]] = {
    "rooms": rooms.run,
    "images": images.run,
    "rendering": rendering.run,
    "pictures": pictures.run,
    "ingest": ingest.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Benchmarks; results go to tests/bench/results.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHMARKS)}; all when left out")
    parser.add_argument("--quick", action="store_true", help="fewer steps and runs: to see that it works")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(BENCHMARKS):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    failed: list[str] = []
    for name in arguments.names or BENCHMARKS:
        print(f"{name}: running", flush=True)
        try:
            report = BENCHMARKS[name](is_quick=arguments.quick)
        except NotMeasured as why:
            failed.append(name)
            print(f"{name}: not measured: {why}\n", flush=True)
        else:
            print(f"\n{as_text(report)}\nkept in {save(report)}\n", flush=True)
    sys.exit(f"not measured: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
