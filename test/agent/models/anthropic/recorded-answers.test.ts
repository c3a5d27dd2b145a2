import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { anthropicModel } from "../../../../agent/models/anthropic/anthropic.ts";
import { someRequest } from "../../../fakes/request.ts";

const program = fileURLToPath(
  new URL("../../../fakes/messages-server-program.ts", import.meta.url),
);

test("a recorded run answers over the wire, from a process of its own, by prompt", async () => {
  const journal = path.join(await mkdtemp(path.join(tmpdir(), "recorded-")), "journal.jsonl");
  const answers = [
    ["Plan for block 1, 3.2 s", "plan one"],
    ["Write the script", "script"],
    ["Plan for block 2, 1.1 s", "plan two"],
  ] as const;
  const lines = answers.map(([prompt, text], index) =>
    JSON.stringify(answered(index + 1, prompt, text)),
  );
  await writeFile(journal, `${lines.join("\n")}\n`);
  const child = spawn(process.execPath, ["--import", "tsx", program, journal]);
  onTestFinished(() => void child.kill());
  const [address] = await once(child.stdout, "data");
  const model = anthropicModel({
    name: "any",
    apiKey: "k",
    baseUrl: String(address).trim(),
    prices: null,
  });
  const { signal } = new AbortController();
  const received: string[] = [];
  for (const prompt of ["Write the script", "Plan for block 2, 9.9 s", "Plan for block 1, 3.2 s"]) {
    received.push((await model.ask(someRequest({ prompt }), signal)).text);
  }
  expect(received).toEqual(["script", "plan two", "plan one"]);
});

function answered(seq: number, prompt: string, text: string): unknown {
  const tokens = { input: 1, cacheRead: 0, cacheWrite: 0, output: 1 };
  const bill = { tokens, usd: 0, seconds: 0, requestId: null, sources: [] };
  const value = {
    role: "any",
    prompt,
    prefixHash: "0",
    text,
    model: "playbook",
    stop: "end",
    ...bill,
  };
  const time = "2026-01-01T00:00:00.000Z";
  return { v: 1, seq, time, elapsed: 0, type: "answered", key: `key-${seq}`, value };
}
