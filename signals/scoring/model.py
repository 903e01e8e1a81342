"""What does a model say of a case, and why? Plain parameters, whole points that add up, and words when it is not sound.

A model is one of two kinds. A `Scorecard` adds up whole points, one number per column, and can be read by people. A
`Forest` adds up trees. Both are numbers only: no code is loaded, and scikit-learn is not needed to use one. Points are
computed in whole numbers, so that the same case has the same score in any batch and on any machine.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from signals.errors import FaultsError
from signals.scoring.forest import Forest
from signals.scoring.framework import MAXIMUM
from signals.scoring.scorecard import Scorecard, sigmoid
from signals.scoring.sound import faults_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST: Final = 2_000_000
"""A model that takes more bytes than this is refused."""


class ModelError(FaultsError):
    """What is written there is no sound model; nothing was scored with it."""


Model = Scorecard | Forest


def contributions(model: Model, values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Why does each case have its score? Cases × (columns + 1); the first is the basis, the usual case's points.

    A row adds up to the total before it is kept within 0 and 100, exactly.
    """
    return model.contributed(values)


def points(model: Model, values: NDArray[np.float64]) -> NDArray[np.int64]:
    """The score of each case, 0–100. Values are cases × columns, in the order of the model's; nan is unknown."""
    return np.asarray(np.clip(model.contributed(values).sum(axis=1), 0, MAXIMUM), dtype=np.int64)


def margin(model: Model, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The log-odds of each case, before calibration and rounding."""
    return model.margins(values)


def probability(model: Model, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The calibrated chance of each case."""
    return sigmoid(model.calibration.slope * model.margins(values) + model.calibration.shift)


def encode(model: Model) -> str:
    """Write a model down; the same model gives the same text."""
    return msgspec.json.encode(model, order="sorted").decode()


def digest(text: str) -> str:
    """The SHA-256 of a written model, in hexadecimals: what tells whether it is still the one that was approved."""
    return hashlib.sha256(text.encode()).hexdigest()


def decode(text: str) -> Model:
    """Read a written model.

    Raises:
        ModelError: It is none, or not a sound one; with all that is wrong with it.
    """
    if len(text.encode(errors="replace")) > LARGEST:
        raise ModelError("model", [f"more than {LARGEST // 1_000_000} megabytes; train one with fewer columns"])
    try:
        model: Model = msgspec.json.decode(text, type=Model)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise ModelError("model", [f"not as a model is written: {error}"]) from None
    if faults := faults_of(model):
        raise ModelError("model", faults)
    return model
