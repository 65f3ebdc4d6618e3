"""The site that `make run` built, walked from file:// with the network off."""

import pytest
from site_walk import walk

from helpers import paths

pytestmark = pytest.mark.browser


def test_every_page_of_the_built_site_is_without_fault(chromium):
    site = paths.html_dir()
    if not (site / "index.html").is_file():
        pytest.skip(f"needs the built site in {site}; build it with make run")
    assert walk(site, chromium) == []
