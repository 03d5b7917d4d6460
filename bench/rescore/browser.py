"""How long Chromium takes to open a page, by its own clock.

Chromium is driven over its DevTools pipe (two descriptors, messages ended by NUL), so that no package is needed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe"]
MOMENTS = """new Promise(done => new PerformanceObserver(() => {
  const [loading] = performance.getEntriesByType('navigation');
  const paints = Object.fromEntries(performance.getEntriesByType('paint').map(one => [one.name, one.startTime]));
  const painted = paints['first-contentful-paint'];  // told some time after the page has loaded
  if (painted !== undefined)
    done(JSON.stringify({parsed: loading.domContentLoadedEventEnd, loaded: loading.loadEventEnd, painted,
      elements: document.getElementsByTagName('*').length}));
}).observe({type: 'paint', buffered: true}))"""
CLICK = """new Promise(done => { const begun = performance.now(); document.getElementById('less').click();
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begun))); })"""


class Chromium:
    """A browser without a window, for as long as the block lasts."""

    def __init__(self, program: str, profile: str) -> None:
        mine, theirs = os.pipe(), os.pipe()  # they read from the first and write to the second
        self._write, self._read = mine[1], theirs[0]
        self._rest, self._number = b"", 0
        # The browser wants descriptors 3 and 4; which ours are is chance, so a shell puts them there.
        shell = f'exec "$0" "$@" 3<&{mine[0]} 4>&{theirs[1]}'
        self._process = subprocess.Popen(
            ["bash", "-c", shell, program, *OPTIONS, f"--user-data-dir={profile}"],
            pass_fds=(mine[0], theirs[1]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(mine[0])
        os.close(theirs[1])

    def __enter__(self) -> Chromium:
        return self

    def __exit__(self, *error: object) -> None:
        os.close(self._write)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._read)

    def ask(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result. Raises RuntimeError when the browser refuses or ends."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            continue
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def wait_for(self, event: str) -> None:
        """Wait until the browser tells of `event`."""
        while self._next().get("method") != event:
            continue

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            data = os.read(self._read, 1 << 16)
            if not data:
                raise RuntimeError("the browser ended")
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        return message


def open_page(page: Path) -> str:
    """Open `page` and choose its filter; what came of it in words, or why it was not tried."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        return "not opened, as there is no Chromium on this machine"
    with tempfile.TemporaryDirectory(prefix="grade-bench-") as profile, Chromium(program, profile) as browser:
        target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser.ask("Page.enable", session)
        started = time.monotonic()
        browser.ask("Page.navigate", session, url=page.as_uri())
        browser.wait_for("Page.loadEventFired")
        seconds = time.monotonic() - started
        told = browser.ask("Runtime.evaluate", session, expression=MOMENTS, awaitPromise=True)
        found = json.loads(told["result"]["value"])
        filtered = browser.ask("Runtime.evaluate", session, expression=CLICK, awaitPromise=True)["result"]["value"]
    return (
        f"painted after {found['painted']:.0f} ms, parsed after {found['parsed']:.0f} ms, "
        f"loaded after {found['loaded']:.0f} ms ({seconds:.2f} s with the way there); {found['elements']} elements; "
        f"the filter takes {filtered:.0f} ms"
    )
