"""Says whether a submission has the columns and ids of the answers, and nothing of how good it is."""

import csv
import io
import json
import os
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWERS = f"/private/data/{os.environ['COMPETITION_ID']}/prepared/private/test.csv"


def why_invalid(text):
    with open(ANSWERS, newline="") as file:
        answers = list(csv.reader(file))
    given = list(csv.reader(io.StringIO(text)))
    if given[:1] != answers[:1]:
        return f"the columns must be {', '.join(answers[0])}"
    if sorted(row[0] for row in given[1:]) != sorted(row[0] for row in answers[1:]):
        return "the ids are not those of the test rows"
    return None


class Handler(BaseHTTPRequestHandler):
    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.answer(200, {"status": "running"}) if self.path == "/health" else self.answer(404, {})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.headers["Content-Type"].encode()
        parts = message_from_bytes(b"Content-Type: " + kind + b"\n\n" + body).get_payload()
        file = next(part for part in parts if part.get_param("name", header="content-disposition") == "file")
        try:
            why = why_invalid(file.get_payload(decode=True).decode())
        except Exception as error:
            return self.answer(500, {"error": "An unexpected error occurred.", "details": str(error)})
        self.answer(200, {"result": "Submission is valid." if why is None else f"Submission invalid! {why}"})


ThreadingHTTPServer(("0.0.0.0", 5000), Handler).serve_forever()
