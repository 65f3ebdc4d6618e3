"""Choose the settings of a model on validation pairs, in a study that survives interruptions.

Optuna proposes them within the bounds of `helpers.search_spaces`; `helpers.studies` keeps them.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.distributions import distribution_to_json
from optuna.trial import FrozenTrial, TrialState
from tqdm import tqdm

from helpers.checks import different_seeds, list_length, whole_number
from helpers.errors import DataError, SettingError
from helpers.holdout import evaluate_model
from helpers.interactions import Interactions
from helpers.models import MODELS, make_model
from helpers.models.tuned import TUNED
from helpers.search_spaces import SPACES
from helpers.split import Split, random_split
from helpers.studies import fingerprint, finished_trials, open_study

TEST_SHARE, VALIDATION_SHARE = 0.2, 0.16
_BAR = {"desc": "tune", "unit": "trial", "delay": 2, "leave": False, "disable": None}


@dataclass(frozen=True)
class Trial:
    """What one choice of settings was worth on the validation pairs.

    Attributes
    ----------
    settings : dict
        The settings tried; the others had their defaults.
    ndcg, precision : float
        At k, means over the users and then over the split seeds; NaN where the trial failed.
    fit_seconds : float
        Mean training time; NaN where the trial failed.
    error : str
        Why the settings were refused; empty where they were not.
    """

    settings: dict[str, Any]
    ndcg: float = math.nan
    precision: float = math.nan
    fit_seconds: float = math.nan
    error: str = ""


@dataclass(frozen=True)
class Tuning:
    """What a study found.

    Attributes
    ----------
    model : str
    trials : list of Trial
        In the order in which they ran; the first had the default settings of its time.
    importances : dict of str to float
        Share of the variance of NDCG over the search space that each setting explains (fANOVA;
        Hutter, Hoos and Leyton-Brown, 2014), largest first; empty where all trials are alike.
    """

    model: str
    trials: list[Trial]
    importances: dict[str, float]

    @property
    def ranked(self) -> list[Trial]:
        """The trials that did not fail, best NDCG first; the earlier of equals first."""
        return sorted((trial for trial in self.trials if not trial.error), key=lambda t: -t.ndcg)

    @property
    def best(self) -> Trial:
        """The trial with the highest NDCG."""
        return self.ranked[0]

    @property
    def default(self) -> Trial:
        """The trial with the default settings."""
        return self.trials[0]

    @property
    def best_so_far(self) -> list[float]:
        """The best NDCG up to each trial; NaN before the first that did not fail."""
        return np.fmax.accumulate([trial.ndcg for trial in self.trials]).tolist()


def tune(
    model: str,
    interactions: Interactions,
    file: Path,
    *,
    n_trials: int = 30,
    split_seeds: Sequence[int] = (0, 1, 2),
    k: int = 10,
    seed: int = 0,
) -> Tuning:
    """Try settings until a study holds `n_trials` of them, and return what it found.

    Each trial trains on 64 % of the pairs and is judged on another 16 %, for each split seed;
    the 20 % that are the test set of that seed stay unread. A study that was interrupted goes on
    where it stopped and proposes what it would have proposed without the interruption.

    Parameters
    ----------
    model : str
        A key of `helpers.search_spaces.SPACES`.
    interactions : Interactions
    file : Path
        Where the study is kept; begun if it is missing.
    n_trials : int
        Trials in all, those of earlier runs included.
    split_seeds : sequence of int
        One random split each; the objective is the mean NDCG@k over them.
    k : int
        List length.
    seed : int
        Of the sampler, a tree-structured Parzen estimator.

    Raises
    ------
    SettingError
        If an argument makes no sense, or no trial succeeded.
    DataError
        If the file is damaged or holds a study of something else; it is left as it is.
    KeyboardInterrupt
        After Ctrl-C, with a sentence on how to go on.
    """
    whole_number("trials", n_trials, 1)
    whole_number("seed", seed, 0)
    list_length(k, interactions.n_items)
    default = default_settings(model)
    seeds = different_seeds(split_seeds)
    splits = [validation_split(interactions, split_seed) for split_seed in seeds]
    protocol = {"split seeds": seeds, "k": k, "sampler seed": seed}
    facts = {"model": model, "pairs": fingerprint(interactions), **protocol, **_searched(model)}
    with open_study(file, facts) as study:
        done = finished_trials(study)
        n_before = min(len(done), n_trials)
        bar = tqdm(total=n_trials, initial=n_before, **_BAR)
        try:
            while len(done) < n_trials:
                _propose_from(study, seed, len(done), default)
                trial = study.ask(SPACES[model])
                _keep(study, trial, measure(model, readable(trial.params), splits, k))
                done = finished_trials(study)
                best = max(trial.value or 0 for trial in done)
                bar.set_postfix_str(f"best NDCG {best:.4f}", refresh=False)
                bar.update()
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"stopped after {len(done)} of {n_trials} trials, which {file} keeps; "
                "run the same command again to go on"
            ) from None
        finally:
            bar.close()
    return _summarise(model, done[:n_trials], file)


def validation_split(interactions: Interactions, seed: int) -> Split:
    """Return training and validation pairs of a seed, the latter in the place of the test set."""
    parts = random_split(interactions, TEST_SHARE, VALIDATION_SHARE, seed)
    return Split(train=parts.train, validation=None, test=parts.validation)


def measure(model: str, settings: dict[str, Any], splits: Sequence[Split], k: int) -> Trial:
    """Train a model on each split and judge it; settings it refuses are an outcome, too."""
    try:
        found = [evaluate_model(make_model(model, **settings), split, k) for split in splits]
    except SettingError as error:
        return Trial(settings, error=str(error))
    means = [evaluation.means() for evaluation in found]
    return Trial(
        settings,
        ndcg=float(np.mean([mean["ndcg"] for mean in means])),
        precision=float(np.mean([mean["precision"] for mean in means])),
        fit_seconds=float(np.mean([evaluation.fit_seconds for evaluation in found])),
    )


def readable(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings with fractions rounded to three significant digits.

    Examples
    --------
    >>> readable({"b": 0.123456, "factors": 64})
    {'b': 0.123, 'factors': 64}
    """
    return {
        name: float(f"{value:.3g}") if isinstance(value, float) else value
        for name, value in settings.items()
    }


def default_settings(model: str) -> dict[str, Any]:
    """Return the present settings of those that the search space of a model names.

    Raises
    ------
    SettingError
        If the model is unknown or has no search space, or they are not within it.
    """
    if model not in MODELS or model not in SPACES:
        known = ", ".join(name for name in SPACES if name in MODELS)
        raise SettingError(f"no search space for model {model!r}, expected one of {known}")
    settings = make_model(model).settings
    default = {name: settings[name] for name in SPACES[model]}
    try:
        optuna.trial.create_trial(params=default, distributions=SPACES[model], value=0)
    except ValueError:
        raise SettingError(
            f"the default settings {default} of {model} are not all within its search space; "
            "widen it in search_spaces.py"
        ) from None
    return default


def _searched(model: str) -> dict[str, Any]:
    """Return what settings a study varies and which it does not, ready for JSON."""
    space = SPACES[model]
    settings = make_model(model).settings
    return {
        "search space": {name: distribution_to_json(bounds) for name, bounds in space.items()},
        "fixed settings": {name: settings[name] for name in settings if name not in space},
        # Of a blend, whose parts have the defaults of their own sections.
        "settings of parts": {name: TUNED[name] for name in settings if name in TUNED},
    }


def _propose_from(study: optuna.Study, seed: int, number: int, default: dict[str, Any]) -> None:
    """Give the study the sampler of one trial; the first trial takes the defaults.

    Its seed depends on the number of the trial alone, so that an interruption changes nothing.
    """
    trial_seed = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
    study.sampler = optuna.samplers.TPESampler(
        seed=trial_seed, multivariate=True, constant_liar=False
    )
    if number == 0 and not study.get_trials(states=[TrialState.WAITING]):
        study.enqueue_trial(default)


def _keep(study: optuna.Study, trial: optuna.Trial, outcome: Trial) -> None:
    trial.set_user_attr("outcome", asdict(outcome))
    if outcome.error:
        study.tell(trial, state=TrialState.FAIL)
    else:
        study.tell(trial, outcome.ndcg)


def _summarise(model: str, finished: list[FrozenTrial], file: Path) -> Tuning:
    try:
        trials = [Trial(**trial.user_attrs["outcome"]) for trial in finished]
    except (KeyError, TypeError) as error:
        raise DataError(
            f"{file} holds trials that were altered or written by another version ({error}); "
            "move the file away to begin again"
        ) from error
    if all(trial.error for trial in trials):
        raise SettingError(
            f"no trial of {len(trials)} succeeded; the last failed because {trials[-1].error}"
        )
    return Tuning(model, trials, _importances(finished))


def _importances(finished: list[FrozenTrial]) -> dict[str, float]:
    measured = [trial for trial in finished if trial.state == TrialState.COMPLETE]
    if len({trial.value for trial in measured}) < 2:
        return {}
    study = optuna.create_study(direction="maximize")
    study.add_trials(measured)
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {name: float(share) for name, share in found.items()}
