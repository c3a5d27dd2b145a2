import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { openBank } from "../../../../agent/memory/bank/bank.ts";
import { hashedEmbedder } from "../../../../agent/memory/embedding.ts";

/** Another process that adds items to a bank, one a change: `name 0`, `name 1` … */
export function startChanging(folder: string, name: string, count: number) {
  const file = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, ["--import", "tsx", file, folder, name, String(count)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let changes = 0;
  const waiting: (() => void)[] = [];
  createInterface({ input: child.stdout }).on("line", () => {
    changes++;
    for (const each of waiting.splice(0)) each();
  });
  const ended = once(child, "close");
  return {
    ended,
    kill: () => void child.kill("SIGKILL"),
    async changed(wanted: number): Promise<void> {
      while (changes < wanted) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}

async function main(folder: string, name: string, count: number): Promise<void> {
  const embedder = hashedEmbedder();
  const bank = await openBank(folder, embedder, () => undefined);
  for (let each = 0; each < count; each++) {
    const title = `${name} ${each}`;
    const [vector = new Float32Array()] = await embedder.embed(
      [title],
      new AbortController().signal,
    );
    await bank.change((change) => {
      const outcome = {
        run: "a/r",
        competition: "a",
        attempt: null,
        scoreBefore: null,
        scoreAfter: null,
        gain: null,
        standardError: null,
        helped: null,
        type: "binary",
        modality: "tabular",
        metric: "auc",
        rows: 1,
        about: "",
      };
      const facts = { where: null, subject: null, error: null, fix: null, outcomes: [outcome] };
      change.add({ kind: "data-fact", title, text: title, ...facts }, vector);
    });
    process.stdout.write("changed\n");
  }
}

const [, script, folder, name, count] = process.argv;
if (script === fileURLToPath(import.meta.url) && folder !== undefined && name !== undefined)
  await main(folder, name, Number(count));
