"""Engines elsewhere, over the SPARQL 1.1 Protocol and the Graph Store Protocol."""
