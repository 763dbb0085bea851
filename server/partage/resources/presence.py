"""Whether a dataset holds a resource, as `partage.resources.describe` would find it."""

from partage.rdf.namespaces import GRAPH
from partage.resources.describe import ask
from partage.store.engine import Engine

# A retired identifier has nothing but its tombstone. That a term is counted says nothing of it.
RETIRED = '("withdrawn", "merged")'
COUNTED = f'FILTER(isBlank(?s) || !STRSTARTS(STR(?s), "{GRAPH}void#"))'


def holds(engine: Engine, iri: str) -> bool:
    """
    Say whether the dataset has a statement about a resource, to it, or in a graph of its name.

    `partage.resources.identifiers.is_iri` holds for `iri`.
    """
    rows = ask(
        engine,
        f"""SELECT ?held {{
            BIND(EXISTS {{
                {{ <{iri}> ?p ?o }} UNION {{ ?s ?p <{iri}> {COUNTED} }}
                UNION {{ GRAPH ?g {{ <{iri}> ?p ?o }} }} UNION {{ GRAPH ?g {{ ?s ?p <{iri}> }} }}
                UNION {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}
            }} && NOT EXISTS {{
                <{iri}> schema:creativeWorkStatus ?status FILTER(?status IN {RETIRED})
            }} AS ?held)
        }}""",
    )
    return bool(rows) and str(getattr(rows[0].get("held"), "value", "")) == "true"
