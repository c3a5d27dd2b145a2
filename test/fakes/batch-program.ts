import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readBatch } from "../../runs/batch/batch.ts";
import { localEngine } from "../../runs/batch/engines/local.ts";
import { workOn } from "../../runs/batch/work.ts";

/** Works on a batch of fake jobs until its end: `batch-program.ts <batch folder> <side by side>`. */
const [folder = "", sideBySide = "1"] = process.argv.slice(2);
const job = fileURLToPath(new URL("./fake-job.sh", import.meta.url));
const stop = { asked: 0 as 0 | 1 | 2 };
process.on("SIGINT", () => {
  stop.asked = stop.asked === 0 ? 1 : 2;
});
const standings = await workOn(
  { folder, batch: await readBatch(folder) },
  {
    engine: localEngine({ cpus: Number(sideBySide), memoryMb: 1e6, gpus: 0 }, process.env),
    commandOf: ({ folder: place, configuration }) => [
      "sh",
      job,
      join(place, "runs"),
      ...configuration.options,
    ],
    onChange: () => undefined,
    stop,
    gpus: [],
    pollMs: 50,
  },
);
for (const { job: each, state } of standings)
  process.stdout.write(`${each.id} ${state.kind} ${"why" in state ? state.why : ""}\n`);
