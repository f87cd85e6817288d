# SPDX-License-Identifier: Apache-2.0
"""The gateway before a real language model on this machine: same words as without it, on every wire; a kill ends it (G-5, G-6)."""

from __future__ import annotations

from collections.abc import Iterator

import anthropic
import openai
import pytest
from tests.gateway_client import until
from tests.gateway_world import KEY, Running, make_world, serve
from tests.integration.test_gateway_kill import give_back, strike
from tests.local_model import local_model

from ruleout.serving.epoch import Target

ASKED = [{"role": "user", "content": "What is the capital of France? Answer in one sentence."}]
SAME = {"temperature": 0, "max_tokens": 12}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with local_model(tmp_path_factory.mktemp("model") / "log") as url:
        yield url


@pytest.fixture(scope="module")
def gateway(model: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(make_world(tmp_path_factory.mktemp("world"), model)) as running:
        yield running


def by_chat(url: str) -> list[str]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0, timeout=120) as client:
        whole = client.chat.completions.create(model="helper", messages=ASKED, **SAME)
        parts = list(client.chat.completions.create(model="helper", messages=ASKED, stream=True, **SAME))
    streamed = "".join(part.choices[0].delta.content or "" for part in parts if part.choices)
    return [whole.choices[0].message.content or "", streamed]


def by_responses(url: str) -> list[str]:
    more = {"model": "helper", "input": ASKED, "temperature": 0, "max_output_tokens": 12}
    with openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0, timeout=120) as client:
        return [client.responses.create(**more).output_text] * 2


def by_messages(url: str) -> list[str]:
    told = {"model": "helper", "messages": ASKED, "max_tokens": 12, "extra_body": {"temperature": 0}}
    with anthropic.Anthropic(base_url=url, api_key=KEY, max_retries=0, timeout=120) as client:
        whole = client.messages.create(**told)
        with client.messages.stream(**told) as stream:
            streamed = stream.get_final_text()
    return [whole.content[0].text, streamed]


@pytest.mark.parametrize("asked", [by_chat, by_responses, by_messages])
def test_the_same_words_with_and_without_the_gateway(model: str, gateway: Running, asked) -> None:
    """The most likely word each time, so that two runs say the same."""
    alone, behind = asked(model), asked(gateway.url)
    assert len(alone[0].split()) > 2
    assert behind == alone


def test_a_stream_without_the_numbers_of_its_format_is_no_answer(gateway: Running) -> None:
    """This server leaves `output_index` and its kin out of streamed responses: what cannot be placed cannot be judged."""
    with (
        openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=KEY, max_retries=0, timeout=120) as client,
        pytest.raises(openai.APIError, match="shape that is not known"),
    ):
        list(client.responses.create(model="helper", input=ASKED, max_output_tokens=4, stream=True))


def test_a_kill_ends_what_the_model_is_saying(gateway: Running) -> None:
    world = gateway.world
    with openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=KEY, max_retries=0, timeout=120) as client:
        told = {"model": "helper", "messages": ASKED, "max_tokens": 1500}
        stream = client.chat.completions.create(stream=True, logit_bias={"2": -100, "0": -100}, **told)
        said = [next(stream), next(stream), next(stream)]
        strike(world, Target.MODEL, "helper")
        try:
            with pytest.raises(openai.APIError, match="switched off"):
                said += list(stream)
            with pytest.raises(openai.PermissionDeniedError):
                client.chat.completions.create(**told)
        finally:
            give_back(world)
            gateway.until_ready()
        assert len(said) < 1000
        until(lambda: by_chat(gateway.url)[0], 60)
