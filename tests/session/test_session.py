"""A session trains, pauses, steps and ends as its words say."""

import threading

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.errors import ArgumentError, GraphError, SessionError
from patchgrad.layergraph import LayerGraph
from patchgrad.session import Session, SessionWarning

from . import models


def test_training_in_a_cell_lowers_the_loss_and_ends_as_finished():
    session = models.session()
    found = models.losses(session, 40)
    assert (len(found), session.step_count, session.state) == (40, 40, "finished")
    assert sum(found[-8:]) < 0.7 * sum(found[:8])


def test_the_same_session_twice_gives_the_same_losses_bitwise():
    assert models.losses(models.session(), 30) == models.losses(models.session(), 30)


def test_making_a_session_changes_nothing_of_the_model_and_takes_no_batch():
    model, drawn = models.Perceptron(), []

    def loader():
        for batch in models.batches():
            drawn.append(batch)
            yield batch

    before = {name: tensor.data.copy() for name, tensor in model.state_dict().items()}
    session = models.session(model, loader=loader())
    assert models.same(before, {name: tensor.data for name, tensor in model.state_dict().items()})
    session.run(1, progress=False)
    assert len(drawn) == 1


def test_the_users_model_holds_the_trained_weights():
    model = models.Perceptron()
    session = models.session(model)
    session.run(5, progress=False)
    assert {id(p) for p in model.parameters()} == {id(p) for p in session.model.parameters()}


def test_steps_and_runs_and_the_background_go_on_from_one_another():
    session = models.session()
    session.step(3)
    assert (session.state, session.step_count) == ("paused", 3)
    session.run(4, progress=False)
    assert (session.state, session.step_count) == ("finished", 7)
    session.start(5).wait(30)
    assert (session.state, session.step_count) == ("finished", 12)
    session.step(2)
    assert (session.state, session.step_count) == ("paused", 14)
    session.close()


def test_how_the_steps_are_driven_makes_no_difference_to_the_bits():
    one, other = models.session(), models.session()
    one.run(12, progress=False)
    other.step(2)
    other.start(4).wait(30)
    other.run(5, progress=False)
    for batch in other:
        loss = other.loss_of(batch)
        other.optimizer.zero_grad()
        loss.backward()
        other.optimizer.step()
        break
    assert other.step_count == 12
    assert one.fingerprint() == other.fingerprint()
    other.close()


def test_pausing_the_background_stops_at_a_whole_step():
    session = models.session()
    session.start()
    session.pause()
    count, print_ = session.step_count, session.fingerprint()
    assert session.state == "paused"
    assert (session.step_count, session.fingerprint()) == (count, print_)
    session.close()


def test_a_paused_cell_waits_alive_until_play():
    session = models.session()
    asked = threading.Event()

    def at_step(event):
        if event == "step" and session.step_count == 3:
            session.drive.pause()
            asked.set()

    session.subscribe(at_step)
    cell = threading.Thread(target=session.run, args=(6,), kwargs={"progress": False})
    cell.start()
    asked.wait(30)
    edit = session.editing.submit(models.dropout_edit(0.5))
    edit.result(30)
    assert (session.state, session.step_count, cell.is_alive()) == ("paused", 3, True)
    session.play()
    cell.join(30)
    assert (session.state, session.step_count) == ("finished", 6)


def test_steps_asked_for_while_a_cell_waits_are_done_by_the_cell():
    session = models.session()
    threads = []
    session.subscribe(lambda event: threads.append(threading.current_thread()) if event == "step" else None)
    session.subscribe(lambda event: session.drive.pause() if event == "step" and session.step_count == 1 else None)
    cell = threading.Thread(target=session.run, args=(9,), kwargs={"progress": False})
    cell.start()
    while session.state != "paused":
        session.boundary.settle(session.boundary.submit(lambda: None), 30)
    session.step(2)
    assert (session.state, session.step_count) == ("paused", 3)
    session.play()
    cell.join(30)
    assert set(threads) == {cell}


def test_training_in_the_background_is_not_trained_a_second_time():
    session = models.session()
    session.start()
    with pytest.raises(SessionError, match="training already"):
        session.run(3)
    session.close()


def test_a_run_by_passes_ends_at_the_end_of_a_pass():
    session = models.session()
    session.run(epochs=2, progress=False)
    assert session.step_count == 16


def test_a_loader_that_ends_begins_anew_and_a_generator_ends_the_run():
    again = models.session(loader=models.batches(3))
    again.run(7, progress=False)
    once = models.session(loader=iter(models.batches(3)))
    once.run(7, progress=False)
    assert [again.step_count, once.step_count, once.state] == [7, 3, "finished"]


def test_a_loop_of_ones_own_is_one_pass_in_which_each_turn_is_a_boundary():
    session = models.session()
    seen = []
    for batch in session:
        loss = session.loss_of(batch)
        session.optimizer.zero_grad()
        loss.backward()
        session.optimizer.step()
        if session.step_count == 2:
            edit = session.apply(models.dropout_edit(0.3))
            seen.append(edit.status)
    seen.append(edit.status)
    assert (seen, edit.step, session.step_count, session.state) == (["queued", "applied"], 3, 8, "finished")


def test_a_loop_that_is_left_frees_the_session():
    session = models.session()
    for _ in session:
        break
    session.run(2, progress=False)
    assert session.state == "finished"


def test_events_tell_states_in_order_and_subscribing_returns_its_undo():
    session, states = models.session(), []
    forget = session.subscribe(lambda event: states.append(session.state) if event == "state" else None)
    session.run(2, progress=False)
    session.apply(models.dropout_edit(0.3))
    forget()
    session.run(2, progress=False)
    assert states == ["running", "finished", "applying", "finished"]


def test_a_listener_that_fails_harms_nobody_and_is_not_told_again(caplog):
    session, calls = models.session(), []

    def failing(event):
        calls.append(event)
        raise ValueError("mine")

    session.subscribe(failing)
    session.run(3, progress=False)
    assert (len(calls), session.step_count) == (1, 3)
    assert "mine" in caplog.text


def test_a_layer_graph_is_built_and_trained_with_an_optimizer_made_for_it():
    graph = LayerGraph.from_module(models.Perceptron(), models.batches(1)[0][0])
    session = Session(
        graph, models.batches(), loss=nn.CrossEntropyLoss(), optimizer=lambda p: optim.SGD(p, lr=0.1, momentum=0.9)
    )
    found = models.losses(session, 30)
    assert sum(found[-8:]) < sum(found[:8])


def test_metrics_are_measured_at_each_step():
    def accuracy(output, target):
        return (output.argmax(1) == target).data.mean()

    session = models.session(metrics={"accuracy": accuracy})
    session.run(40, progress=False)
    assert session.metrics["accuracy"] > 0.7


def test_a_session_for_the_same_model_closes_the_one_before():
    model = models.Perceptron()
    first, closed = models.session(model), []
    first.subscribe(lambda event: closed.append(event))
    first.start()
    second = models.session(model)
    assert closed[-1] == "closed"
    with pytest.raises(SessionError, match="closed"):
        first.run(1)
    second.run(2, progress=False)
    assert second.step_count == 2


def test_a_session_nobody_holds_is_freed_and_its_thread_ends():
    import gc
    import weakref

    session = models.session()
    session.start()
    session.pause()
    thread = session._worker._thread
    gone = weakref.ref(session)
    del session
    gc.collect()
    assert gone() is None
    thread.join(30)
    assert not thread.is_alive()


@pytest.mark.parametrize("bad", [0, -1, 1.5, True, "3"])
def test_a_number_of_steps_that_is_none_is_refused(bad):
    with pytest.raises(ArgumentError, match="is no count"):
        models.session().run(bad)


def test_parameters_of_another_model_in_the_optimizer_are_reported():
    other = nn.Linear(3, 3)
    model = models.Perceptron()
    optimizer = optim.SGD([*model.parameters(), *other.parameters()], lr=0.1)
    with pytest.warns(SessionWarning, match="2 parameters that are not in the model"):
        models.session(model, optimizer=optimizer)


def test_parameters_that_nobody_trains_are_reported_by_name():
    model = models.Perceptron()
    with pytest.warns(SessionWarning, match=r"does not train .*fc2\.weight"):
        models.session(model, optimizer=optim.SGD(model.fc1.parameters(), lr=0.1))


def test_the_progress_bar_is_plain_text_outside_a_notebook(capsys):
    models.session().run(3)
    assert "3/3" in capsys.readouterr().err


def test_without_watching_nothing_is_recorded():
    session = models.session(watch=False)
    session.run(2, progress=False)
    assert session.recorder is None


def test_the_script_of_the_edits_makes_the_same_layer_graph_on_the_same_model():
    session = models.session()
    session.apply(models.dropout_edit(0.3))
    session.apply(pg.edit.rename("fc1", "hidden"))
    with pytest.raises(GraphError):
        session.apply(pg.edit.rename("fc2", "class"))
    session.undo()
    session.apply(pg.edit.set("fc1", out_features=12))
    other = models.session()
    exec(session.script(), {"session": other, "pg": pg, "nn": nn})
    assert other.graph == session.graph
    assert len(session.script().splitlines()) == 4


def test_a_notebook_shows_its_state_and_its_graph_and_completes_the_names_of_branches() -> None:
    session = models.session()
    shown = session._repr_html_()
    assert shown.startswith("<details><summary>")
    assert "idle at step 0" in shown.partition("</summary>")[0]
    assert "<svg" in shown.partition("</summary>")[2]
    assert session.branches._ipython_key_completions_() == ["main"]
