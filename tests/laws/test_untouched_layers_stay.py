"""Law 3. What an edit does not touch stays bitwise: parameters, buffers, optimizer slots, random streams."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from patchgrad.errors import PatchgradError
from patchgrad.layergraph import LayerGraph
from patchgrad.layergraph.difference import difference

from .graphs import Run, graphs, layer_state, random_command


@settings(max_examples=200)
@given(graphs(), st.integers(0, 2**32 - 1))
def test_layers_that_an_edit_does_not_name_keep_object_bits_slots_and_stream(graph: LayerGraph, seed: int) -> None:
    run, rng = Run(graph), random.Random(seed)
    for _ in range(5):
        run.step()
        old, layers, slots = run.graph, run.module.layers, run.slots()
        states = {uid: layer_state(layer) for uid, layer in layers.items()}
        default = run.fingerprint()["default"]
        try:
            run.apply(random_command(run.graph, rng))
        except PatchgradError:
            continue
        found = difference(old, run.graph)
        touched = {*found.changed, *found.frozen}
        for uid in (layers.keys() & run.module.layers.keys()) - touched:
            assert run.module.layers[uid] is layers[uid]
            assert layer_state(layers[uid]) == states[uid]
            for parameter in layers[uid].parameters():
                assert run.slots().get(parameter.uid) == slots.get(parameter.uid)
        assert run.fingerprint()["default"] == default
