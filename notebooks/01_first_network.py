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
# # A first network, and how to change it while it learns
#
# **The question of this notebook: can you rebuild a network while it is learning, without losing what it has learned?**
#
# You will
#
# 1. look at real handwritten digits,
# 2. train a small network to read them,
# 3. watch it learn, layer by layer,
# 4. put a new layer into it *while it trains*, and take it out again.
#
# Everything runs on your processor in well under a minute. Press `Shift+Enter` to run a cell.

# %%
import plotly.graph_objects as go

import patchgrad as pg
from patchgrad import nn, optim

pg.manual_seed(0)

# %% [markdown]
# ## Real digits
#
# 1,797 scans of digits that people wrote, 8 × 8 grey values each. They come with scikit-learn, so nothing is
# downloaded. Four of five are for learning, the rest is for the test: the network never sees those while it learns.

# %%
train, test = pg.datasets.digits(train=True), pg.datasets.digits(train=False)
print(f"{len(train)} to learn from, {len(test)} to test with; one image is {tuple(train[0][0].shape)}")

rows = [pg.cat([train[10 * row + column][0][0] for column in range(10)], dim=1) for row in range(3)]
picture = go.Figure(go.Heatmap(z=pg.cat(rows, dim=0).numpy()[::-1], colorscale="Greys", showscale=False))
picture.update_layout(width=700, height=240, margin={"l": 0, "r": 0, "t": 0, "b": 0})
picture.update_xaxes(visible=False)
picture.update_yaxes(visible=False)
picture

# %% [markdown]
# ## A network
#
# Layers in a row. Each takes numbers, multiplies them with its *weights*, and hands the result on. A network learns by
# changing its weights. The last layer gives ten numbers: how much the image looks like a 0, a 1, … a 9.

# %%
model = nn.Sequential(
    nn.Flatten(),
    nn.Linear(64, 64),
    nn.ReLU(),
    nn.Linear(64, 32),
    nn.ReLU(),
    nn.Linear(32, 10),
)
loader = pg.data.DataLoader(train, batch_size=32, shuffle=True, seed=0)

# %% [markdown]
# A **session** joins the four things that learning needs: the model, the data, the *loss* (how wrong the answers are: it
# should go down), and the *optimizer* (how the weights are changed after each batch of 32 images).

# %%
session = pg.Session(
    model,
    loader,
    loss=nn.CrossEntropyLoss(),
    optimizer=optim.Adam(model.parameters(), lr=1e-3),
)
session.graph

# %% [markdown]
# ## The studio
#
# The next cell opens the studio: the layers as boxes, a palette of layers on the left, and plots below. It stays open and
# works while other cells run.

# %%
session.studio()

# %% [markdown]
# ## Learn
#
# 600 steps; in each, the network sees 32 images and changes its weights a little. Look up at the studio while this runs.

# %%
session.run(steps=600)


# %%
def accuracy(network, data):
    """Share of the images in ``data`` that the network reads correctly."""
    images, labels = data.tensors
    network.eval()
    with pg.no_grad():
        answers = network(images).argmax(1)
    network.train()
    return (answers == labels).float().mean().item()


print(f"{accuracy(session.model, test):.1%} of the test images are read correctly")

# %% [markdown]
# ## Change it while it learns
#
# A `Dropout` layer switches off a share of the numbers at random in each step, so that the network cannot lean on a few of
# them. In the studio you would drag it from the palette onto an arrow. Every drag has a twin in Python:

# %%
receipt = session.apply(pg.edit.insert("relu1 -> linear2", nn.Dropout(0.2)))
print(receipt)

# %% [markdown]
# Read the receipt: the new layer is in, and **all** trained weights were kept, with everything the optimizer
# remembers about them. Learning goes on from where it was, it does not start again:

# %%
session.run(steps=300)
print(f"step {session.step_count}: {accuracy(session.model, test):.1%}")
session.graph

# %% [markdown]
# ## Does the gradient reach the first layer?
#
# The *gradient* says in which direction each weight should move. If it fades on the way back to the first layers, they stop
# learning. Each plot of patchgrad answers one question like this.

# %%
pg.plots.gradient_flow(session)

# %%
pg.plots.loss(session)

# %% [markdown]
# The flag in the plot is your edit. If you do not like it, take it back: undo brings back the graph, and the other layers
# keep all that they learned since.

# %%
session.undo()
session.run(steps=100)
print(f"step {session.step_count}: {accuracy(session.model, test):.1%}")

# %% [markdown]
# ## The diagram is code
#
# What you see in the studio is always an ordinary class that you can take home:

# %%
print(session.graph.to_source())

# %% [markdown]
# ## Three things to try by hand
#
# 1. **Insert while it runs.** Press *play* in the studio (or the space bar). While the loss moves, drag `Tanh` from
#    the palette onto the arrow into the last layer. Watch the loss: a jump at the flag, then recovery. Press *undo*.
# 2. **Ask for the impossible.** Drag an arrow from the last layer back to the first box. The studio says why that cannot
#    be, and training is not disturbed.
# 3. **Make a layer wider.** Click the first `Linear`, change `out_features` from 64 to 128 and press Enter. What
#    has to change in the layer after it? Read the receipt in the log.
#
# **Check yourself:** which of the three changes loses something that was learned, and where in the receipt do you see it?
