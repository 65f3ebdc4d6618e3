"""Every way to fight popularity bias, each with one knob, over one trained model.

A `Desk` holds what they need: the model, its candidates and the training set. `METHODS` maps names
to methods; ``METHODS[name].lists(desk, knob, k)`` makes lists, and at the knob's "off" they are
those of the model.
"""

from helpers.mitigation.desk import N_CANDIDATES, Desk
from helpers.mitigation.methods import METHODS, Method

__all__ = ["METHODS", "N_CANDIDATES", "Desk", "Method"]
