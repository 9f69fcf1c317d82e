"""Work that threads do a little ahead of whoever needs it."""

import collections
from concurrent.futures import ThreadPoolExecutor

from course_utils.machine.device import cores


def in_order(function, items, ahead=32):
    """Yield what a function returns for each item, in order, by at most eight threads.

    Args:
        function: called with an item; what it raises is raised here.
        items: an iterable, read by the thread that asks.
        ahead: how many items are worked on, or done, before the first of them is asked for.
    """
    pool, waiting = ThreadPoolExecutor(min(8, cores())), collections.deque()
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
