#!/usr/bin/env python3
"""Kill download and analyze at random moments, many times over, and check after each that nothing is lost.

The test of the same name does this a few times; this does it for as long as you like:

    python benchmarks/kill.py --kills 40 --seed 7
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from fakes.small_auction import SmallAuction
from fakes.victims import Household


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=40, help="of each stage half as many; 40 unless you say so")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = Random(options.seed)
    each = (options.kills + 1) // 2
    auction = SmallAuction(lots=2 + each, each=6)  # a kill costs some photographs; enough are left for the last
    with tempfile.TemporaryDirectory() as folder, auction.served(answers_after_s=0.03) as site:
        home = Household(Path(folder))
        _expect(home, "sync", *auction.addresses(site.base))
        for stage in ("download", "analyze"):
            started, killed, left = time.perf_counter(), 0, 0
            for _ in range(each):
                killed += home.kill_in(stage, rng, most_items=4)
                left += len(home.unfinished_files)
                home.check()
            _expect(home, "images", stage)
            home.check()
            print(
                f"{stage}: killed {killed} times, {left} unfinished files left and swept, "
                f"{len(home.done(stage))} of {auction.rows} photographs, {time.perf_counter() - started:.1f} s"
            )
            assert len(home.done(stage)) == auction.rows
        assert home.unfinished_files == []
        _expect(home, "db", "verify")
        again = sum(n - 1 for path, n in site.requests.items() if path.startswith("/photo/"))
        print(f"all is well; {again} of {auction.contents} photographs were asked for again because of a kill")
    return 0


def _expect(home: Household, *words: str) -> None:
    done = home.run(*words)
    if done.returncode:
        sys.exit(f"'{' '.join(words[:2])}' ended with {done.returncode}: {done.stderr}")


if __name__ == "__main__":
    sys.exit(main())
