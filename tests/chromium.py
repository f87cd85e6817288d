# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium without a network, driven over its own pipe with nothing but the standard library.

The browser speaks the DevTools protocol on file descriptors 3 and 4: JSON messages that end with a zero byte. Every
request that a page makes is kept, so that a test can show that there was none but to files.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE_S = 90
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--proxy-server=127.0.0.1:9",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
)


def chromium() -> str | None:
    """The browser's path, or None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Tab:
    """One page of a running browser."""

    def __init__(self, write: int, read: int) -> None:
        self._write, self._read = write, read
        self._pending, self._number, self._session = b"", 0, ""
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._begun: dict[str, str] = {}
        self._saved: set[str] = set()
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode("utf-8") + b"\0")
        end = time.monotonic() + PATIENCE_S
        while True:
            got = self._next(end)
            if got.get("id") == self._number:
                assert "error" not in got, got["error"]
                return dict(got["result"])

    def open(self, page: Path, *, width: int = 1280, height: int = 900) -> None:
        """Open a file and wait until its script has run."""
        self.size(width, height)
        self.call("Page.navigate", url=page.as_uri())
        self.until("document.readyState==='complete'&&location.protocol==='file:'")

    def size(self, width: int, height: int) -> None:
        """Give the window a size in CSS pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def run(self, script: str) -> Any:
        """Return what an expression gives in the page."""
        done = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def until(self, script: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + PATIENCE_S
        while not self.run(script):
            assert time.monotonic() < end, f"still not true: {script}"
            time.sleep(0.05)

    def until_saved(self, name: str) -> None:
        """Wait until the browser says that a download is whole: its file comes, goes and comes again before that."""
        end = time.monotonic() + PATIENCE_S
        while name not in self._saved:
            assert time.monotonic() < end, f"no {name} was saved"
            self.run("0")
            time.sleep(0.05)

    def type(self, text: str) -> None:
        """Type into what has the focus, as a person would paste."""
        self.call("Input.insertText", text=text)

    def press(self, key: str, code: int) -> None:
        """Press and release a key."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def media(self, *, scheme: str = "light", kind: str = "") -> None:
        """Look as on a dark or light screen, or as in print."""
        self.call(
            "Emulation.setEmulatedMedia", media=kind, features=[{"name": "prefers-color-scheme", "value": scheme}]
        )

    def picture(self, path: Path, *, whole: bool = True) -> None:
        """Keep a picture of the page."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _next(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._pending:
            ready, _, _ = select.select([self._read], [], [], max(0.0, end - time.monotonic()))
            assert ready, "the browser does not answer"
            got = os.read(self._read, 1 << 20)
            assert got, "the browser has gone"
            self._pending += got
        line, _, self._pending = self._pending.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, event: str, params: dict[str, Any]) -> None:
        if event == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        if event == "Log.entryAdded":
            self.complaints.append(params["entry"]["text"])
        if event == "Runtime.exceptionThrown":
            self.complaints.append(str(params["exceptionDetails"]))
        if event == "Browser.downloadWillBegin":
            self._begun[params["guid"]] = params["suggestedFilename"]
        if event == "Browser.downloadProgress" and params["state"] == "completed":
            self._saved.add(self._begun[params["guid"]])


def _raised(descriptor: int) -> int:
    """Give a descriptor a number of a hundred or more, in place of its own."""
    raised = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 100)
    os.close(descriptor)
    return raised


@contextmanager
def browsing(folder: Path) -> Iterator[Tab]:
    """Run a browser that saves what it downloads into a folder; it ends with the block."""
    program = chromium()
    assert program is not None
    to_child, ours = os.pipe()
    theirs, from_child = os.pipe()
    profile = folder / "profile"

    # The browser wants exactly 3 and 4. A shell moves the pipes there; above a hundred neither can stand in the way.
    to_child, from_child = _raised(to_child), _raised(from_child)
    moved = f'exec 3<&{to_child} 4>&{from_child}; exec "$@"'
    process = subprocess.Popen(
        ["bash", "-c", moved, "bash", program, *_FLAGS, f"--user-data-dir={profile}"],
        pass_fds=(to_child, from_child),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
    )
    os.close(to_child)
    os.close(from_child)
    try:
        tab = Tab(ours, theirs)
        saved = str(folder / "saved")
        tab.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=saved, eventsEnabled=True)
        yield tab
    finally:
        os.close(ours)
        os.close(theirs)
        process.terminate()
        process.wait(60)
