"""Whatever goes wrong: a clear error, the session at its last good step, and training that can go on."""

import signal

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.backend.random import default_stream
from patchgrad.errors import ArgumentError, DataError, GraphError, PatchgradError, SessionError, ShapeError
from patchgrad.layergraph import PortRef, commands
from patchgrad.session import Session

from . import models

NAN = float("nan")


def faulty(bad, at=2):
    """Good batches with a bad one among them."""
    good = models.batches()
    return [*good[:at], bad, *good[at:]]


def run_into(session, error, match):
    """Run until the fault; the error. The state is that of the last good step, bit by bit."""
    prints = [session.fingerprint()]
    forget = session.subscribe(lambda event: prints.append(session.fingerprint()) if event == "step" else None)
    with pytest.raises(error, match=match) as raised:
        session.run(20, progress=False)
    forget()
    assert session.fingerprint() == prints[-1]
    assert (session.state, session.step_count) == ("fault", len(prints) - 1)
    assert session.fault.text == str(raised.value)
    return raised.value


GOOD_X, GOOD_Y = models.batches(1)[0]


@pytest.mark.parametrize(
    ("bad", "error", "match", "layer"),
    [
        ((pg.zeros((16, 5)), GOOD_Y), ShapeError, None, "fc1"),
        ((pg.zeros((16, 6, 1)), GOOD_Y), PatchgradError, None, "fc1"),
        ((GOOD_X, pg.zeros((16, 3))), PatchgradError, None, ""),
        ((GOOD_X, GOOD_Y + 7), PatchgradError, None, ""),
        ((["a", "b"], GOOD_Y), DataError, "part 0 of a batch is no array", ""),
        (GOOD_X, DataError, "cannot be split into inputs and target", ""),
        ((GOOD_X,), DataError, "cannot be split into inputs and target", ""),
    ],
    ids=["features", "axes", "target shape", "class index", "text", "no pair", "a single part"],
)
def test_a_batch_of_the_wrong_form_is_told_with_its_layer_and_training_goes_on(bad, error, match, layer):
    session = models.session(loader=faulty(bad))
    raised = run_into(session, error, match)
    assert raised.got
    assert raised.want or raised.hint
    assert "step 3" in raised.where
    assert session.fault.layer == layer
    session.run(4, progress=False)
    assert (session.step_count, session.fault) == (6, None)


def test_nan_in_the_data_is_told_as_such_and_the_batch_is_skipped():
    x = GOOD_X.numpy().copy()
    x[3, 1] = NAN
    session = models.session(loader=faulty((pg.tensor(x), GOOD_Y)))
    raised = run_into(session, DataError, "not finite")
    assert raised.got == "1 of 96 values in part 0 of the batch are NaN or infinite"
    session.run(5, progress=False)
    assert session.step_count == 7


def test_weights_that_blow_up_are_told_with_the_first_layer_that_does():
    session = models.session(optimizer=lambda p: optim.SGD(p, lr=1e30))
    raised = run_into(session, SessionError, "not finite")
    assert "learning rate" in raised.hint
    assert session.fault.layer


def test_a_gradient_that_is_not_finite_does_not_reach_the_weights():
    def loss(output, target):
        return pg.sqrt((output * 0.0).sum()) + output.sum() * 0.0

    raised = run_into(models.session(loss=loss), SessionError, "the gradient is not finite")
    assert raised.got.startswith("nan")


def test_large_gradients_are_not_taken_for_infinite_ones():
    session = models.session(
        loss=lambda output, target: output.sum() * 1e25, optimizer=lambda p: optim.SGD(p, lr=1e-30)
    )
    session.run(2, progress=False)
    assert session.step_count == 2


def test_a_model_without_parameters_is_refused():
    with pytest.raises(SessionError) as error:
        Session(nn.Sequential(nn.ReLU()), models.batches(), loss=nn.MSELoss(), optimizer=optim.SGD)
    assert (error.value.got, error.value.want) == ("ReLU", "at least one layer with weights")


def test_an_empty_loader_is_refused():
    with pytest.raises(DataError, match="the loader is empty"):
        models.session(loader=[])


def test_a_loader_that_raises_is_a_fault_at_the_last_good_step_and_goes_on():
    class Stumbling:
        def __iter__(self):
            yield from models.batches(3)
            raise OSError("disk gone")

    session = models.session(loader=Stumbling())
    run_into(session, OSError, "disk gone")
    session.run(3, progress=False)
    assert session.step_count == 6


def test_a_loss_that_is_not_one_number_is_refused_with_its_shape():
    session = models.session(loss=lambda output, target: output)
    raised = run_into(session, SessionError, "the loss is not one number")
    assert raised.got == "shape (16, 2)"


@pytest.mark.parametrize("bad", ["fc1", None, nn.Dropout(0.2)], ids=["text", "nothing", "a layer"])
def test_what_is_no_edit_is_refused(bad):
    with pytest.raises(ArgumentError, match="cannot apply this") as error:
        models.session().apply(bad)
    assert "pg.edit" in error.value.hint


@pytest.mark.parametrize(
    "edit",
    [
        pg.edit.insert("nothing -> fc2", nn.Dropout(0.2)),
        pg.edit.connect("fc2", "fc1"),
        pg.edit.disconnect("fc2"),
        pg.edit.remove("x"),
        pg.edit.set("fc1", in_features=7),
        pg.edit.set("fc2", out_features=1),
        pg.edit.set("fc1", out_features=-3),
        pg.edit.insert("drop1 -> fc2", nn.Conv2d(3, 3, 3)),
        pg.edit.rename("fc1", "class"),
    ],
    ids=repr,
)
def test_an_edit_that_cannot_be_leaves_no_trace_and_says_why(edit):
    touched, alone = models.session(), None
    touched.run(5, progress=False)
    before = touched.fingerprint()
    with pytest.raises(GraphError) as error:
        touched.apply(edit)
    assert touched.fingerprint() == before
    assert (touched.log[-1].status, touched.state, touched.live.revision) == ("refused", "finished", 0)
    assert error.value.got or error.value.want or error.value.hint
    later = models.losses(touched, 5)
    alone = models.session()
    assert models.losses(alone, 10)[5:] == later


def test_an_output_that_the_loss_cannot_take_is_refused_before_it_harms():
    session = models.session()
    session.run(2, progress=False)
    session.apply(pg.edit.set("output", shape=None))
    before = session.fingerprint()
    with pytest.raises(GraphError, match="the loss cannot be computed after this edit"):
        session.apply(pg.edit.set("fc2", out_features=1))
    assert session.fingerprint() == before


class Noisy(nn.Module):
    """Draws from the default stream in every mode: the tracer leaves it closed."""

    def forward(self, x):
        return nn.functional.dropout(x, 0.5, training=True)


def test_trying_an_edit_draws_no_random_numbers_that_training_would_draw():
    model = nn.Sequential(nn.Linear(6, 8), Noisy(), nn.Linear(8, 2))
    session = models.session(model)
    session.run(2, progress=False)
    stream = default_stream()
    before = (stream.key, stream.offset)
    session.apply(pg.edit.rename(session.graph.of_kind("Linear")[0].name, "first"))
    session.apply(pg.edit.insert("first -> " + session.graph.of_kind("Closed")[0].name, nn.ReLU()))
    assert (stream.key, stream.offset) == before


def test_a_command_for_a_revision_that_is_gone_is_refused():
    session = models.session()
    rename = commands.Rename(session.graph.by_name("fc1").uid, "hidden")
    edit = session.editing.submit(rename, "studio", revision=17)
    with pytest.raises(GraphError, match="the picture that this edit was made on is gone") as error:
        session.editing.now(edit)
    assert error.value.got == "revision 17"


def test_a_stale_command_is_applied_where_nothing_it_names_has_changed_and_refused_where_it_has():
    session = models.session()
    fc1, fc2 = (session.graph.by_name(name).uid for name in ("fc1", "fc2"))
    session.apply(commands.Rename(fc1, "first"))
    assert session.editing.now(session.editing.submit(commands.Freeze(fc2), revision=0)).status == "applied"
    stale = session.editing.submit(commands.InsertOnEdge(PortRef(fc1, "x"), "ReLU"), revision=0)
    with pytest.raises(GraphError, match="first has changed since this edit was made"):
        session.editing.now(stale)


def test_undo_with_nothing_to_undo_is_refused_and_logged():
    session = models.session()
    with pytest.raises(GraphError, match="nothing to undo"):
        session.undo()
    assert session.log[-1].status == "refused"


def test_training_inside_a_step_is_refused():
    session = models.session()
    errors = []

    def again(event):
        if event == "step" and not errors:
            try:
                session.run(1)
            except SessionError as error:
                errors.append(error)

    session.subscribe(again)
    session.run(3, progress=False)
    assert (len(errors), session.step_count) == (1, 3)


def test_an_edit_inside_a_step_waits_for_the_boundary():
    session, edits = models.session(), []

    def edit(event):
        if event == "step" and not edits:
            edits.append(session.apply(models.dropout_edit(0.1)))
            edits.append(edits[0].status)

    session.subscribe(edit)
    session.run(3, progress=False)
    assert (edits[1], edits[0].status, edits[0].step) == ("queued", "applied", 1)


def interrupting(session, times, at=2):
    """Interrupt ``times`` times in the middle of a step, as the kernel's stop button does."""
    quick = session.live.setup.loss

    def loss(output, target):
        if session.step_count == at and not done:
            done.append(1)
            session.live.setup.loss = quick
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)
        return quick(output, target)

    done: list[int] = []
    session.live.setup.loss = loss


@pytest.mark.parametrize(("times", "steps"), [(1, 3), (2, 2)], ids=["one finishes the step", "two break it off"])
def test_an_interrupt_in_mid_step_leaves_a_whole_number_of_steps(times, steps):
    session = models.session()
    interrupting(session, times)
    with pytest.raises(KeyboardInterrupt):
        session.run(10, progress=False)
    assert (session.state, session.step_count) == ("paused", steps)
    session.run(10 - steps, progress=False)
    print_, twin = session.fingerprint(), models.session()
    twin.run(10, progress=False)
    assert twin.fingerprint() == print_


def test_no_number_of_interrupts_breaks_an_update_in_two():
    session = models.session()
    update = session.optimizer.step

    def step():
        for _ in range(5):
            signal.raise_signal(signal.SIGINT)
        update()

    session.optimizer.step = step
    with pytest.raises(KeyboardInterrupt):
        session.run(10, progress=False)
    assert (session.state, session.step_count) == ("paused", 1)


def test_an_interrupt_ends_a_cell_that_waits_paused():
    session = models.session()

    def pause(event):
        if event == "state" and session.state == "paused":
            signal.raise_signal(signal.SIGINT)
        if event == "step":
            session.drive.pause()

    session.subscribe(pause)
    with pytest.raises(KeyboardInterrupt):
        session.run(10, progress=False)
    assert (session.state, session.step_count) == ("paused", 1)


def test_the_handler_of_interrupts_is_put_back():
    before = signal.getsignal(signal.SIGINT)
    models.session().run(2, progress=False)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_fault_in_the_background_is_raised_by_wait():
    session = models.session(loader=faulty(GOOD_X))
    session.start()
    with pytest.raises(DataError, match="cannot be split"):
        session.wait(30)
    assert session.state == "fault"
    session.step(2)
    assert (session.step_count, session.fault) == (4, None)
    session.close()
