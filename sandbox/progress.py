"""Steps that run side by side, and what a person sees of them meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from rich.console import Console

console = Console(highlight=False, soft_wrap=True)
_REMINDER_SECONDS = 10.0


def side_by_side(doing: str, steps: Mapping[str, Callable[[], object]]) -> None:
    """Run the steps in threads, say when each is done and which ones are awaited; the first error ends it.

    Raises:
        Exception: whatever the first failing step raised, after the others ended.
    """
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=len(steps)) as pool, console.status(doing) as status:
        awaited: dict[Future[object], str] = {pool.submit(step): name for name, step in steps.items()}
        errors: list[BaseException] = []
        while awaited:
            status.update(f"{doing} {', '.join(awaited.values())}")
            done, _ = wait(awaited, timeout=_REMINDER_SECONDS, return_when=FIRST_COMPLETED)
            if not done and not console.is_terminal:
                console.print(f"  … still {doing} {', '.join(awaited.values())}")
            for future in done:
                name, error = awaited.pop(future), future.exception()
                errors += [error] if error else []
                verdict = "[red]failed[/]" if error else "done"
                console.print(f"  {name:<15} {verdict} after {time.monotonic() - began:.1f} s")
    if errors:
        raise errors[0]
