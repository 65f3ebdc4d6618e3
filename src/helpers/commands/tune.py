"""The command `tune`: settings for a model, chosen on validation pairs."""

import argparse
from pathlib import Path

from helpers import paths
from helpers.commands.options import add_command, add_data_choice, chosen_data
from helpers.errors import SettingError

_SPLIT_SEEDS = (0, 1, 2)


def add_tune(commands: argparse._SubParsersAction) -> None:
    """Add the command `tune`."""
    parser = add_command(
        commands,
        "tune",
        "search settings for a model on validation pairs; goes on where it was interrupted",
        "tune ease --trials 15",
        "tune als --data real --write",
    )
    parser.add_argument(
        "model",
        metavar="MODEL",
        help="item-knn, user-knn, als, ials, ease, lightfm, content or blend",
    )
    parser.add_argument(
        "--trials",
        type=int,
        default=30,
        metavar="N",
        help="settings to try in all, earlier runs included (default: 30)",
    )
    parser.add_argument("--dataset", default="lastfm", help="which dataset (default: lastfm)")
    add_data_choice(parser)
    parser.add_argument(
        "--split-seed",
        type=int,
        nargs="+",
        metavar="N",
        dest="split_seeds",
        default=list(_SPLIT_SEEDS),
        help="one random split each: 64 %% to train on, 16 %% to judge by (default: 0 1 2)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="of the search: same seed, same trials (default: 0)"
    )
    parser.add_argument("-k", type=int, default=10, help="list length (default: 10)")
    parser.add_argument(
        "--study-dir",
        type=Path,
        default=paths.CACHE / "studies",
        metavar="DIR",
        help="where studies are kept (default: data/cache/studies)",
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="make the best settings the defaults, in models/tuned.toml (real data only)",
    )
    parser.set_defaults(command=tune)


def tune(arguments: argparse.Namespace) -> int:
    """Tune a model; print the best trials, what mattered, and the section for `tuned.toml`."""
    from helpers import tuning, tuning_report
    from helpers.data import find_dataset
    from helpers.data.lastfm import load_lastfm
    from helpers.pipeline.lock import only_process

    tuning.default_settings(arguments.model)  # a wrong name fails at once
    _refuse_to_write(arguments, chosen_data(arguments))  # before a world is drawn
    dataset = find_dataset(arguments.dataset, chosen_data(arguments), arguments.data_dir)
    _refuse_to_write(arguments, dataset.kind)
    study = arguments.study_dir / f"{arguments.model}_{dataset.kind}_{dataset.name}.sqlite3"
    busy = "another process ({pid}) is at work on this study; wait until it ends or stop it"
    interactions = load_lastfm(dataset.folder).interactions()
    options = {"split_seeds": arguments.split_seeds, "k": arguments.k}
    with only_process(study.with_suffix(".lock"), busy):
        found = tuning.tune(
            arguments.model,
            interactions,
            study,
            n_trials=arguments.trials,
            seed=arguments.seed,
            **options,
        )
    command = _command_line(arguments, dataset.kind)
    section = tuning_report.tuned_section(found, data=dataset.label, command=command, **options)
    print(tuning_report.render_trials(found, arguments.k), end="\n\n")
    print(tuning_report.render_importances(found), end="\n\n")
    print(f"study: {study}\nfigure: {_draw(found, dataset.label, study)}", end="\n\n")
    print(section)
    if arguments.write:
        tuning_report.write_section(section, arguments.model, tuning_report.TUNED_FILE)
        print(f"written to {tuning_report.TUNED_FILE}")
    return 0


def _refuse_to_write(arguments: argparse.Namespace, data: str) -> None:
    if arguments.write and data == "synthetic":
        raise SettingError(
            "--write got synthetic data, but default settings are chosen on real data; add "
            "--data real or leave out --write"
        )


def _command_line(arguments: argparse.Namespace, data: str) -> str:
    """Return the command that repeats the study, wherever the data lie."""
    words = [arguments.model, "--trials", arguments.trials, "--data", data]
    if arguments.dataset != "lastfm":
        words += ["--dataset", arguments.dataset]
    words += ["--split-seed", *arguments.split_seeds]
    if arguments.seed:
        words += ["--seed", arguments.seed]
    if arguments.k != 10:
        words += ["-k", arguments.k]
    return f"python -m helpers tune {' '.join(map(str, words))}"


def _draw(found, label: str, study: Path) -> Path:
    """Draw trials and importances into a PNG beside the study and return it."""
    import io

    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    from helpers import plots, tuning_plots
    from helpers.files import write_atomically

    plots.set_style()
    n_panels = 2 if found.importances else 1
    figure, axes = plt.subplots(n_panels, figsize=(7.2, 3.4 * n_panels), squeeze=False)
    tuning_plots.trial_history(
        [trial.ndcg for trial in found.trials], found.best_so_far, ax=axes[0, 0]
    )
    axes[0, 0].set_title(f"Tuning {found.model} on {label}: {len(found.trials)} trials")
    if found.importances:
        tuning_plots.importances(found.importances, ax=axes[1, 0])
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120)
    plt.close(figure)
    file = study.with_suffix(".png")
    write_atomically(file, buffer.getvalue())
    return file
