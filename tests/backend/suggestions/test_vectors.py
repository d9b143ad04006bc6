"""Stored vectors: what is known is not encoded again, and several workers share what is not."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from django.db import connections
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.suggestions import jobs
from backend.suggestions.engine import texts
from backend.suggestions.engine.texts import vectors_for
from backend.suggestions.models import Embedding, Run
from backend.suggestions.services.runs import HELP_TO_READ, build_run
from tests.factories import NOW, make_attendee, make_event

TIMEOUT = 60  # seconds until a test that hangs fails


@pytest.mark.django_db
def test_the_encoder_is_given_each_new_text_once_beside_those_it_knows():
    given = []

    def encode(texts, _count):
        given.append(sorted(texts))
        return np.array([[len(text), 1] for text in texts], np.float32)

    def read(*texts):
        found = vectors_for(texts, model="m", kind="query", encode=encode)
        return {text: row[0] for text, row in found.items()}

    assert read("one", "three", "one", " ") == {"one": 3, "three": 5}
    assert read("one", "three", "fifteen") == {"one": 3, "three": 5, "fifteen": 7}
    assert given == [["one", "three"], ["fifteen"]]


@pytest.mark.django_db(transaction=True)
def test_workers_that_are_given_the_same_texts_encode_each_once_and_the_builder_waits_for_the_helper(monkeypatch):
    monkeypatch.setattr(texts, "CHUNK", 4)
    wanted = [f"text {number:02}" for number in range(40)]
    given, helping, built = [], threading.Event(), threading.Event()

    def rows(some):
        given.extend(some)
        return np.array([[float(text[-2:]), 1] for text in some], np.float32)

    def read(encode, is_helper):
        try:
            return vectors_for(wanted, model="m", kind="query", encode=encode, is_helper=is_helper)
        finally:
            connections.close_all()

    def of_helper(some, _count):  # holds its first chunk until the builder has read all others
        helping.set()
        assert built.wait(TIMEOUT)
        return rows(some)

    def of_builder(some, _count):
        found = rows(some)
        if len(given) == len(wanted) - texts.CHUNK:
            built.set()
        return found

    with ThreadPoolExecutor(2) as threads:
        helper = threads.submit(read, of_helper, True)
        assert helping.wait(TIMEOUT)
        found = threads.submit(read, of_builder, False).result(TIMEOUT)
        helper.result(TIMEOUT)
    assert {text: row[0] for text, row in found.items()} == {text: float(text[-2:]) for text in wanted}
    assert sorted(given) == wanted


@pytest.mark.django_db
def test_other_workers_are_asked_to_read_along_where_texts_are_many_and_a_run_is_being_built(monkeypatch):
    monkeypatch.setattr(texts, "CHUNK", 2)
    event = make_event()
    for number in range(4):
        make_attendee(event, about=f"Line {number}: we keep children safe online.")
    build_run(event=event, now=NOW)
    asked = ProcrastinateJob.objects.filter(task_name=HELP_TO_READ)
    assert [job.args for job in asked] == [{"event_id": event.pk}] * 2
    build_run(event=event, now=NOW)
    assert asked.count() == 2
    Embedding.objects.all().delete()
    jobs.help_to_read(event.pk)
    assert not Embedding.objects.exists()
    Run.objects.create(event=event, model="m", started_at=NOW)
    jobs.help_to_read(event.pk)
    assert Embedding.objects.filter(kind="query").count() == 4
