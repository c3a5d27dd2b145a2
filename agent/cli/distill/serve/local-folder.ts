import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import * as z from "zod";
import { ConfigInvalid } from "../../../../runs/errors.ts";
import type { Asked } from "../../../distill/asked.ts";
import { readMerge } from "../../models/merge/merge-folder.ts";
import { readTraining } from "../train/training-folder.ts";

/**
 * A model on this machine: its folder or GGUF file, what its weights stand on, which is the same but for an adapter, and
 * how it is asked; null: as any other model is, since it was not trained here.
 */
export type Place = { name: string; folder: string; base: string; asked: Asked | null };

const FORMS =
  "expected what distill train or models merge wrote, a folder with config.json, or a .gguf file";
const AdapterConfig = z.object({ base_model_name_or_path: z.string() });

/** Finds it. Throws `ConfigInvalid` with one line, as far as can be seen without loading it. */
export async function findModel(name: string, cwd: string): Promise<Place> {
  const folder = resolve(cwd, name);
  if (!existsSync(folder)) throw new ConfigInvalid(`model local:${name}: there is no such folder`);
  return { name, folder, ...(await foundIn(folder, name)) };
}

async function foundIn(folder: string, name: string): Promise<Pick<Place, "base" | "asked">> {
  const itself = { base: folder, asked: null };
  if (statSync(folder).isFile() && folder.endsWith(".gguf")) return itself;
  const record = await readTraining(folder);
  if (record !== null && record.result === null)
    throw new ConfigInvalid(
      `model local:${name}: its training has not ended; the command that began it goes on`,
    );
  if (record !== null) {
    // For a GGUF file the configuration of an adapter names the folder of it alone.
    const { method, base, asked } = record.settings;
    return { base: method === "lora" ? base : folder, asked };
  }
  const asked = (await readMerge(folder))?.settings.asked ?? null;
  const config = join(folder, "adapter_config.json");
  if (existsSync(config)) return { base: await baseIn(config, name), asked };
  if (existsSync(join(folder, "config.json"))) return { ...itself, asked };
  throw new ConfigInvalid(`model local:${name}: ${FORMS}`);
}

/** The base that an adapter names, where it lies on this machine. */
async function baseIn(config: string, name: string): Promise<string> {
  const read = AdapterConfig.safeParse(JSON.parse(await readFile(config, "utf8")));
  const base = read.data?.base_model_name_or_path ?? "";
  const isHere = base.endsWith(".gguf") || existsSync(join(base, "config.json"));
  if (isHere && existsSync(base)) return base;
  throw new ConfigInvalid(
    `model local:${name}: the base of its adapter, ${base === "" ? "which it does not name" : base}, is not on this machine: put the path of it into ${basename(config)}`,
  );
}

/** How models are asked that write together, or become one. Throws `ConfigInvalid` where they were trained on different questions. */
export function sharedAsked(places: readonly Pick<Place, "name" | "asked">[]): Asked | null {
  const [first, ...others] = places.filter(({ asked }) => asked !== null);
  const form = JSON.stringify(first?.asked);
  const other = others.find(({ asked }) => JSON.stringify(asked) !== form);
  if (other === undefined) return first?.asked ?? null;
  throw new ConfigInvalid(
    `${first?.name} and ${other.name} were trained to be asked in different ways: no question is right for both`,
  );
}
