"""Lets open models answer: `python serve.py <json>`, started by `mle-star models serve-local`, or by a run.

The Chat Completions API on a socket file, one answer after the other; there is no network behind it.
"""

import json
import os
import select
import shutil
import socket
import socketserver
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler

import offline
from events import Events, Refused, end_with_parent, fail

asked = json.loads(sys.argv[1])
events = Events()
offline.close()
# The folder of the socket is of this call alone.
end_with_parent(lambda: shutil.rmtree(os.path.dirname(asked["socket"]), ignore_errors=True))

import transformers

from asked import carried_out
from decoding.mixtures import Mixture
from decoding.requests import Refusal, read_request
from decoding.writing import Answer, prompt_tokens

# Of a request: longer than the context of any model that is served here.
MAX_BYTES = 16 * 1024 * 1024
# In which a whole request must have come, and in which a client must take what it is sent.
PATIENCE_SECONDS = 30
# Requests that wait for their answer, or for the rest of their text.
MAX_CONNECTIONS = 64


class Handler(BaseHTTPRequestHandler):
    mixture = None
    name = ""
    # One answer after the other.
    turn = threading.Lock()
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE_SECONDS

    def log_message(self, *arguments):
        """Requests are not logged."""

    def do_GET(self):
        if self.path.rstrip("/") == "/v1/models":
            self.say(200, {"object": "list", "data": [{"id": self.name, "object": "model"}]})
        else:
            self.refuse(404, f"there is no {self.path}")

    def do_POST(self):
        text = self.body()
        if text is None:
            return
        if self.path != "/v1/chat/completions":
            self.refuse(404, f"there is no {self.path}")
            return
        try:
            wanted = read_request(text)
            prompt, most = prompt_tokens(self.mixture, wanted)
        except Refusal as error:
            self.refuse(400, str(error))
            return
        answer = Answer(self.mixture, wanted, prompt, most, self.is_gone)
        try:
            self.respond(wanted, answer)
        except OSError:
            # Whoever asked has gone, or takes nothing any more.
            self.close_connection = True

    def body(self):
        """The text of a request; None: it was refused, and what may still come of it is not read."""
        length = self.headers.get("content-length") or ""
        if not length.isascii() or not length.isdigit():
            self.close_connection = True
            self.refuse(411, "expected a header content-length")
            return None
        if int(length) > MAX_BYTES:
            self.close_connection = True
            self.refuse(413, f"a request has {MAX_BYTES} bytes at most, this one {int(length)}")
            return None
        text, missing, end = [], int(length), time.monotonic() + PATIENCE_SECONDS
        while missing > 0 and time.monotonic() < end:
            try:
                part = self.rfile.read1(min(missing, 65536))
            except TimeoutError:
                break
            if not part:
                self.close_connection = True
                return None
            text.append(part)
            missing -= len(part)
        if missing == 0:
            return b"".join(text)
        self.close_connection = True
        self.refuse(408, f"the request has not come whole within {PATIENCE_SECONDS} s")
        return None

    def is_gone(self):
        """Whether whoever asked has closed the connection."""
        ready, _, _ = select.select([self.connection], [], [], 0)
        return bool(ready) and self.connection.recv(1, socket.MSG_PEEK) == b""

    def respond(self, wanted, answer):
        if wanted.streams:
            self.begin_stream()
        with self.turn:
            switched, failure, pieces = 0, None, []
            try:
                for piece in self.pieces(wanted, answer):
                    pieces.append(piece)
                    if wanted.streams and piece:
                        self.chunk([self.choice({"content": piece}, None)])
                switched = self.mixture.switched
            except OSError:
                raise
            except Exception as error:
                failure = str(error) or type(error).__name__
        if failure is not None:
            self.say_failure(wanted, failure)
        else:
            self.end_answer(wanted, answer, "".join(pieces), switched)

    def pieces(self, wanted, answer):
        """The answer as it is written; where a patch is to be made, all of it at once."""
        if not self.mixture.asked["patch"]:
            return answer
        return iter([carried_out(wanted.messages, "".join(answer))])

    def begin_stream(self):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True

    def say_failure(self, wanted, message):
        if wanted.streams:
            self.event({"error": {"message": message, "type": "server_error"}})
        else:
            self.say(500, {"error": {"message": message, "type": "server_error"}})

    def end_answer(self, wanted, answer, text, switched):
        usage = {
            "prompt_tokens": len(answer.prompt),
            "completion_tokens": answer.count,
            "total_tokens": len(answer.tokens),
        }
        if self.mixture.way == "switch":
            usage["switched_tokens"] = switched
        told = {} if wanted.alternatives is None else {"logprobs": {"content": answer.logprobs}}
        if not wanted.streams:
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, **told}
            choices = [{**choice, "finish_reason": answer.finish}]
            self.say(200, {**self.head("chat.completion"), "choices": choices, "usage": usage})
            return
        self.chunk([{**self.choice({}, answer.finish), **told}])
        if wanted.tells_usage:
            self.chunk([], usage=usage)
        self.wfile.write(b"data: [DONE]\n\n")

    def choice(self, delta, finish):
        return {"index": 0, "delta": delta, "finish_reason": finish}

    def head(self, kind):
        return {"id": "0", "object": kind, "created": 0, "model": self.name}

    def chunk(self, choices, **more):
        self.event({**self.head("chat.completion.chunk"), "choices": choices, **more})

    def event(self, fields):
        self.wfile.write(f"data: {json.dumps(fields)}\n\n".encode())

    def refuse(self, code, message):
        self.say(code, {"error": {"message": message, "type": "invalid_request_error"}})

    def say(self, code, fields):
        body = json.dumps(fields).encode()
        self.send_response(code)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(body)


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = MAX_CONNECTIONS
    places = threading.BoundedSemaphore(MAX_CONNECTIONS)

    def process_request(self, request, client_address):
        if not self.places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request, client_address):
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.places.release()

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def main():
    transformers.logging.set_verbosity_error()
    try:
        Handler.mixture = Mixture(asked["places"], asked)
    except Refused as error:
        fail(events, "refused", str(error))
    Handler.name = asked["name"]
    with Server(asked["socket"], Handler) as server:
        events.say("listening")
        server.serve_forever()


if __name__ == "__main__":
    main()
