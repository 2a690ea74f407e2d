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
# # A network that decides how long to think
#
# **The question of this notebook: what becomes of the graph, when a network takes another way for each batch?**
#
# You will
#
# 1. write a network with an `if` and a loop,
# 2. see the graph of an easy and of a hard case,
# 3. count which way was taken how often while it learned.
#
# All of it runs in a few seconds on any processor.

# %%
import os
from collections import Counter

import plotly.graph_objects as go

import patchgrad as pg
from patchgrad import nn, optim

share = float(os.environ.get("PATCHGRAD_TUTORIAL", 1))  # how long to train: 1 is meant for reading along
train = pg.datasets.digits()
loader = pg.data.DataLoader(train, batch_size=64, shuffle=True, seed=0)
pg.manual_seed(0)

# %% [markdown]
# ## Plain Python
#
# Some libraries want the whole graph before anything is computed. patchgrad writes it down *while* your code runs, so your code may be any
# Python. This network looks at digits, and says how sure it is. If it is not sure, it thinks once more, four times at most:


# %%
class Thinker(nn.Module):
    def __init__(self):
        super().__init__()
        self.look = nn.Linear(64, 32)
        self.think = nn.Linear(32, 32)
        self.say = nn.Linear(32, 10)

    def forward(self, images):
        x = self.look(images.flatten(1)).relu()
        for _ in range(4):
            answer = self.say(x)
            sure = answer.softmax(1).amax(1).mean()
            if sure > 0.9:
                break
            x = x + self.think(x).relu()
        return answer


model = Thinker()
images, labels = next(iter(loader))

# %% [markdown]
# ## Before it has learned
#
# It is never sure, so it goes around four times. The same weights, `think.weight`, are used again and again:

# %%
before = pg.draw(model, images)
print(len(before.ops), "operations")
before

# %% [markdown]
# ## While it learns
#
# An ordinary loop. `pg.watch` looks over its shoulder. Each graph has a *structure*, equal for equal graphs, so we can count.

# %%
ways = []
optimizer = optim.Adam(model.parameters(), lr=3e-3)
with pg.watch(model, every=1) as view:
    for _ in range(max(1, round(12 * share))):
        for images, labels in loader:
            loss = nn.functional.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            ran = Counter(op.path for op in view.snapshot.ops)
            ways.append((view.snapshot.structure, ran["think"]))

for (structure, thoughts), count in Counter(ways).most_common():
    print(f"graph {structure[:8]}: {count} steps, thought {thoughts} times before each answer was final")

# %%
figure = go.Figure(go.Scatter(y=[thoughts for _, thoughts in ways], mode="markers"))
figure.update_layout(title="How often does it think, step by step?", xaxis_title="step", yaxis_title="thoughts", height=340)
figure

# %% [markdown]
# At first it always thinks four times. As it gets better at it, it gets sure sooner, and the graph gets shorter.
#
# ## After it has learned

# %%
after = pg.draw(model, images)
print(len(after.ops), "operations, before it were", len(before.ops))
after

# %% [markdown]
# Which operations are in both? This is the *union* of the two graphs, with how many of them have each operation:

# %%
union = Counter(op.id for snapshot in (before, after) for op in snapshot.ops)
for name, count in union.items():
    print(f"{'both' if count == 2 else 'one '}  {name}")

# %% [markdown]
# ## In the studio
#
# A network that looks at values while it runs cannot be taken apart into boxes and arrows: they would be true for one batch only. It stays
# one *closed* box. What is inside can still be looked at and tuned.

# %%
session = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optimizer)
session.run(steps=10, progress=False)
session.studio()

# %%
session.graph

# %% [markdown]
# ## Things to try by hand
#
# 1. **Open the box.** Click it in the studio, and find its three layers in the inspector.
# 2. **Put something before it.** Drag `Dropout` onto the arrow into the box and press *play*. Then press `Ctrl+Z`.
# 3. **Less sure.** Change `0.9` to `0.99` in the class, and run the notebook again. How often does it think now?
#
# **Check yourself:** the gradient of `think.weight` is a sum. Of how many parts, for a batch that was thought about three times? Where in the picture can
# you count them?
