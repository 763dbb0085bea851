"""
Write a synthetic graph in our ontology, of about any number of triples, always the same for a seed.

    PYTHONPATH=server python -m benchmarks.generate --triples 1e6 --out big.nt
    … --triples 1e6 --form committed --out big.nq

`--triples` counts the current view, in every form, so that the forms of one size are one graph:

view       N-Triples: the default graph of a release, with what is inferred and derived (default)
asserted   N-Triples: the same without what is inferred and derived
committed  N-Quads: what the files of ontology/ and data/ hold (input of validation and the build)
release    N-Quads: default graph and every named graph, as dataset.nq.gz has them, without VoID
flows      N-Triples: stated flows, agreements and organizations alone; with `--flows 120000`

It needs a built release (`--release`, out/release), from which it takes ontology, concepts and
entities. 1 million triples take some ten seconds; memory grows with parties and agreements only.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from benchmarks.base import Base, read
from benchmarks.world import KNOWN, Cell, Claim, World, triple
from partage.pipeline.derivation.claim_versions import PROVENANCE
from partage.rdf.namespaces import EDITORS, GRAPH, LICENSE

SEED, CREATED = 20181218, '"2026-11-23"'
PROVENANCE_TERMS = {f"<{one}>" for one in PROVENANCE}


def version(claim: Claim, part: str = "") -> str:
    """Return the IRI of the first version of a claim, or of one of its graphs."""
    return f"{claim.name[:-1]}/v1{part}>"


def described(claim: Claim) -> Iterator[str]:
    """Yield what `graph:claims` says of a claim."""
    yield triple(claim.name, "a", "ds:Claim")
    yield triple(claim.name, "pav:hasCurrentVersion", version(claim))
    yield triple(claim.name, "np:hasAssertion", version(claim, "#assertion"))
    for predicate, value in claim.metadata:
        yield triple(claim.name, predicate, value)
    for thing in claim.about:
        yield triple(claim.name, "ds:about", thing)


def stated(cell: Cell) -> list[str]:
    """Return the asserted part of the current view of a cell, each statement once."""
    claims = chain.from_iterable(chain(described(claim), claim.content) for claim in cell.claims)
    return list(dict.fromkeys(chain(cell.entities, cell.sources, claims)))


def view(cell: Cell) -> list[str]:
    """Return the current view of a cell, each statement once."""
    return list(dict.fromkeys(chain(stated(cell), cell.inferred, cell.derived)))


def committed(cell: Cell) -> Iterator[str]:
    """Yield the quads of a cell as files of data/ have them."""
    yield from cell.entities
    yield from cell.sources
    for claim in cell.claims:
        yield triple(version(claim), "a", "ds:ClaimVersion")
        for predicate, value in claim.metadata:
            yield triple(version(claim), predicate, value)
        yield from (f"{line} {version(claim, '#assertion')}" for line in claim.content)


def published(cell: Cell) -> Iterator[str]:
    """Yield the quads of a cell as a release has them."""
    yield from view(cell)
    yield from (f"{line} <{GRAPH}asserted>" for line in stated(cell))
    for name in ("entities", "sources", "inferred", "derived"):
        yield from (f"{line} <{GRAPH}{name}>" for line in dict.fromkeys(getattr(cell, name)))
    for claim in cell.claims:
        yield from (f"{line} <{GRAPH}claims>" for line in described(claim))
        yield from nanopublication(claim)


def nanopublication(claim: Claim) -> Iterator[str]:
    """Yield the four graphs of the version of a claim."""
    one = version(claim)
    head, assertion, provenance, pubinfo = (
        version(claim, f"#{part}") for part in ("head", "assertion", "provenance", "pubinfo")
    )
    yield f"{triple(one, 'a', 'np:Nanopublication')} {head}"
    yield f"{triple(one, 'np:hasAssertion', assertion)} {head}"
    yield f"{triple(one, 'np:hasProvenance', provenance)} {head}"
    yield f"{triple(one, 'np:hasPublicationInfo', pubinfo)} {head}"
    yield from (f"{line} {assertion}" for line in claim.content)
    facts = [
        ("a", "ds:ClaimVersion"),
        ("dct:isVersionOf", claim.name),
        ("pav:version", '"1"'),
        ("dct:license", f"<{LICENSE}>"),
        ("dct:created", f"{CREATED}^^{KNOWN['xsd:date']}"),
        ("prov:wasAttributedTo", f"<{EDITORS}>"),
    ]
    for predicate, value in chain(facts, claim.metadata):
        if KNOWN[predicate] in PROVENANCE_TERMS:
            yield f"{triple(assertion, predicate, value)} {provenance}"
        else:
            yield f"{triple(one, predicate, value)} {pubinfo}"


def base_view(base: Base, *without: str) -> list[str]:
    """Return the base in the default graph, each statement once."""
    graphs = (lines for name, lines in base.graphs.items() if name not in without)
    return list(dict.fromkeys(chain.from_iterable(graphs)))


def base_stated(base: Base) -> list[str]:
    """Return the asserted part of the base, each statement once."""
    return base_view(base, "inferred", "prefixes", "examples")


def base_committed(base: Base) -> Iterator[str]:
    """Yield what files of ontology/ and data/ hold; `graph:ontology` as a file of its own."""
    yield from (f"{line} <{GRAPH}ontology>" for line in base.graphs["ontology"])
    yield from base_view(base, "ontology", "inferred", "prefixes", "examples")


def base_published(base: Base) -> Iterator[str]:
    """Yield the base as a release has it."""
    yield from base_view(base)
    yield from (f"{line} <{GRAPH}asserted>" for line in base_stated(base))
    for name, lines in base.graphs.items():
        yield from (f"{line} <{GRAPH}{name}>" for line in lines)


FORMS: dict[str, tuple[Callable[[Base], Iterable[str]], Callable[[Cell], Iterable[str]]]] = {
    "view": (base_view, view),
    "asserted": (base_stated, stated),
    "committed": (base_committed, committed),
    "release": (base_published, published),
    "flows": (lambda base: base.graphs["entities"], lambda cell: [*cell.entities, *cell.flows]),
}


def lines(
    base: Base, form: str, triples: int = 0, flows: int = 0, seed: int = SEED
) -> Iterator[str]:
    """Yield a graph of `triples` in the current view, or with so many `flows`, line by line."""
    first, each = FORMS[form]
    known = base_view(base)
    yield from first(base)
    size, moved = len(known), 0
    world = World(base, max(200, flows // 40, triples // 500), seed)
    for cell in world.cells():
        yield from each(cell)
        moved += cell.number_of_flows
        size += 0 if flows else len(view(cell))
        if (moved >= flows) if flows else (size >= triples):
            return


def write(path: Path, many: Iterable[str]) -> int:
    """Write the lines to a file; return how many there were."""
    number = 0
    with path.open("w", encoding="utf-8", buffering=1 << 20) as file:
        for line in many:
            file.write(f"{line} .\n")
            number += 1
    return number


def main() -> None:
    """Write the graph that the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--triples", type=float, default=1e6)
    parser.add_argument("--flows", type=float, default=0)
    parser.add_argument("--form", choices=FORMS, default="view")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--release", type=Path, default=Path("out/release"))
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    many = lines(read(given.release), given.form, int(given.triples), int(given.flows), given.seed)
    sys.stderr.write(f"{write(given.out, many):,} lines in {given.out}\n")


if __name__ == "__main__":
    main()
