"""How much memory a query process may take, where the operating system can be told."""

import sys


def limit_memory(size: int) -> str:
    """
    Keep this process from taking more than `size` bytes; say how, or that it cannot be done.

    Linux counts private writable memory (RLIMIT_DATA), not the files of a store that are mapped.
    Elsewhere the kernel does not hold a process to such a limit, or has none.
    """
    if sys.platform != "linux":
        return f"none: {sys.platform} has no limit on a process's memory that it keeps"
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most != resource.RLIM_INFINITY:
        size = min(size, most)
    resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    return f"RLIMIT_DATA of {size:,} bytes for each query process"
