"""An answer, token by token: what is drawn, which text is whole, and where it ends."""

import torch

from asked import shown
from students import prompt_text

from decoding.requests import Refusal


def prompt_tokens(mixture, wanted):
    """Tokens of the prompt, and how many may follow. Refuses what leaves no room for an answer."""
    text = prompt_text(mixture.tokenizer, shown(wanted.messages, mixture.asked))
    tokens = mixture.tokenizer(text, add_special_tokens=False)["input_ids"]
    if not tokens:
        raise Refusal("messages: there is nothing to answer")
    if mixture.room is None:
        return tokens, wanted.tokens
    if len(tokens) >= mixture.room:
        raise Refusal(f"maximum context length is {mixture.room} tokens, {len(tokens)} in the messages")
    return tokens, min(wanted.tokens, mixture.room - len(tokens))


class Answer:
    """An iterator over the pieces of its text; `finish` and `count` are known at its end."""

    def __init__(self, mixture, wanted, prompt, most, is_gone):
        self.mixture, self.wanted, self.most, self.is_gone = mixture, wanted, most, is_gone
        self.prompt, self.tokens = prompt, list(prompt)
        self.finish, self.logprobs = "length", []
        self.generator = torch.Generator()
        if wanted.seed is None:
            self.generator.seed()
        else:
            self.generator.manual_seed(wanted.seed)

    @property
    def count(self):
        """Of all tokens that were written, the one that ends it included."""
        return len(self.tokens) - len(self.prompt)

    def __iter__(self):
        whole, held = WholeText(self.mixture.tokenizer), HeldText(self.wanted.stops)
        self.mixture.begin()
        while self.count < self.most and not self.is_gone():
            token = self.next_token()
            self.tokens.append(token)
            if token in self.mixture.ends:
                self.finish = "stop"
                break
            yield held.add(whole.add(token))
            if held.is_stopped:
                self.finish = "stop"
                return
        yield held.add(whole.rest()) + held.rest()
        if held.is_stopped:
            self.finish = "stop"

    def next_token(self):
        scores = self.mixture.scores(self.tokens).cpu()
        if torch.isnan(scores).any():
            raise ArithmeticError("the model's next token is not a number")
        token = draw(scores, self.wanted, self.generator)
        if self.wanted.alternatives is not None:
            self.logprobs.append(self.told(torch.log_softmax(scores, -1), token))
        return token

    def told(self, logprobs, token):
        likeliest = torch.topk(logprobs, self.wanted.alternatives).indices.tolist()
        return {**self.one(logprobs, token), "top_logprobs": [self.one(logprobs, each) for each in likeliest]}

    def one(self, logprobs, token):
        text = self.mixture.tokenizer.decode([token])
        # JSON has no infinity: that of the API for what cannot be drawn.
        # Of a part of a character its bytes are not known.
        told = None if "\ufffd" in text else list(text.encode())
        return {"token": text, "logprob": max(logprobs[token].item(), -9999.0), "bytes": told}


def draw(scores, wanted, generator):
    """A temperature of 0, or none: always the likeliest token."""
    if wanted.temperature == 0:
        return int(scores.argmax())
    chances = torch.softmax(scores.double() / wanted.temperature, -1)
    if wanted.top_p < 1:
        ordered, places = chances.sort(descending=True, stable=True)
        # Those that come before it make up the share already; the likeliest one always stays.
        beyond = ordered.cumsum(-1) - ordered >= wanted.top_p
        beyond[0] = False
        chances[places[beyond]] = 0
    return int(torch.multinomial(chances, 1, generator=generator))


class WholeText:
    """Text of tokens as far as its characters are whole: some take several tokens."""

    def __init__(self, tokenizer):
        self.tokenizer, self.tokens, self.said = tokenizer, [], ""

    def add(self, token):
        self.tokens.append(token)
        text = self.text()
        if text.endswith("\ufffd") or len(text) < len(self.said):
            return ""
        piece, self.said = text[len(self.said) :], text
        if piece.endswith("\n"):
            # Decoding begins anew after a line, so that it does not take longer with each token.
            self.tokens, self.said = self.tokens[-1:], self.decoded(self.tokens[-1:])
        return piece

    def rest(self):
        return self.text()[len(self.said) :]

    def text(self):
        return self.decoded(self.tokens)

    def decoded(self, tokens):
        return self.tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)


class HeldText:
    """Holds back what may be the beginning of a text that ends the answer."""

    def __init__(self, stops):
        self.stops, self.held, self.is_stopped = stops, "", False

    def add(self, piece):
        if self.is_stopped:
            return ""
        self.held += piece
        found = [at for at in (self.held.find(stop) for stop in self.stops) if at >= 0]
        if found:
            self.is_stopped = True
            piece, self.held = self.held[: min(found)], ""
            return piece
        longest = max((self.begun(stop) for stop in self.stops), default=0)
        cut = len(self.held) - longest
        piece, self.held = self.held[:cut], self.held[cut:]
        return piece

    def begun(self, stop):
        """How many characters at the end could begin it."""
        most = min(len(stop) - 1, len(self.held))
        return next((length for length in range(most, 0, -1) if self.held.endswith(stop[:length])), 0)

    def rest(self):
        piece, self.held = self.held, ""
        return piece
