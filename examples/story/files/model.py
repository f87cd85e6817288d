# SPDX-License-Identifier: Apache-2.0
"""A model's API that makes its answers up: OpenAI chat completions, whole and streamed. Nothing is checked here: that is the gateway's.

python model.py
"""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

STORY = "Once there was a keeper of a lantern who walked along the shore each night and counted the ships"


class Model(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer one request; asked for a story, tell it for half a minute."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        text = str(asked["messages"][-1]["content"])
        words = STORY.split() * 20 if "story" in text else f"You asked: {text}".split()
        if asked.get("stream"):
            self._stream(asked, words)
        else:
            message = {"role": "assistant", "content": " ".join(words)}
            choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
            usage = {"prompt_tokens": 10, "completion_tokens": len(words), "total_tokens": 10 + len(words)}
            body = json.dumps({**head(asked, "chat.completion"), "choices": [choice], "usage": usage}).encode()
            self._begin("application/json", f"content-length: {len(body)}")
            self.wfile.write(body)

    def _stream(self, asked: dict[str, Any], words: list[str]) -> None:
        self._begin("text/event-stream", "transfer-encoding: chunked")
        self._chunk({"role": "assistant", "content": ""}, asked)
        for word in words:
            self._chunk({"content": f"{word} "}, asked)
            time.sleep(0.08)
        self._chunk({}, asked, "stop")
        self._send(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, delta: dict[str, str], asked: dict[str, Any], finish: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        told = {**head(asked, "chat.completion.chunk"), "choices": [choice]}
        self._send(b"data: " + json.dumps(told).encode() + b"\n\n")

    def _send(self, event: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
        self.wfile.flush()

    def _begin(self, kind: str, length: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header(*length.split(": "))
        self.end_headers()

    def handle(self) -> None:
        """Serve a connection until it ends; the gateway closes it when a client has gone or is cut."""
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def head(asked: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return what each answer and chunk begins with."""
    return {"id": "chatcmpl-1", "object": kind, "created": 1, "model": asked["model"]}


if __name__ == "__main__":
    url = yaml.safe_load(Path("gateway.yaml").read_text("utf-8"))["upstreams"]["lab"]["url"]
    ThreadingHTTPServer(("127.0.0.1", int(url.rpartition(":")[2])), Model).serve_forever()
