"""The terms, axioms and shapes, as expressions that can be put into words (OWL 2, SHACL)."""
