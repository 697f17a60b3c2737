"""`python -m tests.benchmarks [NAME…] [--rows N] [--repeat N] [--out FILE]`: run them, tell, write down."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from tests.benchmarks.figures import Figure, table, write_section

NAMES = ("http_pull", "workbooks", "full_load", "incremental", "reconcile", "over_dask")


def main() -> int:
    """1 when a limit was not kept, aims apart."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--rows", type=int, help="a size to try things with; results of other sizes are not written")
    parser.add_argument("--repeat", type=int, help="how often each measurement is made")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks.md"))
    given = parser.parse_args()
    if unknown := sorted(set(given.names) - set(NAMES)):
        parser.error(f"no benchmark called {', '.join(unknown)}; there are {', '.join(NAMES)}")
    missed = 0
    for name in given.names or NAMES:
        benchmark = import_module(f"tests.benchmarks.{name}")
        asked = {key: value for key, value in (("rows", given.rows), ("repeat", given.repeat)) if value}
        figures: list[Figure] = benchmark.measure(**asked)
        sys.stdout.write(f"\n{benchmark.TITLE}\n{table(figures)}\n")
        sys.stdout.flush()
        if not given.rows:
            write_section(given.out, name, benchmark.TITLE, benchmark.TOLD, figures)
        missed += sum(figure.kept is False and not figure.aim for figure in figures)
    return int(missed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
