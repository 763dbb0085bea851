"""The graph about a resource, and the same in other words: profiles, schema.org, VoID."""
