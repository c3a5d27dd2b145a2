import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../../runs/errors.ts";
import { withLock } from "../../../runs/record/file-lock.ts";
import { findPython } from "../../../sandbox/environment/find-python.ts";
import type { Environment } from "../environment.ts";

/** A program of somebody else from PyPI, which gets an environment of its own on first use. */
export type PythonClient = {
  /** As people are told of it. */
  name: string;
  /** Its folder in the cache. */
  folder: string;
  packages: readonly [string, ...string[]];
  program: string;
  /** By which another one is named. */
  option: string;
};

/** The command of a client: the given one, or that of an environment of its own, made on first use. */
export async function clientCommand(
  { name, folder: own, packages, program, option }: PythonClient,
  given: string | undefined,
  { cacheDir }: Pick<Environment, "cacheDir">,
  report: (line: string) => void,
): Promise<string> {
  if (given !== undefined) return given;
  const folder = join(cacheDir, own);
  const command = join(folder, "bin", program);
  if (existsSync(command)) return command;
  await mkdir(cacheDir, { recursive: true });
  const message = `waiting for another process that is installing ${name}`;
  return withLock(folder, { message, report, signal: undefined }, async () => {
    if (existsSync(command)) return command;
    report(`installing ${packages[0]} (first use)`);
    const { executable } = await findPython();
    try {
      await must(executable, ["-m", "venv", "--clear", folder]);
      const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
      await must(join(folder, "bin", "python"), [...pip, ...packages]);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return command;
  });

  async function must(command: string, args: readonly string[]): Promise<void> {
    const { code, said } = await runClient(command, args);
    if (code !== 0)
      throw new UserError(
        `${name} could not be installed: ${lastLine(said)}; name one with ${option}`,
      );
  }
}

/** A command without a standard input: whatever asks for some fails in place of waiting. */
export async function runClient(
  command: string,
  args: readonly string[],
  log: string | null = null,
): Promise<{ code: number | null; said: string }> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const parts: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (part: Buffer) => parts.push(part.toString()));
  const code = await new Promise<number | null>((done) => {
    child.once("error", (error) => {
      parts.push(`${command}: ${error.message}`);
      done(1);
    });
    child.once("close", done);
  });
  const said = parts.join("");
  if (log !== null) {
    await using file = await open(log, "a");
    await file.appendFile(said);
  }
  return { code, said };
}

export function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
