"""Summaries say what the functions behind them say, in plain rounded numbers."""

import json

import numpy as np
import pytest

from helpers.evaluation.significance import bootstrap_interval, paired_difference, paired_ratio
from helpers.evaluation.summaries import difference_summary, mean_summary, ratio_summary

ONE, OTHER = np.random.default_rng(0).random((2, 40))


def test_mean_leaves_out_who_has_no_value():
    found = mean_summary(np.append(ONE, np.nan))
    assert found["mean"] == pytest.approx(ONE.mean(), abs=1e-5)
    assert found["interval"] == pytest.approx(list(bootstrap_interval(ONE)), abs=1e-5)


def test_difference_and_ratio_are_paired():
    difference, ratio = difference_summary(ONE, OTHER), ratio_summary(ONE, OTHER)
    expected = paired_difference(ONE, OTHER)
    assert difference["difference"] == pytest.approx(expected.difference, abs=1e-5)
    assert difference["interval"] == pytest.approx([expected.low, expected.high], abs=1e-5)
    assert [ratio["ratio"], *ratio["interval"]] == pytest.approx(
        list(paired_ratio(ONE, OTHER)), abs=1e-5
    )


def test_summaries_are_ready_for_json():
    found = [mean_summary(ONE), difference_summary(ONE, OTHER), ratio_summary(ONE, OTHER)]
    assert json.loads(json.dumps(found)) == found
