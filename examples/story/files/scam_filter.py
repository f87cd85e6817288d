# SPDX-License-Identifier: Apache-2.0
"""A hook that stops scams it knows by their words, and only those: wordings change, and that is the point of the story.

python scam_filter.py
"""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

KNOWN = ("gift card", "wire the money", "lottery", "inheritance")


class Filter(BaseHTTPRequestHandler):
    """One connection of the gateway."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer one question (docs/guide/tools.md, Hooks)."""
        question = json.loads(self.rfile.read(int(self.headers["content-length"])))
        text = (question["context"] + question["text"]).lower()
        found = [word.replace(" ", "-") for word in KNOWN if word in text]
        verdict = "deny" if found else "allow"
        told = {"format": "ruleout-hook/1", "ask": question["ask"], "verdict": verdict, "rules": found, "near": False}
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("ruleout-verdict", verdict)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        """Serve a connection until it ends."""
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    address = yaml.safe_load(Path("gateway.yaml").read_text("utf-8"))["hooks"]["scam-filter"]["address"]
    port = int(address.rstrip("/").rpartition(":")[2])
    ThreadingHTTPServer(("127.0.0.1", port), Filter).serve_forever()
