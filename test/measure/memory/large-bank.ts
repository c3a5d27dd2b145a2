import { fileURLToPath } from "node:url";
import { type BankFolder, openBank } from "../../../agent/memory/bank/bank.ts";
import { hashedEmbedder } from "../../../agent/memory/embedding.ts";
import { drawsOf, normal } from "../../../agent/policies/random.ts";
import { outcome } from "../../agent/memory/made-items.ts";
import { ended, lastJson, startNode } from "../program.ts";
import { median, now } from "../timing.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Milliseconds by the clock and of the processor's time. */
type Taken = { openMs: number; openCpuMs: number; nearestMs: number; nearestCpuMs: number };

const COMPETITIONS = 500;
const QUERIES = 20;

/** Opening a bank of many items and searching it, in a process of its own, which has made none of them. */
export async function largeBank(items: number): Promise<Taken & { items: number }> {
  await using folder = await temporaryFolder();
  await fill(await openBank(folder.path, hashedEmbedder(), () => undefined), items);
  const { stdout } = await ended(startNode([fileURLToPath(import.meta.url), folder.path]));
  return { items, ...(lastJson(stdout) as Taken) };
}

async function fill(bank: BankFolder, items: number): Promise<void> {
  const next = vectors("items");
  await bank.change((change) => {
    for (let item = 0; item < items; item++) {
      const competition = `c${item % COMPETITIONS}`;
      const type = item % 2 === 0 ? "regression" : "binary";
      const told = outcome({ competition, run: `${competition}/r${item}`, type });
      const text =
        `Change number ${item} of the features, in a few sentences of the usual length. `.repeat(3);
      const facts = { where: "features", subject: null, error: null, fix: null };
      change.add(
        { kind: "lesson", title: `lesson ${item}`, text, ...facts, outcomes: [told] },
        next(),
      );
    }
  });
}

/** Vectors of length 1 in random directions. */
function vectors(seed: string): () => Float32Array {
  const random = drawsOf(`large bank ${seed}`);
  const { dimension } = hashedEmbedder();
  return () => {
    const vector = Float32Array.from({ length: dimension }, () => normal(random));
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  };
}

async function measureOpen(folder: string): Promise<Taken> {
  const cpu = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  const [began, beganCpu] = [now(), cpu()];
  const bank = await (await openBank(folder, hashedEmbedder(), () => undefined)).read();
  const [openMs, openCpuMs] = [1000 * (now() - began), cpu() - beganCpu];
  const next = vectors("queries");
  const all = Array.from({ length: QUERIES }, () => {
    const query = next();
    const [start, startCpu] = [now(), cpu()];
    bank.nearest(query, 20, ({ types }) => types.length > 0);
    return { ms: 1000 * (now() - start), cpuMs: cpu() - startCpu };
  });
  return {
    openMs,
    openCpuMs,
    nearestMs: median(all.map(({ ms }) => ms)),
    nearestCpuMs: median(all.map(({ cpuMs }) => cpuMs)),
  };
}

const [, program, folder] = process.argv;
if (program === fileURLToPath(import.meta.url) && folder !== undefined)
  process.stdout.write(`${JSON.stringify(await measureOpen(folder))}\n`);
