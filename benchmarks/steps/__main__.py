"""Look at some workloads only: ``python -m benchmarks.steps a,c [PEER,PEER] [ROUNDS]``; nothing is written."""

from __future__ import annotations

import sys

from benchmarks.steps.contest import contest

if __name__ == "__main__":
    names, peers, rounds = [*sys.argv[1:], *["a", "", "11"][len(sys.argv) - 1 :]]
    for name in names.split(","):
        print(name)
        for figure in contest(name, peers.split(",") if peers else None, int(rounds)):
            print(f"  {figure}")
