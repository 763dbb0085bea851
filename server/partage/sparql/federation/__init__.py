"""SERVICE, for endpoints that the operator allows (SPARQL 1.1 Federated Query)."""
