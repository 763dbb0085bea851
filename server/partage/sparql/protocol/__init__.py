"""From a request's values to an operation, and what is refused (SPARQL 1.1 Protocol)."""
