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
# # What will people like next?
#
# **The question of this notebook: can a network guess how somebody will like a film, even a film that nobody has rated yet?**
#
# You will
#
# 1. look at ratings that people gave to films,
# 2. build two *towers*, one for people and one for films, that meet in the middle,
# 3. compare its error with simple guesses,
# 4. look at what the network thinks films are, and
# 5. find films for somebody new.
#
# It takes about half a minute on two cores.

# %%
import os

import plotly.graph_objects as go

import patchgrad as pg
from patchgrad import nn, optim

share = float(os.environ.get("PATCHGRAD_TUTORIAL", 1))  # how long to train: 1 is meant for reading along
pg.manual_seed(0)

# %% [markdown]
# ## The data
#
# MovieLens: 100,836 ratings by 610 people, half a star to five stars. It is downloaded once (1 MB), and is not for commercial use.
# Where that is not possible, made-up people with made-up tastes stand in. The method is the same, the films are not worth seeing.

# %%
try:
    ratings = pg.datasets.movielens(download=True)
except pg.errors.DataError as problem:
    print(problem, "\n\nInstead: ratings that were made up.")
    ratings = pg.datasets.made_ratings()
print(ratings)
for row in range(3):
    print(ratings.titles[row], ratings.genres[row])

# %%
train, test = ratings.split(test_fraction=0.1, seed=0)  # one of ten is for the test
stars = train.tensors[1]
figure = go.Figure(go.Histogram(x=stars.numpy(), xbins={"start": 0.25, "end": 5.25, "size": 0.5}))
figure.update_layout(title="Which ratings do people give?", xaxis_title="stars", yaxis_title="ratings", height=320)
figure

# %% [markdown]
# ## Two simple guesses
#
# The error is measured in stars: *RMSE*, the root of the mean squared difference. The first guess is the mean of all ratings. The second adds how
# far this person and this film usually are from it; few ratings count less.

# %%
people, films = ratings.user_count, ratings.item_count


def rmse(guess, true):
    return ((guess - true) ** 2).mean().sqrt().item()


def usual(who, count, rest, caution=10):
    """How far each person, or film, usually is from the mean; drawn to 0 where there are few ratings."""
    sums = pg.zeros(count).index_add(0, who, rest)
    return sums / (pg.bincount(who, minlength=count) + caution)


mean = stars.mean()
who, what = train.tensors[0].unbind(1)
worth = usual(what, films, stars - mean)
mood = usual(who, people, stars - mean - worth[what])
test_who, test_what = test.tensors[0].unbind(1)
simple = {
    "the mean": rmse(mean, test.tensors[1]),
    "person and film": rmse(mean + mood[test_who] + worth[test_what], test.tensors[1]),
}
simple

# %% [markdown]
# ## Two towers
#
# Each person becomes an arrow of 16 numbers, and so does each film. If two arrows point the same way, the person will like the film: a rating is
# their *dot product*. Two further numbers say how kind the person is, and how good the film.
#
# The film's arrow is the sum of one of its own and of one for each of its genres. That will help with films nobody has seen.

# %%
WIDTH = 16
words = sorted({genre for genres in ratings.genres for genre in genres})
GENRES = pg.tensor([[float(word in genres) / len(genres) for word in words] for genres in ratings.genres])


@pg.layer
class Person(nn.Module):
    """An arrow for each person, and how kind the person is."""

    def __init__(self, count: int, width: int):
        super().__init__()
        self.count, self.width = count, width
        self.taste, self.mood = nn.Embedding(count, width), nn.Embedding(count, 1)
        nn.init.normal_(self.taste.weight, std=0.05)
        nn.init.zeros_(self.mood.weight)

    def forward(self, pairs):
        who = pairs[:, 0]
        mood = self.mood(who)
        return pg.cat([self.taste(who), mood, pg.ones_like(mood)], dim=1)


@pg.layer
class Film(nn.Module):
    """An arrow for each film, of its own and of its genres, and how good it is."""

    def __init__(self, count: int, width: int, mean: float):
        super().__init__()
        self.count, self.width, self.mean = count, width, mean
        self.own, self.worth = nn.Embedding(count, width), nn.Embedding(count, 1)
        self.genre = nn.Linear(len(words), width, bias=False)
        nn.init.normal_(self.own.weight, std=0.05)
        nn.init.zeros_(self.worth.weight)

    def arrows(self, what):
        return self.own(what) + self.genre(GENRES[what])

    def forward(self, pairs):
        what = pairs[:, 1]
        worth = self.worth(what) + self.mean
        return pg.cat([self.arrows(what), pg.ones_like(worth), worth], dim=1)


class TwoTowers(nn.Module):
    def __init__(self):
        super().__init__()
        self.person, self.film = Person(people, WIDTH), Film(films, WIDTH, mean.item())

    def forward(self, pairs):
        return (self.person(pairs) * self.film(pairs)).sum(1)


model = TwoTowers()
loader = pg.data.DataLoader(train, batch_size=512, shuffle=True, seed=0)
optimizer = optim.AdamW(model.parameters(), lr=5e-3, weight_decay=0.1)
session = pg.Session(model, loader, loss=nn.MSELoss(), optimizer=optimizer)
session.graph

# %%
session.studio()

# %%
session.run(steps=max(10, round(500 * share)))


# %%
def guess(pairs):
    with pg.no_grad():
        return session.model(pairs)


figures = simple | {"two towers": rmse(guess(test.tensors[0]), test.tensors[1])}
figure = go.Figure(go.Bar(x=list(figures), y=list(figures.values()), text=[f"{value:.3f}" for value in figures.values()]))
figure.update_layout(title="How many stars off is the guess? (less is better)", yaxis_title="RMSE", height=340)
figure

# %% [markdown]
# The step from the second to the third bar looks small, and is what such systems are about: simple guesses know who is kind and what is good, the towers know
# who likes *what*.
#
# ## What the network thinks films are
#
# Nobody told it what the films are about beyond a few genres. Here are the arrows of the most rated films, turned so that the two directions in
# which they differ most lie flat.

# %%
film = session.model.get_submodule("film")
known = pg.bincount(what, minlength=films).argsort(descending=True)[:60]
with pg.no_grad():
    arrows = film.arrows(known)
centred = arrows - arrows.mean(0)
_, _, directions = pg.linalg.svd(centred, full_matrices=False)
flat = centred @ directions[:2].T
names = [ratings.titles[row] for row in known.tolist()]
figure = go.Figure(go.Scatter(x=flat[:, 0].numpy(), y=flat[:, 1].numpy(), mode="markers+text", text=names))
figure.update_traces(textfont_size=8, textposition="top center")
figure.update_layout(title="Which films are liked by the same people?", width=900, height=640)
figure

# %% [markdown]
# ## A cold start
#
# Somebody new comes in and rates five films. All films stay as they are; only an arrow for this person is looked for. Your turn: change the films and the
# stars.

# %%
chosen = known[:5].tolist()
given = [5.0, 1.0, 4.5, 2.0, 3.0]
for row, value in zip(chosen, given, strict=True):
    print(f"{value} stars for {ratings.titles[row]}")

# %%
everything = pg.arange(films)
with pg.no_grad():
    arrows, worths = film.arrows(everything), film.worth(everything)[:, 0] + film.mean
taste = nn.Parameter(pg.zeros(WIDTH + 1))  # the arrow, and how kind
search = optim.Adam([taste], lr=0.05)
rows, wanted = pg.tensor(chosen), pg.tensor(given)
for _ in range(200):
    found = arrows[rows] @ taste[:-1] + taste[-1] + worths[rows]
    loss = ((found - wanted) ** 2).sum() + 2 * (taste**2).sum()  # five ratings shall not move it far
    search.zero_grad()
    loss.backward()
    search.step()

seen_often = pg.bincount(what, minlength=films) >= min(20, pg.bincount(what).max().item())
scores = (arrows @ taste.detach()[:-1] + taste.detach()[-1] + worths).masked_fill(~seen_often, 0)
for row in scores.argsort(descending=True).tolist()[:8]:
    print(f"{scores[row].item():.1f}  {ratings.titles[row]}  ({', '.join(ratings.genres[row])})")

# %% [markdown]
# ## Things to try by hand
#
# 1. **A deeper tower.** In the studio, drag `Dropout` onto the arrow from `person` to the product, and press *play*. Does the guess on the test get better?
# 2. **Freeze the films.** Click `film` and press `F`: only people learn now. How much of the error is left to them?
# 3. **Watch it learn too much.** Train 1,500 steps more. The loss goes down. And the error on the test?
#
# **Check yourself:** a film that nobody has rated gets only the arrow of its genres. Make two people who differ in their stars for one genre, and compare what
# the network tells them of a film with no ratings at all. (`pg.bincount(what, minlength=films) == 0` finds such films.)
