"""Through a long job in a browser: the page of the job is waited for, then a worker does it."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.long_jobs import do_long_jobs

JOB = re.compile(r"/jobs/\d+/")


def do_its_job(page: Page) -> None:
    """What was pressed leads to the page of a job; once that is done the page goes on by itself."""
    page.wait_for_url(JOB)
    do_long_jobs()


def open_made_page(page: Page, address: str) -> None:
    """Open a page for which a worker may have to make something first."""
    page.goto(address)
    if JOB.search(page.url):
        do_long_jobs()
        page.wait_for_url(address)
