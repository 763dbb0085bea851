"""What follows from the data: OWL 2 by HermiT and as rules, consistency, explanations."""
