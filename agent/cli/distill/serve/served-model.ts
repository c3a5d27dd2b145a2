import { existsSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { z } from "zod";
import { ConfigInvalid, Fault } from "../../../../runs/errors.ts";
import { parseJson } from "../../../../runs/record/journal-lines.ts";
import { sha256 } from "../../../../runs/sha256.ts";
import { endGroup } from "../../../../sandbox/linux/processes.ts";
import { type Asked, IN_FULL } from "../../../distill/asked.ts";
import { readTraining } from "../train/training-folder.ts";

const program = fileURLToPath(new URL("../../../distill/trainer/serve.py", import.meta.url));

const Told = z.discriminatedUnion("event", [
  z.object({ event: z.literal("listening"), port: z.number() }),
  z.object({ event: z.literal("failed"), message: z.string() }),
]);

export type ServeOptions = {
  python: string;
  /** Trained model, model folder or GGUF file, as the user named it. */
  folder: string;
  cwd: string;
  cacheDir: string;
  host: string;
  /** 0: any that is free. */
  port: number;
  device: "auto" | "cpu" | "cuda";
};

/** A model that answers in a process of its own, until it is closed or this process ends. */
export type ServedModel = AsyncDisposable & {
  /** Of the Chat Completions API. */
  url: string;
  /** Settles when the process has ended by itself. */
  ended: Promise<string>;
};

/** Starts a model behind the Chat Completions API. Throws `ConfigInvalid` for a folder that holds none. */
export async function serveModel(options: ServeOptions): Promise<ServedModel> {
  const { python, folder, cwd, cacheDir, host, port, device } = options;
  const place = resolve(cwd, folder);
  const { base, asked: shown } = await foundIn(place, folder);
  const logs = join(cacheDir, "served");
  await mkdir(logs, { recursive: true });
  const log = join(logs, `${sha256(place).slice(0, 16)}.log`);
  const asked = { folder: place, base, asked: shown, name: `local:${folder}`, host, port, device };
  const child = execa(python, ["-B", program, JSON.stringify(asked)], {
    detached: true,
    cleanup: true,
    // Held open: when this process dies, however it dies, the server reads its end and ends, too.
    stdin: "pipe",
    stderr: { file: log },
    buffer: false,
    reject: false,
    env: { PYTHONPATH: undefined, PYTHONHOME: undefined, PYTHONUNBUFFERED: "1" },
  });
  const ended = child.then(
    ({ signal, exitCode }) => `${signal ?? `code ${exitCode}`} (log: ${log})`,
  );
  const told = await Promise.race([firstWord(child.stdout), ended]);
  if (typeof told === "string" || told === null)
    throw new Fault(`model local:${folder} could not be loaded: it ended with ${await ended}`);
  if (told.event === "failed") throw new ConfigInvalid(`model local:${folder}: ${told.message}`);
  // It must not hold up this process.
  child.unref();
  return {
    url: `http://${host}:${told.port}/v1`,
    ended,
    [Symbol.asyncDispose]: async () => {
      // Its end is waited for, whatever else this process has to do.
      child.ref();
      endGroup(child.pid);
      await ended;
    },
  };
}

/** The first event that the server tells; null: it told none. */
async function firstWord(output: Readable): Promise<z.infer<typeof Told> | null> {
  const lines = createInterface({ input: output });
  for await (const line of lines) {
    const told = Told.safeParse(parseJson(line));
    if (told.success) return told.data;
  }
  return null;
}

/** What an adapter stands on (a model of its own stands on itself), and how the model is asked. */
async function foundIn(place: string, folder: string): Promise<{ base: string; asked: Asked }> {
  if (!existsSync(place)) throw new ConfigInvalid(`model local:${folder}: there is no such folder`);
  const itself = { base: place, asked: IN_FULL };
  if (statSync(place).isFile() && place.endsWith(".gguf")) return itself;
  const record = await readTraining(place);
  if (record !== null && record.result === null)
    throw new ConfigInvalid(
      `model local:${folder}: its training has not ended; the command that began it goes on`,
    );
  if (record !== null) {
    const { method, base, asked } = record.settings;
    return { base: method === "lora" ? base : place, asked };
  }
  if (existsSync(join(place, "config.json"))) return itself;
  throw new ConfigInvalid(
    `model local:${folder}: expected what distill train wrote, a folder with config.json, or a .gguf file`,
  );
}
