# SPDX-License-Identifier: Apache-2.0
"""The official SDKs read the fake provider's answers, streamed and not."""

from collections.abc import Iterator

import anthropic
import openai
import pytest
from tests.fake_upstream import Fake, start_fake

WISH = 'say:hello world\ntool:look {"at": "this"}'


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as running:
        yield running


@pytest.mark.parametrize("extra", ["", "\nsplit"])
def test_chat(fake: Fake, extra: str) -> None:
    with openai.OpenAI(base_url=fake.url + "/v1", api_key="k", max_retries=0) as client:
        turns = [{"role": "user", "content": WISH + extra}]
        whole = client.chat.completions.create(model="m", messages=turns)
        assert whole.choices[0].message.tool_calls[0].function.arguments == '{"at": "this"}'
        chunks = list(client.chat.completions.create(model="m", messages=turns, stream=True))
        assert "".join(c.choices[0].delta.content or "" for c in chunks) == "hello world"
        with pytest.raises(openai.RateLimitError):
            client.chat.completions.create(model="m", messages=[{"role": "user", "content": "error:429"}])


def test_responses(fake: Fake) -> None:
    with openai.OpenAI(base_url=fake.url + "/v1", api_key="k", max_retries=0) as client:
        assert client.responses.create(model="m", input=WISH).output_text == "hello world"
        with client.responses.stream(model="m", input=WISH) as stream:
            stream.until_done()
            assert stream.get_final_response().output_text == "hello world"


def test_messages(fake: Fake) -> None:
    with anthropic.Anthropic(base_url=fake.url, api_key="k", max_retries=0) as client:
        with client.messages.stream(model="m", max_tokens=9, messages=[{"role": "user", "content": WISH}]) as stream:
            final = stream.get_final_message()
        assert [one.type for one in final.content] == ["text", "tool_use"]
        assert "k" in str(fake.seen()[-1]["headers"])
