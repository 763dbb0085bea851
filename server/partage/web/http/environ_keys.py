"""Keys of the WSGI environment by which the gateway tells the application more (PEP 3333)."""

# The `QueryHandle` that ends the request's query when the client leaves.
HANDLE = "partage.handle"
# Whether the head of an answer is all that is asked for.
HEAD = "partage.head"
# Of what may be kept, an answer of more bytes is sent part by part.
LONGEST_KEPT = 4_000_000
