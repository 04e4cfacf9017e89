"""Results handed over as a file: kept, or refused with a sentence."""

from __future__ import annotations

import io
from datetime import date

import pytest
from flask import Flask

from analytics.experiment_plans import Plan
from analytics.experiments import find, plan_experiment, start
from clickhouse_schema.made.things import Author
from dashboard.errors import handle_errors
from dashboard.uploads import serve_uploads
from tests.clickhouse_schema.experiments.conftest import orders
from tests.filling import fill

GOOD = "customer,arm,revenue\nann,Control,3\nbob,Offer,5\n"


@pytest.fixture
def client(empty_warehouse):
    """A server that only takes uploads, over six hundred customers."""
    fill(empty_warehouse, orders())
    server = Flask("uploads", static_folder=None)
    serve_uploads(server, empty_warehouse)
    handle_errors(server)
    return server.test_client()


@pytest.fixture
def running(empty_warehouse, client):
    """An experiment that runs."""
    draft = plan_experiment(empty_warehouse, "Test", Plan(), None, Author("Anna"))
    return start(empty_warehouse, draft, date(2024, 6, 1), Author("Anna"))


def send(client, id_: str, text: str, name: str = "../results.csv"):
    """Post a file."""
    form = {"file": (io.BytesIO(text.encode()), name), "author": "Bert"}
    return client.post(f"/uploads/experiment/{id_}", data=form)


def test_a_file_becomes_the_results(client, running, empty_warehouse):
    """Its rows are kept under the reader's name; the file's path does not matter."""
    answer = send(client, running.id, GOOD)
    found = find(empty_warehouse, running.id)

    assert answer.status_code == 200
    assert answer.json["told"] == "2 rows of results.csv were read."
    assert found.result["customers"] == {"Control": 1, "Offer": 1}
    assert found.made.author == "Bert"


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("customer,revenue\nann,3\n", 400, "No column for the arm"),
        ("", 400, "empty"),
        ("arm,revenue\nA,1\nB,1\nC,1\n", 400, "3 arms"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(
    client, running, empty_warehouse, text, status, said
):
    """With the sentence of what to do; nothing is changed."""
    answer = send(client, running.id, text)

    assert (answer.status_code, said in answer.text) == (status, True)
    assert find(empty_warehouse, running.id).result is None


def test_an_experiment_that_is_not_there_is_told(client):
    """And so is a request without a file."""
    assert send(client, "gone", GOOD).status_code == 404
    assert client.post("/uploads/experiment/gone").status_code == 400
