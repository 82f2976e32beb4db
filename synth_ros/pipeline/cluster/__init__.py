"""One dataset by many machines: episodes as tasks of a Ray cluster (``docs/cluster.md``).

``run`` is the command's side. It starts ``driver`` in a child process, which speaks to Ray through
``rayside`` alone and hands out episodes (``scheduler``); what happens on a node is in ``node``.
Values that travel between them are in ``messages``.
"""
