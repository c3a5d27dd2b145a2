import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { anthropicModel } from "../../../../agent/models/anthropic/anthropic.ts";
import { openJournal } from "../../../../runs/record/journal.ts";
import { someRequest } from "../../../fakes/request.ts";
import { handClock, reply } from "../../../runs/journal-fixture.ts";

const program = fileURLToPath(
  new URL("../../../fakes/servers/messages-server-program.ts", import.meta.url),
);

test("a recorded run answers over the wire, from a process of its own, by prompt", async () => {
  const file = path.join(await mkdtemp(path.join(tmpdir(), "recorded-")), "journal.jsonl");
  const answers = [
    ["Plan for block 1, 3.2 s", "plan one"],
    ["Write the script", "script"],
    ["Plan for block 2, 1.1 s", "plan two"],
  ] as const;
  const journal = await openJournal(file, { clock: handClock() });
  for (const [index, [prompt, text]] of answers.entries())
    await journal.append("answered", `key-${index}`, reply({ prompt, text }));
  await journal.close();
  const child = spawn(process.execPath, ["--import", "tsx", program, file]);
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
