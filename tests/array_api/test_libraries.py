"""SciPy and scikit-learn take tensors and give tensors, when their array-API dispatch is on."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import array_api as xp

pytest.importorskip("sklearn", reason="brings SciPy too: pip install scikit-learn")
import sklearn

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 5))
LABELS = (X[:, 0] + X[:, 1] + 0.3 * rng.normal(size=40) > 0).astype("int64")
GUESS = (X[:, 0] > 0).astype("int64")
CHANCE = 1 / (1 + np.exp(-X[:, 0]))
TARGET = X @ np.arange(5.0)
V, W = np.abs(X[:, 0]) + 0.1, np.abs(X[:, 1]) + 0.1
SEED = {"random_state": 0}
SQUARE = X.T @ X + np.eye(5)
PAIR = np.abs(X), np.abs(X) + 1


def told(value: Any) -> Any:
    """Arrays as tensors, also inside tuples and dictionaries."""
    if isinstance(value, np.ndarray):
        return pg.from_numpy(value)
    return tuple(told(entry) for entry in value) if isinstance(value, tuple) else value


def arrays(value: Any) -> Iterator[Any]:
    """What a function gave, one by one; the places of results that are objects stay theirs."""
    if isinstance(value, (tuple, list)):
        for entry in value:
            yield from arrays(entry)
    else:
        yield value


def check(function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """On tensors a function gives tensors (or Python numbers) of the values that it gives on arrays."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of NumPy's edges, in the libraries' own code
        expected = list(arrays(function(*args, **kwargs)))
        found = list(arrays(function(*told(args), **kwargs)))
    assert len(found) == len(expected)
    for mine, theirs in zip(found, expected, strict=True):
        assert isinstance(mine, pg.Tensor) or np.isscalar(mine), type(mine)
        assert not (isinstance(theirs, np.ndarray) and np.isscalar(mine))
        value = mine.numpy() if isinstance(mine, pg.Tensor) else mine
        assert np.shape(value) == np.shape(theirs)
        np.testing.assert_allclose(value, theirs, rtol=1e-7, atol=1e-9)


def find(name: str) -> Any:
    room, _, function = name.rpartition(".")
    return getattr(import_module(room), function)


def each(names: str, *args: Any) -> dict[str, tuple[Any, ...]]:
    """Calls of functions with the same arguments: ``"room: name name"``."""
    room, _, functions = names.partition(": ")
    return {f"{room}.{name}": args for name in functions.split()}


SCIPY = {
    **each(
        "scipy.special: expit logit erf erfc gammaln i0 i0e i1 i1e ndtr ndtri log_ndtr entr exp1 sinc digamma", V * 0.3
    ),
    **each("scipy.special: xlogy gammainc gammaincc rel_entr kl_div betaln chdtr chdtrc poch xlog1py zeta", V, W + 1),
    **each("scipy.special: betainc", V, W, V * 0.1),
    **each("scipy.special: logsumexp softmax log_softmax", X, 1),
    **each("scipy.fft: fft ifft rfft irfft hfft ihfft fftn ifftn rfftn irfftn fft2 fftshift ifftshift dct idct dst", X),
    **each("scipy.stats: zscore skew kurtosis sem variation moment gmean hmean entropy gstd tmean iqr", V),
    **each("scipy.stats: differential_entropy skewtest kurtosistest normaltest jarque_bera chisquare", V),
    **each("scipy.stats: pearsonr ttest_ind ttest_rel zmap bartlett f_oneway", V, W),
    **each("scipy.signal: detrend hilbert", V),
    **each("scipy.signal: convolve", V, W),
    **each("scipy.ndimage: gaussian_filter", X, 1.0),
    **each("scipy.integrate: trapezoid simpson cumulative_trapezoid", V),
    **each("scipy.cluster.vq: whiten", X),
}  # fmt: skip


@pytest.mark.parametrize("name", SCIPY)
def test_a_function_of_scipy_gives_tensors(name):
    check(find(name), *SCIPY[name])


def test_solvers_of_scipy_call_a_function_of_tensors():
    from scipy import differentiate, integrate
    from scipy.optimize import elementwise

    zero, two = xp.asarray(0.0, dtype=xp.float64), xp.asarray(2.0, dtype=xp.float64)
    root = elementwise.find_root(lambda x: x * x - 2, (zero, two)).x
    area = integrate.tanhsinh(lambda x: xp.exp(-x), zero, two).integral
    slope = differentiate.derivative(xp.exp, zero).df
    found = [float(entry) for entry in (root, area, slope)]
    np.testing.assert_allclose(found, [2**0.5, 1 - np.exp(-2), 1], rtol=1e-7)
    assert all(isinstance(entry, pg.Tensor) for entry in (root, area, slope))


def test_what_scipy_computes_with_our_functions_is_on_the_tape():
    from scipy import special

    x = pg.tensor([[1.0, 2.0, 4.0]], dtype=pg.float64, requires_grad=True)
    special.logsumexp(x, axis=1).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), np.asarray(special.softmax(x.detach().numpy(), axis=1)))


# --- scikit-learn ---------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def dispatch() -> Iterator[None]:
    with sklearn.config_context(array_api_dispatch=True):
        yield


def fitted(name: str, method: str, **settings: Any) -> Callable[..., Any]:
    """What an estimator gives after it was fitted."""

    def call(x: Any, *y: Any) -> Any:
        model = find(f"sklearn.{name}")(**settings).fit(x, *y)
        return getattr(model, method)(x)

    return call


ESTIMATORS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    **{
        f"{name.rpartition('.')[2]} {method}": (fitted(name, method, **settings), data)
        for name, method, data, settings in (
            ("decomposition.PCA", "transform", (X,), {"n_components": 2, "svd_solver": "full"}),
            ("decomposition.PCA", "score_samples", (X,), {"n_components": 2, "svd_solver": "covariance_eigh"}),
            ("linear_model.Ridge", "predict", (X, TARGET), {"solver": "svd"}),
            ("linear_model.RidgeCV", "predict", (X, TARGET), {}),
            ("linear_model.RidgeClassifier", "predict", (X, LABELS), {"solver": "svd"}),
            ("linear_model.LogisticRegression", "predict", (X, LABELS), {"solver": "lbfgs"}),
            ("discriminant_analysis.LinearDiscriminantAnalysis", "predict", (X, LABELS), {}),
            ("discriminant_analysis.LinearDiscriminantAnalysis", "predict_proba", (X, LABELS), {}),
            ("discriminant_analysis.LinearDiscriminantAnalysis", "transform", (X, LABELS), {}),
            ("naive_bayes.GaussianNB", "predict_proba", (X, LABELS), {}),
            ("mixture.GaussianMixture", "predict", (X,), {"n_components": 2, "init_params": "random", **SEED}),
            ("kernel_approximation.Nystroem", "transform", (X,), {"n_components": 5, **SEED}),
            ("preprocessing.StandardScaler", "transform", (X,), {}),
            ("preprocessing.StandardScaler", "inverse_transform", (X,), {}),
            ("preprocessing.MinMaxScaler", "transform", (X,), {}),
            ("preprocessing.MaxAbsScaler", "transform", (X,), {}),
            ("preprocessing.Normalizer", "transform", (X,), {}),
            ("preprocessing.PolynomialFeatures", "transform", (X,), {}),
            ("preprocessing.Binarizer", "transform", (X,), {}),
            ("preprocessing.KernelCenterer", "transform", (SQUARE,), {}),
            ("preprocessing.LabelEncoder", "transform", (LABELS,), {}),
            ("preprocessing.LabelBinarizer", "transform", (LABELS,), {}),
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("name", ESTIMATORS)
def test_an_estimator_of_scikit_learn_fits_tensors_and_gives_tensors(name):
    call, data = ESTIMATORS[name]
    check(call, *data)


def test_what_an_estimator_learned_is_tensors():
    from sklearn.decomposition import PCA

    learned = PCA(2, svd_solver="full").fit(pg.from_numpy(X))
    assert isinstance(learned.components_, pg.Tensor)
    assert learned.components_.dtype is pg.float64
    assert PCA(2, svd_solver="full").fit(pg.from_numpy(X.astype("float32"))).components_.dtype is pg.float32


METRICS = {
    **each("sklearn.metrics: accuracy_score zero_one_loss confusion_matrix f1_score precision_score", LABELS, GUESS),
    **each("sklearn.metrics: recall_score jaccard_score hamming_loss balanced_accuracy_score", LABELS, GUESS),
    **each("sklearn.metrics: cohen_kappa_score multilabel_confusion_matrix", LABELS, GUESS),
    **each("sklearn.metrics: roc_auc_score average_precision_score log_loss brier_score_loss", LABELS, CHANCE),
    **each("sklearn.metrics: roc_curve precision_recall_curve det_curve", LABELS, CHANCE),
    **each("sklearn.metrics: r2_score mean_squared_error mean_absolute_error root_mean_squared_error", V, W),
    **each("sklearn.metrics: max_error explained_variance_score mean_absolute_percentage_error", V, W),
    **each("sklearn.metrics: median_absolute_error d2_tweedie_score mean_pinball_loss mean_poisson_deviance", V, W),
    **each("sklearn.metrics: mean_gamma_deviance mean_squared_log_error", V, W),
    **each("sklearn.metrics.pairwise: euclidean_distances cosine_similarity cosine_distances linear_kernel", *PAIR),
    **each("sklearn.metrics.pairwise: polynomial_kernel rbf_kernel sigmoid_kernel laplacian_kernel", *PAIR),
    **each("sklearn.metrics.pairwise: chi2_kernel additive_chi2_kernel manhattan_distances", *PAIR),
    **each("sklearn.metrics.pairwise: paired_euclidean_distances paired_cosine_distances", *PAIR),
}


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_of_scikit_learn_takes_tensors(name):
    check(find(name), *METRICS[name])


def test_a_pipeline_is_searched_and_cross_validated():
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def scores(x: Any, y: Any, target: Any) -> tuple[Any, ...]:
        model = make_pipeline(StandardScaler(), LinearDiscriminantAnalysis())
        search = GridSearchCV(Ridge(solver="svd"), {"alpha": [0.1, 10.0]}, cv=3).fit(x, target)
        return float(cross_val_score(model, x, y, cv=3).mean()), float(search.best_score_)

    check(scores, X, LABELS, TARGET)
    check(lambda x, y: tuple(train_test_split(x, y, random_state=0)), X, LABELS)
