"""A request of the Chat Completions API, read: what cannot be done is refused by its name, never passed over."""

import json
import math
from dataclasses import dataclass

# Where a request names none.
MAX_TOKENS = 1024
# As the API has it.
MAX_STOPS, MAX_ALTERNATIVES, HOTTEST = 4, 20, 2
ROLES = ("system", "developer", "user", "assistant")
# Would change the answer, and cannot be done.
CHANGING = ("frequency_penalty", "presence_penalty", "logit_bias", "functions", "audio")


class Refusal(Exception):
    """A request that cannot be answered."""


@dataclass(frozen=True)
class Wanted:
    messages: list
    tokens: int
    temperature: float
    top_p: float
    seed: int | None
    stops: tuple
    # How many likeliest tokens are told beside each; None: no log-probabilities.
    alternatives: int | None
    streams: bool
    tells_usage: bool


def read_request(text):
    try:
        asked = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal(f"no JSON: {error}") from error
    if not isinstance(asked, dict):
        raise Refusal("no request of the Chat Completions API: expected an object")
    refuse_what_cannot_be_done(asked)
    options = asked.get("stream_options")
    return Wanted(
        messages=messages_of(asked.get("messages")),
        tokens=number(asked, ("max_completion_tokens", "max_tokens"), 1, math.inf, MAX_TOKENS, whole=True),
        temperature=number(asked, ("temperature",), 0, HOTTEST, 0),
        top_p=number(asked, ("top_p",), 0, 1, 1),
        seed=number(asked, ("seed",), -(2**63), 2**63 - 1, None, whole=True),
        stops=stops_of(asked.get("stop")),
        alternatives=alternatives_of(asked),
        streams=asked.get("stream") is True,
        tells_usage=isinstance(options, dict) and options.get("include_usage") is True,
    )


def refuse_what_cannot_be_done(asked):
    for name in CHANGING:
        if asked.get(name):
            raise Refusal(f"{name} is not supported")
    if asked.get("n") not in (None, 1):
        raise Refusal("n is not supported: one answer a request")
    if asked.get("tools"):
        raise Refusal("tools are not supported")
    form = asked.get("response_format")
    if form is not None and not (isinstance(form, dict) and form.get("type") == "text"):
        raise Refusal("response_format is not supported")


def number(asked, names, least, most, otherwise, whole=False):
    for name in names:
        value = asked.get(name)
        if value is None:
            continue
        kinds = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value <= most:
            form = "a whole number" if whole else "a number"
            limit = f"{least} or more" if most == math.inf else f"from {least} to {most}"
            raise Refusal(f"{name}: expected {form}, {limit}")
        return value
    return otherwise


def messages_of(messages):
    if not isinstance(messages, list) or not messages:
        raise Refusal("messages: expected a list of one or more")
    return [message_of(each) for each in messages]


def message_of(message):
    role = message.get("role") if isinstance(message, dict) else None
    if role not in ROLES:
        raise Refusal(f"messages: expected the role {', '.join(ROLES[:-1])} or {ROLES[-1]}")
    return {"role": "system" if role == "developer" else role, "content": plain(message.get("content"))}


def plain(content):
    """The text of a message; pictures cannot be seen."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise Refusal("messages: expected a text as content")
    texts = []
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind != "text" or not isinstance(part.get("text"), str):
            raise Refusal(f"messages: only text can be read, no {kind}")
        texts.append(part["text"])
    return "\n".join(texts)


def stops_of(stop):
    stops = () if stop is None else (stop,) if isinstance(stop, str) else stop
    is_list = isinstance(stops, (list, tuple)) and len(stops) <= MAX_STOPS
    if not is_list or any(not isinstance(each, str) or each == "" for each in stops):
        raise Refusal(f"stop: expected a text, or up to {MAX_STOPS}")
    return tuple(stops)


def alternatives_of(asked):
    count = number(asked, ("top_logprobs",), 0, MAX_ALTERNATIVES, None, whole=True)
    if asked.get("logprobs") is True:
        return count or 0
    if count is not None:
        raise Refusal("top_logprobs needs logprobs")
    return None
