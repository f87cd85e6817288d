# SPDX-License-Identifier: Apache-2.0
"""A customer's program, with the official `openai` SDK: it knows another base address and its key, nothing else of the gateway.

python ask.py TENANT TEXT [--model NAME] [--stream] [--times N]
Ends with 0 where it was answered, 1 where it was refused or cut; then it prints what the gateway says of why.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import openai
import yaml


def client_of(tenant: str) -> openai.OpenAI:
    """Return a client of the gateway with the key that this story gave a tenant."""
    port = yaml.safe_load(Path("gateway.yaml").read_text("utf-8"))["listen"]["port"]
    return openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=f"rk-story-{tenant}", max_retries=0)


def say(text: str, end: str = "\n") -> None:
    """Print a text at once."""
    sys.stdout.write(text + end)
    sys.stdout.flush()


def ask(client: openai.OpenAI, text: str, *, model: str = "lantern", stream: bool = False) -> str:
    """Return an answer, printing it as it comes where it is streamed. Raises openai.APIError."""
    turns = [{"role": "user", "content": text}]
    if not stream:
        answer = client.chat.completions.create(model=model, messages=turns, max_tokens=1000)
        return answer.choices[0].message.content or ""
    said = ""
    for chunk in client.chat.completions.create(model=model, messages=turns, max_tokens=1000, stream=True):
        word = (chunk.choices[0].delta.content or "") if chunk.choices else ""
        say(word, end="")
        said += word
    say("")
    return said


def reason_of(error: openai.APIError) -> dict[str, object]:
    """Return what the gateway says of a refusal: ground, rules, permit, its id of the request."""
    body = error.body if isinstance(error.body, dict) else {}
    return dict(body.get("ruleout", {}))


def main() -> int:
    """Ask as often as told; stop at the first refusal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tenant")
    parser.add_argument("text")
    parser.add_argument("--model", default="lantern")
    parser.add_argument("--stream", action="store_true")
    parser.add_argument("--times", type=int, default=1)
    told = parser.parse_args()
    for _ in range(told.times):
        try:
            said = ask(client_of(told.tenant), told.text, model=told.model, stream=told.stream)
        except openai.APIError as error:
            say(f"\n{getattr(error, 'status_code', 'cut')}: {json.dumps(reason_of(error))}")
            return 1
        if not told.stream:
            say(f"200: {said}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
