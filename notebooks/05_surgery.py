# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Surgery on a living network
#
# **The question of this notebook: how much can you change a network while it learns, and how do you know that it helped?**
#
# You will
#
# 1. make a network wider and deeper, and lead a path around a layer, without losing what it learned,
# 2. take changes back,
# 3. mark a moment, go back to it, and compare two lives of one network,
# 4. let the old network run along in the shadow of the new one.
#
# All of it runs in a few seconds on any processor.

# %%
import os

import plotly.graph_objects as go

import patchgrad as pg
from patchgrad import nn, optim

share = float(os.environ.get("PATCHGRAD_TUTORIAL", 1))  # how long to train: 1 is meant for reading along
train, test = pg.datasets.digits(train=True), pg.datasets.digits(train=False)
pg.manual_seed(0)


def steps(count):
    return max(10, round(count * share))


# %% [markdown]
# ## The patient
#
# A network that is too small on purpose: 8 units to tell ten digits apart. The digits come with scikit-learn, 8 × 8 grey values each.

# %%
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 10))
loader = pg.data.DataLoader(train, batch_size=32, shuffle=True, seed=0)
session = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.Adam(model.parameters(), lr=2e-3))
session.studio()

# %%
session.run(steps=steps(150))


# %%
def accuracy():
    """Share of the test images that the network, as it is now, reads correctly."""
    images, labels = test.tensors
    with pg.no_grad():
        return (session.model(images).argmax(1) == labels).float().mean().item()


print(f"{accuracy():.1%} after {session.step_count} steps")
session.graph

# %% [markdown]
# ## Wider
#
# Eight units become 32. How can that be without starting again? New units are copies of old ones, and where two copies go into the
# next layer, each counts half. So the wider network computes the same as before, and only then do the copies learn to differ.
# This is called *Net2Net* (Chen, Goodfellow, Shlens 2016). Read in the receipt: `max |Δoutput|`, the largest change of any output.

# %%
wider = session.apply(pg.edit.set("linear1", out_features=32))
print(wider)

# %%
session.run(steps=steps(100))
print(f"{accuracy():.1%} after {session.step_count} steps")
print(wider.effect)

# %% [markdown]
# `effect` compares the loss after the edit with where it was heading before. It also says when nothing can be said.
#
# ## Deeper
#
# A new layer in the middle, with another `ReLU`. A `Linear` layer that is put onto an arrow starts as one that changes nothing.
# Two edits that belong together are one with `together`: they are done and undone as one.

# %%
deeper = session.apply(
    pg.edit.together(
        pg.edit.insert("relu1 -> linear2", nn.Linear(32, 32), name="middle"),
        pg.edit.insert("middle -> linear2", nn.ReLU(), name="bend"),
        words="one layer deeper",
    )
)
print(deeper)
session.run(steps=steps(100))
print(f"{accuracy():.1%} after {session.step_count} steps")

# %% [markdown]
# ## A path around it
#
# A *skip connection* leads the numbers around a layer and adds them to what comes out. The gradient comes through the short way too, so
# deep networks learn faster. It takes an `Add` and two arrows:

# %%
skip = session.apply(
    pg.edit.together(
        pg.edit.add("Add", name="join"),
        pg.edit.connect("relu1", "join.a"),
        pg.edit.connect("bend", "join.b"),
        pg.edit.connect("join", "linear2"),
        words="a path around the middle",
    )
)
print(skip)
session.graph

# %% [markdown]
# This one *does* change what the network computes: look at `max |Δoutput|`. It has to get used to it.

# %%
session.run(steps=steps(100))
print(f"{accuracy():.1%} after {session.step_count} steps")
pg.plots.loss(session)

# %% [markdown]
# ## Taken back
#
# Undo brings back the graph from before, with the weights that were in it. What the edit did not touch keeps all it learned since.

# %%
session.undo()
print(f"{accuracy():.1%} right after the undo")
session.redo()
print(f"{accuracy():.1%} right after the redo")

# %% [markdown]
# And an edit that cannot be done leaves no trace. It says why:

# %%
before = session.fingerprint()  # of graph, weights, optimizer and random streams
try:
    session.apply(pg.edit.connect("linear2", "linear1"))
except pg.errors.GraphError as problem:
    print(problem)
print("nothing was changed:", session.fingerprint() == before)

# %% [markdown]
# ## Two lives
#
# Did the skip connection help, or would the network have got there anyway? *Mark* the moment, and go on. Later *rewind* to the mark: all is
# as it was then, weights and random numbers and the place in the data too. From there on it is a new *branch*, and the first one is kept.

# %%
session.mark("before the choice")
session.apply(pg.edit.insert("relu1 -> middle", nn.Dropout(0.3)))
session.run(steps=steps(150))
with_dropout = accuracy()

session.rewind("before the choice", name="without dropout")
session.run(steps=steps(150))
print(f"with dropout {with_dropout:.1%}, without {accuracy():.1%}")
session.branches

# %%
difference = session.compare("main")
print(difference)
difference.figure()

# %% [markdown]
# The loss with dropout is higher: it makes learning harder on purpose. What counts is the accuracy on images that were not learned from.
#
# `session.switch("main")` would go on with the other branch, where it was left.
#
# ## A shadow
#
# The fairest comparison is on the same batches, at the same time. With `shadow`, the network without the edit is trained along for some
# steps. It is a copy in every respect.

# %%
edit = session.apply(pg.edit.insert("relu1 -> middle", nn.LayerNorm(32)), shadow=steps(100))
session.run(steps=steps(100))
print(edit.effect)

# %%
figure = go.Figure()
rows = list(edit.shadow.steps)
figure.add_scatter(x=rows, y=edit.shadow.losses, name="without", opacity=0.6)
steps_seen, losses = session.recorder.series("loss").read()
figure.add_scatter(x=steps_seen[-len(rows) :], y=losses[-len(rows) :], name="with LayerNorm")
figure.update_layout(title="Does the edit help, on the same batches?", xaxis_title="step", yaxis_title="loss", height=360)
figure

# %% [markdown]
# ## The evening as a script
#
# All that was done, by hand or here, is a list of edits that can be run again:

# %%
print(session.script())

# %% [markdown]
# ## Things to try by hand
#
# 1. **A skip connection by mouse.** In the studio, drag `Add` from the palette onto the arrow into the last layer. Then drag an arrow from
#    `relu1` to its open port. What does the studio say about the shapes, and what remedy does it offer?
# 2. **A mark.** Press *play*, and make a mark in the log. Delete a layer. When you have seen enough, rewind to the mark.
# 3. **Too much.** Make `linear1` 2 units wide, and then 32 again. What is lost, and where does the receipt say so?
#
# **Check yourself:** which of these edits changes what the network computes at that very moment, and which does not: wider, deeper, a skip
# connection, dropout? Say it before you look at the receipts. The next cell prints them again.

# %%
for entry in (wider, deeper, skip):
    print(entry, "\n")
