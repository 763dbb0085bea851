"""SPARQL between the wire and the engine: the protocol, what is refused, how we describe it."""
