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
# # Why does it not train?
#
# **The question of this notebook: six networks do not learn. What is wrong with each, and can it be cured without starting again?**
#
# Every network here was broken on purpose, in a way that happens to everyone. For each: look at the plots, guess, and then read on. The cure
# is done on the running network.
#
# All of it runs in a few seconds on any processor.

# %%
import os

import patchgrad as pg
from patchgrad import nn, optim

share = float(os.environ.get("PATCHGRAD_TUTORIAL", 1))  # how long to train: 1 is meant for reading along
train, test = pg.datasets.digits(train=True), pg.datasets.digits(train=False)


def patient(*layers, lr=1e-3, data=train):
    """A session on digits for a network of these layers."""
    pg.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), *layers)
    loader = pg.data.DataLoader(data, batch_size=32, shuffle=True, seed=0)
    return pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.Adam(model.parameters(), lr=lr))


def train_on(session, count=150):
    """Train, and say how it stands."""
    session.run(steps=max(10, round(count * share)), progress=False)
    images, labels = test.tensors
    with pg.no_grad():
        right = (session.model(images).argmax(1) == labels).float().mean().item()
    print(f"step {session.step_count}: loss {session.loss:.3f}, {right:.0%} of the test images read correctly")


# %% [markdown]
# A healthy one first, to compare with. By chance 10 % would be right, and the loss would be log 10 = 2.3.

# %%
healthy = patient(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
train_on(healthy)
pg.plots.gradient_flow(healthy)

# %% [markdown]
# ## Case 1: the loss jumps about

# %%
case = patient(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10), lr=3.0)
case.mark("start")
train_on(case)
pg.plots.loss(case)

# %%
pg.plots.update_ratio(case)

# %% [markdown]
# In each step the weights change by about as much as they are large. A thousandth is usual. The *learning rate* is far too large: each step
# leaps over the valley. Go back to the start, and take smaller steps:

# %%
case.rewind("start")
case.optimizer.param_groups[0]["lr"] = 1e-3
train_on(case)

# %% [markdown]
# ## Case 2: nothing moves at all

# %%
dead = nn.Linear(64, 32)
with pg.no_grad():
    dead.bias.fill_(-20.0)
case = patient(dead, nn.ReLU(), nn.Linear(32, 10))
train_on(case)

# %% [markdown]
# `pg.findings` reads what was measured while it trained, and says what it thinks of it, with the cure as an edit. Another question can be asked of one
# parameter: why is its gradient as it is?

# %%
pg.findings(case)

# %%
loss = nn.functional.cross_entropy(case.model(test.tensors[0]), test.tensors[1])
print(pg.explain_grad(dead.weight, loss))

# %% [markdown]
# Every unit gets a large negative number, `ReLU` makes zero of it for every image, and through a zero no gradient comes back. *Dead units.*
# A `LeakyReLU` lets a little through on the negative side, so the units can find their way back:

# %%
case.apply(pg.edit.replace("relu1", nn.LeakyReLU(0.1)))
train_on(case, 400)

# %% [markdown]
# ## Case 3: the first layers sleep

# %%
deep = [layer for _ in range(6) for layer in (nn.Linear(32, 32), nn.Sigmoid())]
case = patient(nn.Linear(64, 32), nn.Sigmoid(), *deep, nn.Linear(32, 10))
train_on(case)
pg.plots.gradient_flow(case)

# %%
pg.findings(case)

# %% [markdown]
# The scale is logarithmic: the gradient of the first layer is many thousand times smaller than that of the last. The slope of a sigmoid is a quarter
# at most, and seven of them multiply to almost nothing. *Vanishing gradients.* Replace them all at once by `Tanh`, whose slope is 1 in the middle:

# %%
sigmoids = [node.name for node in case.graph.nodes.values() if node.kind == "Sigmoid"]
case.apply(pg.edit.together(*[pg.edit.replace(name, nn.Tanh()) for name in sigmoids], words="Tanh everywhere"))
train_on(case, 300)
pg.plots.gradient_flow(case)

# %% [markdown]
# ## Case 4: it learns, but slowly, and never gets sure

# %%
case = patient(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10), nn.Softmax(dim=1))
train_on(case)
case.graph

# %%
pg.findings(case)

# %% [markdown]
# The loss does not get below 1.46 even when every answer is right. Look at the end of the network: `Softmax`. But `CrossEntropyLoss` has a softmax of its own
# inside. Doubled, it flattens everything. Take it out, and all that was learned stays:

# %%
case.apply(pg.edit.remove("softmax1"))
train_on(case)

# %% [markdown]
# ## Case 5: the loss is not a number


# %%
@pg.layer
class Logarithm(nn.Module):
    """The logarithm of each number."""

    def forward(self, x):
        return x.log()


raw = pg.datasets.digits(normalize=False)  # from 0, paper, to 1, ink
case = patient(Logarithm(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10), data=raw)
try:
    case.run(steps=10, progress=False)
except pg.errors.SessionError as problem:
    print(problem)

# %%
images, labels = raw.tensors
print(pg.find_nan(lambda: nn.functional.cross_entropy(case.model(images[:32]), labels[:32])))

# %% [markdown]
# `find_nan` says which operation began it, in which line, and from what numbers: the logarithm of 0, as paper has no ink. The session stopped before
# the bad step did harm. Without the layer it goes on:

# %%
case.apply(pg.edit.remove("logarithm1"))
case.run(steps=max(10, round(150 * share)), progress=False)
case

# %% [markdown]
# ## Case 6: half of it learns

# %%
case = patient(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10), lr=3e-3)
case.apply(pg.edit.freeze("linear1"))
train_on(case)
pg.plots.update_ratio(case)

# %% [markdown]
# The plot shows one layer only. Which one is missing? Ask for its gradient:

# %%
first = case.model.get_submodule("linear1").weight
print(pg.explain_grad(first, nn.functional.cross_entropy(case.model(test.tensors[0]), test.tensors[1])))

# %% [markdown]
# Somebody froze it; in the studio it has a mark. Frozen layers are useful, when it is on purpose.

# %%
case.apply(pg.edit.freeze("linear1", False))
train_on(case)
case.studio()

# %% [markdown]
# ## Things to try by hand
#
# The studio above holds the last case.
#
# 1. **Break it.** Press *play*. Drag a second `Softmax` onto the last arrow. Which plot tells you first?
# 2. **Break it again.** Undo, and drag five `Sigmoid` layers onto the arrow behind `relu1`. Watch the gradient plot while you do so.
# 3. **Cure it** without undo: with one skip connection (`Add`) around the five of them.
#
# **Check yourself:** the networks of case 2 and case 6 both have a first layer that does not learn. In one of them its gradient is zero, in the other there is
# none. Which is which, and why does patchgrad tell them apart?
