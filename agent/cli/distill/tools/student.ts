import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod";
import { readKeptLines } from "../../../../runs/record/json-lines.ts";
import { sha256 } from "../../../../runs/sha256.ts";
import { trainerPython } from "../../../../sandbox/environment/trainer-environment.ts";
import { readEnvironment } from "../../environment.ts";
import { askServed } from "../eval/answers.ts";
import { type ServedModel, serveModel } from "../serve/served-model.ts";
import { readTraining } from "../train/training-folder.ts";
import type { Responder } from "./making/play.ts";

/** A model of a folder that plays tasks; it is started where an answer is missing, and kept until it is closed. */
export type Student = AsyncDisposable & {
  /** Which weights: answers are kept under this name. */
  name: string;
  /** Its replies; of several samples each has a number, the likeliest words 0. */
  responder(sample: number): Responder;
};

const Kept = z.object({ key: z.string(), text: z.string() });
/** Of samples, as PLAN-TUNING's: the paper gives none. */
const TEMPERATURE = 0.7;

export type StudentOptions = {
  folder: string;
  cwd: string;
  /** Answers that were given: none is asked for twice, also over several calls of a command. */
  file: string;
  maxTokens: number;
  report: (line: string) => void;
};

/** A student by the folder of its weights. */
export async function openStudent(options: StudentOptions): Promise<Student> {
  const { folder, cwd, file, maxTokens, report } = options;
  const record = await readTraining(folder);
  const name = `${folder} ${sha256(JSON.stringify(record)).slice(0, 16)}`;
  const kept = await readKept(file);
  let served: Promise<ServedModel> | null = null;
  const start = async (): Promise<ServedModel> => {
    const { cacheDir, trainerPython: override } = readEnvironment();
    await mkdir(cacheDir, { recursive: true });
    const python = await trainerPython(override, { cacheDir, report });
    const where = { host: "127.0.0.1", port: 0, device: "auto" as const };
    const what = { model: { folder, mixture: null }, name: `local:${folder}` };
    return serveModel({ python, ...what, cwd, cacheDir, ...where });
  };
  const responder =
    (sample: number): Responder =>
    async (messages) => {
      const key = sha256(JSON.stringify([name, messages, maxTokens, sample]));
      const known = kept.get(key);
      if (known !== undefined) return known;
      served ??= start();
      const { url } = await served;
      const temperature = sample === 0 ? 0 : TEMPERATURE;
      const text = await askServed(url, { messages }, { maxTokens, temperature, seed: sample });
      await mkdir(dirname(file), { recursive: true });
      await appendFile(file, `${JSON.stringify({ key, text })}\n`);
      kept.set(key, text);
      return text;
    };
  return {
    name,
    responder,
    [Symbol.asyncDispose]: async () => {
      if (served !== null) await (await served)[Symbol.asyncDispose]();
    },
  };
}

async function readKept(file: string): Promise<Map<string, string>> {
  const kept = await readKeptLines(file, Kept);
  return new Map(kept.map(({ key, text }) => [key, text]));
}
