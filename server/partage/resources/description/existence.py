"""Whether a dataset holds a resource, as `partage.resources.description.describe` would find it."""

from partage.rdf.namespaces import GRAPH
from partage.rdf.sparql_terms import iriref, is_iri
from partage.resources.description.describe import ask
from partage.store.engine import Engine

# A retired identifier has nothing but its tombstone. That a term is counted says nothing of it.
RETIRED = '("withdrawn", "merged")'
COUNTED = f'FILTER(isBlank(?s) || !STRSTARTS(STR(?s), "{GRAPH}void#"))'


def holds(engine: Engine, iri: str) -> bool:
    """
    Say whether the dataset has a statement about a resource, to it, or in a graph of its name.

    No dataset has any of what is no absolute IRI.
    """
    if not is_iri(iri):
        return False
    name = iriref(iri)
    rows = ask(
        engine,
        f"""SELECT ?held {{
            BIND(EXISTS {{
                {{ {name} ?p ?o }} UNION {{ ?s ?p {name} {COUNTED} }}
                UNION {{ GRAPH ?g {{ {name} ?p ?o }} }} UNION {{ GRAPH ?g {{ ?s ?p {name} }} }}
                UNION {{ GRAPH {name} {{ ?s ?p ?o }} }}
            }} && NOT EXISTS {{
                {name} schema:creativeWorkStatus ?status FILTER(?status IN {RETIRED})
            }} AS ?held)
        }}""",
    )
    return bool(rows) and str(getattr(rows[0].get("held"), "value", "")) == "true"
