// Asks the server of MLE-bench, where there is one, whether a file is a valid submission, and prints what it says.
import { readFileSync } from "node:fs";

const server = "http://localhost:5000";

try {
  if ((await fetch(`${server}/health`, { signal: AbortSignal.timeout(5000) })).ok) await ask();
} catch {
  // No server: nothing is to be said.
}

async function ask() {
  try {
    const form = new FormData();
    form.append("file", new Blob([readFileSync(process.argv[2])]), "submission.csv");
    const signal = AbortSignal.timeout(60_000);
    const answer = await fetch(`${server}/validate`, { method: "POST", body: form, signal });
    const { result, details } = await answer.json();
    say(result ?? details ?? `status ${answer.status}`);
  } catch (error) {
    say(error instanceof Error ? `nothing (${error.message})` : "nothing");
  }
}

function say(words) {
  process.stderr.write(`the server of MLE-bench says: ${words}\n`);
}
