import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import type { Slots } from "../../../../runs/batch/engine.ts";
import { ConfigInvalid } from "../../../../runs/errors.ts";

/** What every engine but `local` is told of a job. */
const common = {
  cpus: z.number().int().positive().default(4),
  /** Gigabytes. */
  memory: z.number().positive().default(16),
  gpus: z.number().int().min(0).default(0),
  /** How `mle-star` is called on a worker, where it is not at the path that it has here. */
  command: z.array(z.string()).min(1).optional(),
  /** A file of `NAME=value` lines on the workers, for keys. */
  variables: z.string().startsWith("/", "an absolute path").optional(),
};

/** Settings of a job that any engine has, and those of one. */
export type EngineFile<T> = {
  needs: Slots;
  command: string[] | null;
  variables: string | null;
  own: T;
};

/** Reads the file of `--engine-file`; without one all is as by default. Throws `ConfigInvalid`. */
export async function readEngineFile<T extends z.ZodRawShape>(
  file: string | undefined,
  own: z.ZodObject<T>,
): Promise<EngineFile<z.infer<z.ZodObject<T>>>> {
  const content = file === undefined ? {} : await contentOf(file);
  const given = z.record(z.string(), z.unknown()).safeParse(content ?? {});
  if (!given.success) throw new ConfigInvalid(`${file}: expected settings, \`name: value\``);
  const isCommon = (name: string) => name in common;
  const part = (wanted: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(given.data).filter(([name]) => wanted(name)));
  const { cpus, memory, gpus, command, variables } = read(file, z.object(common), part(isCommon));
  return {
    needs: { cpus, memoryMb: Math.floor(memory * 1024), gpus },
    command: command ?? null,
    variables: variables ?? null,
    own: read(
      file,
      own,
      part((name) => !isCommon(name)),
    ),
  };
}

async function contentOf(file: string): Promise<unknown> {
  const text = await readFile(resolve(file), "utf8").catch(() => {
    throw new ConfigInvalid(`${file}: no such file`);
  });
  try {
    return parse(text);
  } catch (error) {
    throw new ConfigInvalid(`${file}: ${String(error).split("\n")[0]}`);
  }
}

function read<T>(file: string | undefined, schema: z.ZodType<T>, content: unknown): T {
  const found = schema.safeParse(content);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  const where = issue?.path.join(".");
  const place = where === undefined || where === "" ? "" : `${where}: `;
  throw new ConfigInvalid(`${file ?? "--engine-file"}: ${place}${issue?.message}`);
}
