"""Whom each page and operation is for, one list; and that each policy admits whom the table says."""

from __future__ import annotations

import logging
from itertools import chain
from pathlib import Path

import pytest

from backend.config import api_urls
from frontend import urls
from tests.access_matrix import policy_of_view, table, try_everything

LIST = Path(__file__).with_name("access_policies.txt")


def policies() -> list[str]:
    """`policy: address` of every page and operation of the API."""
    pages = (("/", pattern) for pattern in urls.urlpatterns)
    operations = (("/api/v1/", pattern) for pattern in api_urls.urlpatterns)
    return sorted(
        f"{policy_of_view(pattern.callback, pattern.name)}: {root}{pattern.pattern}"
        for root, pattern in chain(pages, operations)
    )


def test_every_address_is_for_whom_the_list_says() -> None:
    """To accept a change, copy the lines of the failure to `tests/access_policies.txt`."""
    assert policies() == LIST.read_text().splitlines()


@pytest.mark.django_db
def test_a_page_and_an_operation_of_each_policy_admit_whom_the_table_says(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")
    found = try_everything(seed=3, methods=("get", "post"), one_of_each=True)
    assert not found.faults, "\n".join(found.faults)
    assert {policy for policy, _role, _method in found.statuses} == set(table())
