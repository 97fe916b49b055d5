"""What commands leave out when they start: a second of every notebook's run.

nbformat checks notebooks by a schema, with a library that builds a grammar of internationalised
addresses when it is imported, for schemas that have any. That of notebooks has none.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

GRAMMAR = "rfc3987_syntax"


@contextmanager
def no_address_grammar() -> Iterator[None]:
    """Within the block jsonschema is imported as if the package with the grammar were missing."""
    if GRAMMAR in sys.modules:
        yield
        return
    sys.modules[GRAMMAR] = None
    try:
        yield
    finally:
        del sys.modules[GRAMMAR]
