"""What a wrong clock leaves: files from the future, beside which whatever is new looks old."""

import os
import time
from pathlib import Path

SLACK_NS = 2 * 10**9  # file servers have clocks of their own
STEP_NS = 10**6


def bring_back(folder: Path) -> int:
    """Give files below a folder whose times lie in the future times just past, in their order.

    Which notebook is out of date is told by the order of such times. A file that is made after the
    clock was put right is then later than those made before. Returns how many files there were.
    """
    now = time.time_ns()
    times = {}
    for parent, _, names in os.walk(folder):
        for path in (Path(parent, name) for name in names):
            found = path.lstat().st_mtime_ns
            if found > now + SLACK_NS:
                times[path] = found
    distinct = sorted(set(times.values()), reverse=True)
    place = {found: number for number, found in enumerate(distinct)}
    for path, found in times.items():
        past = now - STEP_NS * place[found]
        os.utime(path, ns=(past, past), follow_symlinks=False)
    return len(times)
