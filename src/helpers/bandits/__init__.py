"""Learning from feedback: a home page that listeners stream from or skip, and what to show there.

`draw_home` makes a page with known preferences, the policies pick its cards, `run` and `compare`
play them day after day, and `offpolicy` judges a policy by the logs of another.
"""

from helpers.bandits.bart import BaRT
from helpers.bandits.home import Home, draw_home
from helpers.bandits.known import EXPLANATIONS
from helpers.bandits.linear import LinUCB, ThompsonSampling
from helpers.bandits.policies import (
    ALSTopK,
    EpsilonGreedy,
    Explored,
    Greedy,
    Policy,
    Popular,
    Uniform,
)
from helpers.bandits.reward_model import FactorizedReward
from helpers.bandits.study import compare, run

__all__ = [
    "EXPLANATIONS",
    "ALSTopK",
    "BaRT",
    "EpsilonGreedy",
    "Explored",
    "FactorizedReward",
    "Greedy",
    "Home",
    "LinUCB",
    "Policy",
    "Popular",
    "ThompsonSampling",
    "Uniform",
    "compare",
    "draw_home",
    "run",
]
