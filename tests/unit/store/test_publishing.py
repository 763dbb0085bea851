"""Publishing a release to a real service: it arrives, goes on, and is told when it did not."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import engines
import small_dataset
from partage.errors import EngineUnavailable, IntegrityError, SettingsError
from partage.rdf.namespaces import GRAPH
from partage.store.factory import DATASET
from partage.store.remote.credentials import Credentials, digest_header
from partage.store.remote.publishing import PublishingResult, PublishingStep, Target, Via, publish


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return small_dataset.release(tmp_path / "release") / DATASET


@pytest.fixture
def service(tmp_path: Path) -> Iterator[engines.Service]:
    with engines.oxigraph(tmp_path) as running:
        yield running


def run(dataset: Path, target: Target, *, restart: bool = False) -> PublishingResult:
    return publish(dataset, target, lambda _: None, restart=restart)


@pytest.mark.parametrize("via", ["gsp", "update"])
def test_a_release_arrives_whole_and_once(
    service: engines.Service, dataset: Path, via: Via
) -> None:
    steps: list[PublishingStep] = []
    done = publish(dataset, Target(service.query, via), steps.append)
    assert done.triples == len(small_dataset.quads())
    assert (done.passed_over, done.rewritten) == (0, ())
    assert steps[-1].phase == "verifying"
    assert (steps[-1].graphs, steps[-1].triples) == (done.graphs, done.triples)
    again = run(dataset, Target(service.query, via))
    assert again.passed_over == again.graphs == done.graphs
    assert run(dataset, Target(service.query, via), restart=True).passed_over == 0


def test_what_was_broken_off_goes_on_where_it_stopped(
    service: engines.Service, dataset: Path
) -> None:
    done = run(dataset, Target(service.query))
    httpx.delete(service.store, params={"graph": GRAPH + "entities"}, trust_env=False)
    again = run(dataset, Target(service.query))
    assert again.passed_over == done.graphs - 1


def test_other_triples_in_the_same_number_are_found_out(
    service: engines.Service, dataset: Path
) -> None:
    run(dataset, Target(service.query))
    one = "<http://other.example/> <http://other.example/> <http://other.example/> ."
    httpx.put(
        service.store,
        params={"graph": GRAPH + "derived"},
        content=one,
        headers={"Content-Type": "application/n-triples"},
        trust_env=False,
    )
    with pytest.raises(IntegrityError, match="--restart"):
        run(dataset, Target(service.query))
    assert run(dataset, Target(service.query), restart=True).rewritten == ()


def test_an_engine_that_keeps_values_holds_fewer_triples_and_that_is_told(
    service: engines.Service, tmp_path: Path
) -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    forms = [f'"1"^^<{xsd}integer>', f'"01"^^<{xsd}integer>', f'"1"^^<{xsd}byte>', '"01"']
    dataset = tmp_path / "dataset.nq"
    dataset.write_text("".join(f"<urn:a> <urn:p> {form} <urn:g> .\n" for form in forms))
    done = run(dataset, Target(service.query))
    assert (done.triples, done.rewritten) == (4, ("<urn:g>",))
    assert done.example == f'"01"^^<{xsd}integer> → "1"^^<{xsd}integer>'


def test_virtuoso_takes_it_with_a_password_and_a_graph_for_the_default_graph(
    tmp_path: Path, dataset: Path
) -> None:
    if reason := engines.virtuoso_missing():
        pytest.skip(reason)
    with engines.virtuoso(tmp_path) as service:
        target = Target(service.query, "gsp", service.store, service.default_graph)
        with pytest.raises(EngineUnavailable, match="--user"):
            run(dataset, target)
        known = Credentials("dba", "dba")
        done = run(
            dataset, Target(service.query, "gsp", service.store, service.default_graph, known)
        )
        assert done.triples == len(small_dataset.quads())
        again = run(
            dataset, Target(service.query, "update", service.update, service.default_graph, known)
        )
        assert again.passed_over == done.graphs


def test_an_address_for_writes_that_does_not_follow_is_asked_for(dataset: Path) -> None:
    with pytest.raises(SettingsError, match="--write-to"):
        run(dataset, Target("http://127.0.0.1:9/sparql"))


def test_nothing_listening_is_said(dataset: Path) -> None:
    with pytest.raises(EngineUnavailable, match="cannot be reached"):
        run(dataset, Target("http://127.0.0.1:9/query"))


def test_a_password_never_shows() -> None:
    assert "secret" not in repr(Credentials("me", "secret"))


def test_a_digest_answer_is_that_of_the_specification() -> None:
    """RFC 2617 §3.5, without qop, whose answer does not depend on chance."""
    known = Credentials("Mufasa", "Circle Of Life")
    challenge = {"realm": "testrealm@host.com", "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093"}
    header = digest_header(known, challenge, "GET", "/dir/index.html", 1)
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in header
