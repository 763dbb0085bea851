"""Between Granian and the application: admission, queues, connections (ASGI, PEP 3333)."""
