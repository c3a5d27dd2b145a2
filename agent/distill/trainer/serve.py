"""Lets a trained model answer: `python serve.py <json>`, started by `mle-star distill serve` or by a run.

The Chat Completions API on this machine only, one answer after the other. Where it listens is told on standard output.
"""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import offline
from events import Events, Refused, end_with_parent, fail

events = Events()
offline.close()
end_with_parent()

import torch
import transformers
from peft import PeftModel
from transformers import StoppingCriteria, StoppingCriteriaList, TextIteratorStreamer

from asked import carried_out, shown
from students import device_of, load_model, load_tokenizer, prompt_text

# Where a request names none.
MOST_TOKENS = 1024


class Refusal(Exception):
    """A request that cannot be answered."""


class Gone(StoppingCriteria):
    """Ends an answer that nobody waits for any more."""

    def __init__(self):
        self.is_gone = threading.Event()

    def __call__(self, input_ids, scores, **more):
        return self.is_gone.is_set()


class Student:
    """The base with its adapter, or a model that was trained as a whole."""

    def __init__(self, folder, base, device, asked):
        self.asked = asked
        self.device = device_of(device)
        self.tokenizer = load_tokenizer(folder)
        self.model = load_model(base, self.device)
        if os.path.isfile(os.path.join(folder, "adapter_config.json")):
            # Merged, an adapter costs no time in an answer.
            self.model = PeftModel.from_pretrained(self.model, folder).merge_and_unload()
        self.model.config.use_cache = True
        self.model.to(self.device).eval()
        self.room = getattr(self.model.config, "max_position_embeddings", None)
        self.lock = threading.Lock()

    def prepare(self, asked):
        """Tokens of the prompt, and how many may follow."""
        messages = [{"role": each["role"], "content": plain(each["content"])} for each in asked["messages"]]
        tokens = self.tokenizer(
            prompt_text(self.tokenizer, shown(messages, self.asked)), add_special_tokens=False, return_tensors="pt"
        )
        count = tokens["input_ids"].shape[1]
        wanted = asked.get("max_completion_tokens") or asked.get("max_tokens") or MOST_TOKENS
        if self.room is None:
            return tokens, wanted
        if count >= self.room:
            raise Refusal(f"maximum context length is {self.room} tokens, {count} in the messages")
        return tokens, min(wanted, self.room - count)

    def answer(self, tokens, most, asked, streamer, gone):
        """The number of tokens that were written. A temperature of 0, or none: always the likeliest token."""
        temperature = asked.get("temperature") or 0
        sampling = {"do_sample": True, "temperature": temperature} if temperature > 0 else {"do_sample": False}
        if temperature > 0 and asked.get("seed") is not None:
            torch.manual_seed(asked["seed"])
        with self.lock, torch.no_grad():
            written = self.model.generate(
                **tokens.to(self.device),
                **sampling,
                max_new_tokens=most,
                streamer=streamer,
                stopping_criteria=StoppingCriteriaList([gone]),
                pad_token_id=self.tokenizer.pad_token_id,
                eos_token_id=self.tokenizer.eos_token_id,
            )
        new = written[0, tokens["input_ids"].shape[1] :]
        return len(new), bool(len(new)) and int(new[-1]) == self.tokenizer.eos_token_id


def plain(content):
    """The text of a message; pictures cannot be seen."""
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] for part in content if part.get("type") == "text")


class Handler(BaseHTTPRequestHandler):
    student = None
    name = ""
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        """Requests are not logged."""

    def do_GET(self):
        if self.path.rstrip("/") == "/v1/models":
            self.say(200, {"object": "list", "data": [{"id": self.name, "object": "model"}]})
        else:
            self.refuse(404, f"there is no {self.path}")

    def do_POST(self):
        text = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path != "/v1/chat/completions":
            self.refuse(404, f"there is no {self.path}")
            return
        try:
            asked = json.loads(text)
            tokens, most = self.student.prepare(asked)
        except Refusal as error:
            self.refuse(400, str(error))
        except (ValueError, KeyError, TypeError) as error:
            self.refuse(400, f"no request of the Chat Completions API: {error}")
        else:
            self.respond(asked, tokens, most)

    def respond(self, asked, tokens, most):
        streamer = TextIteratorStreamer(
            self.student.tokenizer, skip_prompt=True, skip_special_tokens=True
        )
        gone, ended = Gone(), {}

        def work():
            try:
                ended["count"], ended["is_whole"] = self.student.answer(tokens, most, asked, streamer, gone)
            except Exception as error:
                ended["error"] = error
                streamer.end()

        worker = threading.Thread(target=work)
        worker.start()
        try:
            pieces = self.pieces(streamer, asked["messages"])
            self.stream(pieces) if asked.get("stream") else None
            text = "" if asked.get("stream") else "".join(pieces)
            worker.join()
            self.close_answer(asked, text, tokens["input_ids"].shape[1], ended)
        except OSError:
            # Whoever asked has gone.
            gone.is_gone.set()
            worker.join()
            self.close_connection = True

    def pieces(self, streamer, messages):
        """The answer as it is written; where a patch is to be made, all of it at once."""
        if not self.student.asked["patch"]:
            return streamer
        texts = [{"role": each["role"], "content": plain(each["content"])} for each in messages]
        return iter([carried_out(texts, "".join(streamer))])

    def stream(self, pieces):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        for piece in pieces:
            if piece:
                self.chunk({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})

    def close_answer(self, asked, text, prompt, ended):
        if "error" in ended:
            if asked.get("stream"):
                self.event({"error": {"message": str(ended["error"]), "type": "server_error"}})
            else:
                self.refuse(500, str(ended["error"]))
            return
        reason = "stop" if ended["is_whole"] else "length"
        usage = {
            "prompt_tokens": prompt,
            "completion_tokens": ended["count"],
            "total_tokens": prompt + ended["count"],
        }
        if asked.get("stream"):
            self.chunk({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}], "usage": usage})
            self.wfile.write(b"data: [DONE]\n\n")
            self.wfile.flush()
        else:
            message = {"role": "assistant", "content": text}
            choices = [{"index": 0, "message": message, "finish_reason": reason}]
            self.say(200, {**self.head("chat.completion"), "choices": choices, "usage": usage})

    def head(self, kind):
        return {"id": "0", "object": kind, "created": 0, "model": self.name}

    def chunk(self, fields):
        self.event({**self.head("chat.completion.chunk"), **fields})

    def event(self, fields):
        self.wfile.write(f"data: {json.dumps(fields)}\n\n".encode())
        self.wfile.flush()

    def refuse(self, code, message):
        self.say(code, {"error": {"message": message, "type": "invalid_request_error"}})

    def say(self, code, fields):
        body = json.dumps(fields).encode()
        self.send_response(code)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    asked = json.loads(sys.argv[1])
    transformers.logging.set_verbosity_error()
    try:
        Handler.student = Student(asked["folder"], asked["base"], asked["device"], asked["asked"])
    except Refused as error:
        fail(events, "refused", str(error))
    Handler.name = asked["name"]
    server = ThreadingHTTPServer((asked["host"], asked["port"]), Handler)
    server.daemon_threads = True
    events.say("listening", port=server.server_address[1])
    server.serve_forever()


if __name__ == "__main__":
    main()
