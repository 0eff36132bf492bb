"""Whatever happens in a command becomes words and an exit code."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable

from syncd.cli.printable import printable_lines
from syncd.cli.streams import flush, put
from syncd.errors import SyncdError

BUG = 70
INTERRUPTED = 130


def guarded(command: Callable[[], int]) -> int:
    """Run a command and return its exit code. Never raises: a person gets a sentence, a bug its traceback."""
    code = _outcome(command)
    try:
        flush()
    except SyncdError as error:
        return _told(str(error), code or error.exit_code)
    return code


def _outcome(command: Callable[[], int]) -> int:
    try:
        return command()
    except SyncdError as error:
        return _told(str(error), error.exit_code)
    except BrokenPipeError:
        return 0  # nobody reads the result any more
    except KeyboardInterrupt:
        return _told("interrupted. Nothing is lost: the next pass takes up what was left.", INTERRUPTED)
    except Exception:
        from syncd.secrets import redacted  # here, since it is slow to load and seldom needed

        put(sys.stderr, printable_lines(redacted(traceback.format_exc().rstrip())))
        return _told("this is a bug in syncd; please report it with the lines above.", BUG)


def _told(words: str, code: int) -> int:
    put(sys.stderr, f"syncd: {printable_lines(words)}")
    return code
