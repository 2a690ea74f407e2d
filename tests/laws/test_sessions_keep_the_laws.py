"""Laws 2, 3, 4, 8 and 9 on whole sessions: random layer graphs, random edits, in the cell and from other threads."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import patchgrad as pg
from patchgrad import optim
from patchgrad.errors import GradError, PatchgradError
from patchgrad.layergraph import LayerGraph
from patchgrad.session import Session

from .graphs import bits, graphs, grow, layer_state, random_command, values_of

SEEDS = st.integers(0, 2**32 - 1)


def power(output: Any, _target: Any) -> Any:
    """A loss for an output of any shape."""
    first = output[0] if isinstance(output, tuple) else output
    return (first * first).mean()


def a_session(graph: LayerGraph, **more: Any) -> Session:
    """A session on random batches; the same graph gives the same session. To be watched takes a third of its time and
    changes no bit, so that laws hold between one that is watched and one that is not."""
    if not any(graph.check().parameters.values()):
        reject()
    pg.manual_seed(0)
    rng = random.Random(0)
    batches = [(*(values_of(node, rng) for node in graph.of_kind("Input")), pg.tensor([0.0])) for _ in range(5)]
    return Session(graph, batches, loss=power, optimizer=lambda p: optim.Adam(p, lr=1e-2), **more)


def learned(session: Session) -> dict[str, Any]:
    """Weights, buffers, random streams and slots by node uid, as plain values."""
    found: dict[str, Any] = {uid: layer_state(layer) for uid, layer in session.model.layers.items()}
    for uid, layer in session.model.layers.items():
        for name, parameter in layer.named_parameters():
            slots = session.optimizer.slots(parameter)
            found[f"{uid}/{name}"] = {slot: bits(value) for slot, value in slots.items()}
    return found


def trained(
    session: Session, edits: dict[int, list[Any]], steps: int = 8
) -> tuple[list[float | None], dict[int, list[Any]]]:
    """Losses of a run on which edits are asked for before their step; and those that were accepted."""
    losses, accepted = [], {}
    for step in range(steps):
        for command in edits.get(step, []):
            try:
                session.apply(command)
            except PatchgradError:
                continue
            accepted.setdefault(step, []).append(command)
        try:
            session.step()
        except PatchgradError:
            losses.append(None)
            continue
        losses.append(session.loss)
    return losses, accepted


@settings(max_examples=200)
@given(graphs(), SEEDS)
def test_a_session_with_refused_edits_is_bitwise_the_session_without_them(graph: LayerGraph, seed: int) -> None:
    rng, session = random.Random(seed), a_session(graph)
    asked = {step: [random_command(graph, rng) for _ in range(2)] for step in range(1, 7)}
    losses, accepted = trained(session, asked)
    print_ = session.fingerprint()
    again = a_session(graph, watch=False)
    assert trained(again, accepted)[0] == losses
    assert again.fingerprint() == print_


@settings(max_examples=200)
@given(graphs(), SEEDS)
def test_what_an_edit_of_a_session_does_not_name_stays_bitwise(graph: LayerGraph, seed: int) -> None:
    rng, session = random.Random(seed), a_session(graph, watch=seed % 2 == 0)
    for _ in range(4):
        try:
            session.step(2)
        except GradError:  # an edit has left nothing that learns
            return
        before, old = learned(session), session.graph
        try:
            session.apply(random_command(session.graph, rng))
        except PatchgradError:
            assert learned(session) == before
            continue
        same = {uid for uid, node in session.graph.nodes.items() if old.nodes.get(uid) == node}
        after = learned(session)
        assert {key: after[key] for key in after if key.partition("/")[0] in same} == {
            key: before[key] for key in before if key.partition("/")[0] in same
        }


@settings(max_examples=200)
@given(graphs(), SEEDS)
def test_undoing_every_edit_of_a_session_gives_the_fingerprint_before_them_and_redoing_the_one_after(
    graph: LayerGraph, seed: int
) -> None:
    rng, session = random.Random(seed), a_session(graph, watch=seed % 2 == 0)
    session.step(2)
    first, done = session.fingerprint(), 0
    for _ in range(5):
        try:
            session.apply(random_command(session.graph, rng))
        except PatchgradError:
            continue
        done += 1
    last = session.fingerprint()
    for _ in range(done):
        session.undo()
    assert session.fingerprint() == first
    for _ in range(done):
        session.redo()
    assert session.fingerprint() == last


@settings(max_examples=200)
@given(graphs(families=("flat", "tokens"), most=5), SEEDS)
def test_an_error_that_refuses_an_edit_says_what_and_why(graph: LayerGraph, seed: int) -> None:
    rng, session = random.Random(seed), a_session(graph)
    session.step()
    for _ in range(6):
        with suppress(PatchgradError):
            session.apply(random_command(session.graph, rng))
    for edit in session.log:
        error = edit.error
        assert edit.status == ("applied" if error is None else "refused")
        assert error is None or (isinstance(error, PatchgradError) and bool(error.got or error.want or error.hint))


@settings(max_examples=200)
@given(graphs(families=("flat",), most=4), SEEDS)
def test_edits_from_another_thread_wait_for_a_boundary_and_change_no_step(graph: LayerGraph, seed: int) -> None:
    """Renames compute nothing: whenever they come, the losses are those of the session that nobody touched."""
    rng, session, losses = random.Random(seed), a_session(graph), []
    forget = session.subscribe(lambda event: losses.append(session.loss) if event == "step" else None)
    session.start(12)
    node = rng.choice([node for node in graph.nodes.values() if node.kind not in ("Input", "Output")])
    edits = [session.apply(pg.edit.rename(a, b)) for a, b in ((node.name, "other9"), ("other9", node.name))]
    session.wait(60)
    forget()
    session.close()
    alone, quiet = a_session(graph, watch=False), []
    alone.subscribe(lambda event: quiet.append(alone.loss) if event == "step" else None)
    alone.run(12, progress=False)
    assert losses == quiet
    assert [edit.status for edit in edits] == ["applied", "applied"]


@settings(max_examples=200)
@given(graphs(most=5), SEEDS)
def test_a_command_made_on_an_older_picture_hits_only_what_its_author_saw(graph: LayerGraph, seed: int) -> None:
    rng, session = random.Random(seed), a_session(graph)
    seen, revision = session.graph, session.live.revision
    for _ in range(2):
        try:
            session.apply(random_command(session.graph, rng))
        except PatchgradError:
            continue
    edit = session.editing.submit(command := random_command(seen, rng), "studio", revision)
    before = session.graph
    try:
        session.editing.now(edit)
    except PatchgradError:
        assert session.graph is before
        return
    for uid in named(command):
        assert uid not in seen.nodes or seen.nodes[uid].settings == before.nodes[uid].settings
        assert set(seen.edges_into(uid)) == set(before.edges_into(uid))


def named(command: Any) -> set[str]:
    found = {getattr(command, "node", None), *getattr(command, "nodes", ())}
    found |= {getattr(command, field).node for field in ("source", "target") if hasattr(command, field)}
    return {uid for uid in found if uid}


@pytest.mark.parametrize("steps", [1, 4])
def test_a_session_that_is_watched_computes_the_same_bits_as_one_that_is_not(steps: int) -> None:
    graph, prints = grow("sequence", 6, 1), []
    for watch in (True, False):
        session = a_session(graph, watch=watch)
        session.step(steps)
        prints.append(session.fingerprint())
    assert prints[0] == prints[1]
