import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import type { EngineName, Execution, Limits, Sandbox } from "../../sandbox/contract.ts";
import { assignGpus } from "../../sandbox/gpu/assign.ts";
import { askSmi, findGpus, type Gpu, type GpuView } from "../../sandbox/gpu/devices.ts";
import {
  attack,
  cacheDir,
  makeBench,
  open,
  presentEngines,
  report,
  root,
} from "../sandbox/engines.ts";
import { writePictures } from "./pictures.ts";

const view: GpuView = { path: null, visible: process.env.CUDA_VISIBLE_DEVICES ?? null };
const { signal } = new AbortController();
const LIMITS: Partial<Limits> = {
  seconds: 90,
  memoryMb: 8192,
  cpus: 2,
  pids: 512,
  diskMb: 512,
  gpus: 1,
};
const ENGINES = ["docker", "podman", "bwrap", "process"] as const;

const TRAIN = `
import json, os, time
import torch
begun = time.time()
torch.manual_seed(0)
device = torch.device("cuda")
x = torch.randn(20000, 64, device=device)
y = (x[:, :8].prod(dim=1) + x.sum(dim=1) > 0).float()
net = torch.nn.Sequential(torch.nn.Linear(64, 512), torch.nn.ReLU(), torch.nn.Linear(512, 1)).to(device)
optimizer = torch.optim.Adam(net.parameters())
losses = []
while time.time() - begun < 4:
    loss = torch.nn.functional.binary_cross_entropy_with_logits(net(x).squeeze(1), y)
    optimizer.zero_grad(); loss.backward(); optimizer.step()
    losses.append(loss.item())
with open("trained.json", "w") as file:
    json.dump({"devices": torch.cuda.device_count(), "name": torch.cuda.get_device_name(0),
      "first": losses[0], "last": losses[-1], "begun": begun, "ended": time.time(),
      "visible": os.environ.get("CUDA_VISIBLE_DEVICES")}, file)
`;
const Trained = z.object({
  devices: z.number(),
  name: z.string(),
  first: z.number(),
  last: z.number(),
  begun: z.number(),
  ended: z.number(),
  visible: z.string().nullable(),
});
type Trained = z.infer<typeof Trained>;

const FILL = `
import torch
kept = []
while True:
    kept.append(torch.ones(2**28, device="cuda"))
`;

class Failed extends Error {}

/** A check: what was seen, in words; throws `Failed` for what is not as claimed. */
type Check = { what: string; look: () => Promise<string> };

function demand(isTrue: boolean, why: string): void {
  if (!isTrue) throw new Failed(why);
}

function lastLine({ log }: Execution): string {
  return log.trim().split("\n").at(-1) ?? "";
}

async function train(sandbox: Sandbox): Promise<{ execution: Execution; trained: Trained }> {
  await using bench = await makeBench();
  const execution = await attack(sandbox, bench, TRAIN, LIMITS);
  demand(execution.outcome === "finished", `${execution.outcome}: ${lastLine(execution)}`);
  const text = await readFile(join(bench.workspace, "trained.json"), "utf8");
  return { execution, trained: Trained.parse(JSON.parse(text)) };
}

function checksOf(sandbox: Sandbox, engine: EngineName, gpus: readonly Gpu[]): Check[] {
  return [
    {
      what: "a torch training on one leased GPU, with a meter of its use",
      async look() {
        const { execution, trained } = await train(sandbox);
        demand(trained.devices === 1, `${trained.devices} GPUs are seen inside, one is leased`);
        demand(
          trained.last < trained.first,
          `the loss went from ${trained.first} to ${trained.last}`,
        );
        const { gpu } = execution;
        const isSlice = gpus.every(({ id }) => id.startsWith("MIG-"));
        demand(gpu !== null || isSlice, "nothing was measured");
        const use =
          gpu === null
            ? "use of a slice is not measured"
            : `${gpu.peakMb} MB, ${gpu.utilization} %`;
        return `${trained.name}: loss ${trained.first.toFixed(3)} to ${trained.last.toFixed(3)}; ${use}`;
      },
    },
    {
      what: "a GPU whose memory is all taken is told apart from a bug",
      async look() {
        await using bench = await makeBench();
        const { outcome, warning, log } = await attack(sandbox, bench, FILL, LIMITS);
        demand(outcome === "out-of-memory", `${outcome}: ${log.trim().split("\n").at(-1)}`);
        return `${outcome} (${warning})`;
      },
    },
    {
      what: "two scripts side by side have a GPU each, or take turns",
      async look() {
        const [one, two] = await Promise.all([train(sandbox), train(sandbox)]);
        const [a, b] = [one.trained, two.trained];
        const isApart = a.ended <= b.begun || b.ended <= a.begun;
        if (gpus.length === 1) demand(isApart, "both were at work on the one GPU at once");
        else demand(isApart || engine === "docker" || a.visible !== b.visible, "both had the same");
        return gpus.length === 1 ? "they took turns" : `GPUs ${a.visible} and ${b.visible}`;
      },
    },
    {
      what: "a whole run on images",
      async look() {
        const runs = await mkdtemp(join(tmpdir(), "mle-star-gpu-"));
        try {
          const competition = await writePictures(join(runs, "shapes"));
          const options = [
            "--quick",
            "--sandbox",
            engine,
            "--model",
            "playbook",
            "--time-limit",
            "90",
          ];
          const words = [
            "run",
            competition,
            ...options,
            "--runs-dir",
            join(runs, "runs"),
            "--json",
            "--quiet",
          ];
          const bin = join(root, "agent", "cli", "bin.mjs");
          const ran = await execa(process.execPath, [bin, ...words], { reject: false });
          const said = ran.stderr.trim().split("\n").at(-1);
          demand(ran.exitCode === 0, `exit code ${ran.exitCode}: ${said}`);
          return "ended with a valid submission";
        } finally {
          await rm(runs, { recursive: true, force: true });
        }
      },
    },
  ];
}

async function engineHere(wanted: string | undefined): Promise<EngineName> {
  const present = await presentEngines();
  const found = ENGINES.find((name) => (wanted ?? name) === name && present.includes(name));
  if (found !== undefined) return found;
  throw new Failed(`${wanted} does not start here; ${present.join(", ")} do`);
}

async function main(): Promise<number> {
  const gpus = await findGpus(view);
  if (gpus.length === 0) {
    const answer = await askSmi(view, ["-L"]);
    console.log(`SKIP  no GPU can be seen: ${answer.ok ? "nvidia-smi lists none" : answer.why}`);
    return 75;
  }
  console.log(`GPUs: ${gpus.map(({ index, name, id }) => `${index} ${name} ${id}`).join(", ")}`);
  const engine = await engineHere(process.argv[2]);
  await using opened = await open(engine);
  let failures = 0;
  const verdict = (word: "PASS" | "FAIL", what: string, seen: string) => {
    failures += word === "FAIL" ? 1 : 0;
    console.log(`${word}  ${what}: ${seen}`);
  };
  const leased = await assignGpus(opened, {
    wanted: 1,
    promisedMb: null,
    devices: gpus,
    view,
    cacheDir,
    report,
    signal,
  }).catch((error: unknown) => {
    verdict("FAIL", `a lease in ${engine}`, String(error));
    return null;
  });
  if (leased === null) return 1;
  verdict("PASS", `a lease in ${engine}`, leased.sandbox.describe);
  for (const { what, look } of checksOf(leased.sandbox, engine, gpus)) {
    const begun = performance.now();
    try {
      const seen = await look();
      verdict("PASS", what, `${seen} (${((performance.now() - begun) / 1000).toFixed(0)} s)`);
    } catch (error) {
      verdict("FAIL", what, error instanceof Failed ? error.message : String(error));
    }
  }
  return failures === 0 ? 0 : 1;
}

process.exitCode = await main();
