import { existsSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { UserError } from "../../../../runs/errors.ts";
import { listWeights, weightsFolder } from "../../../../sandbox/environment/weights.ts";

/** Forms of a base, for help and refusals. */
export const BASE_FORMS =
  "a folder with config.json, a .gguf file, or hf:<org/model> of `cache add`";

/** The folder or GGUF file of the model that is to be trained. Throws `UserError` with one line. */
export async function resolveBase(
  base: string,
  { cwd, cacheDir }: { cwd: string; cacheDir: string },
): Promise<string> {
  if (base.startsWith("hf:")) return await fromCache(base, cacheDir);
  const path = resolve(cwd, base);
  if (!existsSync(path)) throw new UserError(`there is no model ${base}: expected ${BASE_FORMS}`);
  if (path.endsWith(".gguf") && statSync(path).isFile()) return path;
  if (existsSync(join(path, "config.json"))) return path;
  throw new UserError(`${base} is no model: expected ${BASE_FORMS}`);
}

async function fromCache(name: string, cacheDir: string): Promise<string> {
  const entry = (await listWeights(cacheDir)).find((each) => each.name === name);
  if (entry === undefined)
    throw new UserError(`${name} is not in the cache of weights: mle-star cache add ${name}`);
  const snapshots = join(weightsFolder(cacheDir), entry.place, "snapshots");
  const folder = join(snapshots, entry.revision);
  if (existsSync(join(folder, "config.json"))) return folder;
  // A repository that holds nothing but a GGUF file.
  const [file] = (await readdir(folder).catch(() => [])).filter((each) => each.endsWith(".gguf"));
  if (file !== undefined) return join(folder, file);
  throw new UserError(`${name} holds no model that can be trained: it has no config.json`);
}
