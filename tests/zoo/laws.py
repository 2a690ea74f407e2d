"""Random edits, sensible and not, of every network of the zoo while it trains: ``make laws``.

One that is refused leaves the fingerprint of the session as it was; of one that is applied, layers that it does not
name keep their bits, slots and streams. In the end the written class gives the same bits as the network, and taking all
edits back gives the first fingerprint.
"""

from __future__ import annotations

import argparse
import random
import time
import traceback
import warnings
from collections import Counter
from typing import Any

import patchgrad as pg
from patchgrad import optim
from patchgrad.data import DataLoader, TensorDataset
from patchgrad.errors import PatchgradError
from patchgrad.layergraph.measure import evaluated
from patchgrad.session.step import split
from tests.laws.graphs import random_command
from tests.laws.test_sessions_keep_the_laws import learned, power
from tests.zoo.models import ZOO

IN_A_WALK = 20
"""Edits from one fresh network."""


def session_of(name: str, seed: int) -> pg.Session:
    pg.manual_seed(seed)
    cls, example, _ = ZOO[name]
    batch, model = example(), cls()
    data = TensorDataset(*batch, pg.zeros(len(batch[0])))
    return pg.Session(
        model, DataLoader(data, batch_size=len(batch[0])), loss=power, optimizer=lambda p: optim.Adam(p, lr=1e-3)
    )


class Walk:
    """Edits of one network in turn; ``done`` counts those applied and refused, by the kind of command."""

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.seed = name, seed
        self.rng = random.Random(f"{name}/{seed}")
        self.session = session_of(name, seed)
        self.session.step(2)
        self.done: Counter[tuple[str, str]] = Counter()

    def go(self, edits: int, trains: bool) -> None:
        """So many edits; ``trains``: with steps between them, else taken back in the end."""
        first, applied = self.session.fingerprint(), 0
        for _ in range(edits):
            applied += self.edit(random_command(self.session.graph, self.rng))
            if trains and self.rng.random() < 0.4:
                self.step()
        self.written()
        if not trains:
            for _ in range(applied):
                self.session.undo()
            assert self.session.fingerprint() == first, "taking all edits back does not give what there was"
        self.session.close()

    def edit(self, command: Any) -> bool:
        print_, old, before = self.session.fingerprint(), self.session.graph, learned(self.session)
        word = type(command).__name__
        try:
            self.session.apply(command)
        except PatchgradError:
            assert self.session.fingerprint() == print_, f"a refused edit left a trace: {command}"
            self.done[word, "refused"] += 1
            return False
        same = {uid for uid, node in self.session.graph.nodes.items() if old.nodes.get(uid) == node}
        after = learned(self.session)
        for key in after.keys() & before.keys():
            uid = key.partition("/")[0]
            assert uid not in same or after[key] == before[key], f"{command} changed {key}"
        self.done[word, "applied"] += 1
        return True

    def step(self) -> None:
        try:
            self.session.step(1)
        except PatchgradError:  # an edit may leave no weights, or weights that nothing reads
            self.done["step", "refused"] += 1
        else:
            self.done["step", "applied"] += 1

    def written(self) -> None:
        """The class that is written gives the bits of the network."""
        module, names = self.session.model, {}
        exec(compile(self.session.graph.to_source("Written"), "<written>", "exec"), names)
        closed = [node for node in self.session.graph.of_kind("Closed") if node.shares is None]
        made = names["Written"](**{node.name: module.layer(node.uid) for node in closed})
        made.load_state_dict(module.source_state())
        inputs = split(self.session.live.batch)[0]
        assert _bits(evaluated(made, inputs)) == _bits(evaluated(module, inputs)), (
            "the written class is another network"
        )


def _bits(found: Any) -> list[bytes]:
    return [entry.numpy(force=True).tobytes() for entry in (found if isinstance(found, tuple) else (found,))]


def edits(count: Counter[Any]) -> list[tuple[Any, int]]:
    """What was counted, without the steps."""
    return [entry for entry in count.items() if entry[0][0] != "step"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    begin, count, turn = time.monotonic(), Counter[Any](), asked.seed
    failed: list[str] = []
    while sum(n for _, n in edits(count)) < asked.edits:
        for name in ZOO:
            walk = Walk(name, turn)
            try:
                walk.go(IN_A_WALK, trains=turn % 2 == 0)
            except Exception:
                failed.append(f"{name}, seed {turn}: {traceback.format_exc(limit=-3)}")
                print(failed[-1], flush=True)
            count += walk.done
        turn += 1
        if time.monotonic() - begin > asked.seconds:
            break
    told = {word: sum(n for (_, how), n in edits(count) if how == word) for word in ("applied", "refused")}
    seconds = f"{time.monotonic() - begin:.0f} s"
    print(f"{sum(told.values()):,} edits of {len(ZOO)} networks in {seconds}: {told}, {len(failed)} failures")
    raise SystemExit(bool(failed))


__all__ = ["Walk", "session_of"]

if __name__ == "__main__":
    main()
