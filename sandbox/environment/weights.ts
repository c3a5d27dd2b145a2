import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import writeFileAtomic from "write-file-atomic";
import * as z from "zod";
import { ConfigInvalid, Interrupted } from "../../runs/errors.ts";
import { withLock } from "../../runs/record/file-lock.ts";
import { sha256 } from "../../runs/sha256.ts";
import type { SharedMounts } from "../contract.ts";
import { endGroup } from "../linux/processes.ts";

/** Where weights come from: the hub, the hub by timm's names, or a checkpoint as torch.hub keeps it. */
type Kind = "hf" | "timm" | "torch";

/** Weights that scripts may load without a network. */
export type CachedWeights = {
  /** As the user named it, `hf:org/model`. */
  name: string;
  /** Folder or file below the cache. */
  place: string;
  /** Commit of the repository, or hash of the file. */
  revision: string;
  files: number;
  bytes: number;
  addedAt: string;
};

export type WeightsOptions = {
  /** Folder for things that can be made again. */
  cacheDir: string;
  /** The interpreter that solutions run with. */
  python: string;
  report: (line: string) => void;
  signal?: AbortSignal;
};

/** Where scripts see the cache. */
const TARGET = "/weights";
const program = fileURLToPath(new URL("../python/fetch_weights.py", import.meta.url));
const entrySchema = z.object({
  name: z.string(),
  place: z.string(),
  revision: z.string(),
  files: z.number(),
  bytes: z.number(),
  addedAt: z.string(),
});
const outcomeSchema = z.union([
  z.object({ error: z.string() }),
  entrySchema.omit({ name: true, addedAt: true }).extend({ error: z.null() }),
]);

/** Fetches weights outside of any sandbox; those that are there already are brought up to date. */
export async function addWeights(text: string, options: WeightsOptions): Promise<CachedWeights> {
  const { kind, model, revision } = parseName(text);
  const folder = weightsFolder(options.cacheDir);
  await mkdir(join(folder, "entries"), { recursive: true });
  const message = "waiting for another process that is changing the cache of weights";
  return withLock(join(folder, "cache"), { ...options, message }, async () => {
    const result = join(folder, "fetched.json");
    await rm(result, { force: true });
    const last = await runPython([kind, model, revision, folder, result], options);
    const written = await readFile(result, "utf8").catch(() => null);
    if (options.signal?.aborted) throw new Interrupted(`interrupted while fetching ${text}`);
    const outcome = written === null ? { error: last } : outcomeSchema.parse(JSON.parse(written));
    await rm(result, { force: true });
    if (outcome.error !== null) {
      throw new ConfigInvalid(`${text} could not be fetched: ${outcome.error}`);
    }
    const { place, files, bytes } = outcome;
    const addedAt = new Date().toISOString();
    const entry = { name: text, place, revision: outcome.revision, files, bytes, addedAt };
    await writeFileAtomic(entryFile(folder, text), `${JSON.stringify(entry)}\n`);
    return entry;
  });
}

/** What the cache holds, by name. */
export async function listWeights(cacheDir: string): Promise<CachedWeights[]> {
  const folder = join(weightsFolder(cacheDir), "entries");
  const names = await readdir(folder).catch(() => []);
  const read = names
    .filter((name) => name.endsWith(".json"))
    .map(async (name) => entrySchema.parse(JSON.parse(await readFile(join(folder, name), "utf8"))));
  return (await Promise.all(read)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Removes weights from the cache; files that another name shares stay. */
export async function removeWeights(
  text: string,
  options: Pick<WeightsOptions, "cacheDir" | "report">,
): Promise<CachedWeights> {
  const folder = weightsFolder(options.cacheDir);
  const entries = await listWeights(options.cacheDir);
  const entry = entries.find(({ name }) => name === text);
  if (entry === undefined) {
    const there = entries.length === 0 ? "it is empty" : entries.map(({ name }) => name).join(", ");
    throw new ConfigInvalid(`${text} is not in the cache of weights: ${there}`);
  }
  const message = "waiting for another process that is changing the cache of weights";
  return withLock(join(folder, "cache"), { ...options, message }, async () => {
    await rm(entryFile(folder, text), { force: true });
    const shared = entries.some(({ name, place }) => name !== text && place === entry.place);
    if (!shared) await rm(join(folder, entry.place), { recursive: true, force: true });
    return entry;
  });
}

/** What every execution sees of the cache: nothing where it is empty. */
export async function weightsMounts(cacheDir: string): Promise<SharedMounts> {
  const entries = await listWeights(cacheDir);
  if (entries.length === 0) return { readOnly: [], environment: {}, sockets: [] };
  const holds = (start: string): boolean => entries.some(({ place }) => place.startsWith(start));
  return {
    readOnly: [{ source: weightsFolder(cacheDir), target: TARGET }],
    // Only where the files are, not HF_HOME: the libraries write other things there.
    environment: {
      MLE_STAR_WEIGHTS: TARGET,
      ...(holds("hf/") ? { HF_HUB_CACHE: `${TARGET}/hf/hub` } : {}),
      ...(holds("torch/") ? { TORCH_HOME: `${TARGET}/torch` } : {}),
    },
    sockets: [],
  };
}

/** Where the cache of weights lies. */
export function weightsFolder(cacheDir: string): string {
  return join(cacheDir, "weights");
}

function entryFile(folder: string, text: string): string {
  const hash = sha256(text).slice(0, 16);
  return join(folder, "entries", `${hash}.json`);
}

/** `hf:org/model@revision`, `timm:resnet18.a1_in1k`, `torch:https://…/resnet18-f37072fd.pth` or `torch:resnet18`. */
function parseName(text: string): { kind: Kind; model: string; revision: string } {
  const [, kind = "", rest = ""] = /^(hf|timm|torch):(.+)$/u.exec(text) ?? [];
  const [model = "", revision = ""] = kind === "hf" ? rest.split("@") : [rest];
  const form = {
    hf: /^\w[\w.-]*(?:\/\w[\w.-]*)?$/u,
    timm: /^\w[\w.-]*$/u,
    torch: /^(?:https?:\/\/\S+|\w+)$/u,
  }[kind];
  if (form?.test(model) !== true || /[^\w./-]/u.test(revision)) {
    throw new ConfigInvalid(
      `"${text}" names no weights: write hf:<org/model>, timm:<model> or torch:<model or address>`,
    );
  }
  return { kind: kind as Kind, model, revision };
}

/** The last line that it printed; the result is in its file. */
async function runPython(
  args: readonly string[],
  { python, report, signal }: WeightsOptions,
): Promise<string> {
  const child = execa(python, [program, ...args], {
    detached: true,
    stdin: "ignore",
    all: true,
    reject: false,
    // The user's own proxies, hub and token count here: this is no sandbox.
    env: { PYTHONPATH: undefined, PYTHONHOME: undefined, HF_HUB_DISABLE_TELEMETRY: "1" },
  });
  const end = (): void => endGroup(child.pid);
  signal?.addEventListener("abort", end);
  let last = `${python} printed nothing`;
  try {
    for await (const line of child.iterable({ from: "all" })) {
      if (line.trim() !== "") last = line.trim();
      if (line.startsWith("downloading ")) report(line);
    }
    await child;
    return last;
  } finally {
    signal?.removeEventListener("abort", end);
  }
}
