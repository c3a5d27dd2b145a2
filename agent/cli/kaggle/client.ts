import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, open, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../runs/errors.ts";
import { withLock } from "../../../runs/record/file-lock.ts";
import { findPython } from "../../../sandbox/environment/find-python.ts";
import type { Environment } from "../environment.ts";

/** The version that was tried; `six` is imported by it and not asked for. */
const PACKAGES = ["kaggle==2.2.5", "six"];

/** The command of Kaggle's own client: the given one, or that of an environment of its own, made on first use. */
export async function kaggleCommand(
  given: string | undefined,
  { cacheDir }: Pick<Environment, "cacheDir">,
  report: (line: string) => void,
): Promise<string> {
  if (given !== undefined) return given;
  const folder = join(cacheDir, "kaggle-client");
  const command = join(folder, "bin", "kaggle");
  if (existsSync(command)) return command;
  await mkdir(cacheDir, { recursive: true });
  const message = "waiting for another process that is installing Kaggle's client";
  return withLock(folder, { message, report, signal: undefined }, async () => {
    if (existsSync(command)) return command;
    report(`installing ${PACKAGES[0]} (first use)`);
    const { executable } = await findPython();
    await must(executable, ["-m", "venv", "--clear", folder]);
    try {
      const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
      await must(join(folder, "bin", "python"), [...pip, ...PACKAGES]);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return command;
  });
}

async function must(command: string, args: readonly string[]): Promise<void> {
  const { code, said } = await runClient(command, args);
  if (code !== 0)
    throw new UserError(
      `Kaggle's client could not be installed: ${lastLine(said)}; name one with --kaggle`,
    );
}

/** Credentials, in words, where the client would find none. */
export const NO_CREDENTIALS =
  "Kaggle credentials: KAGGLE_API_TOKEN, ~/.kaggle/access_token, KAGGLE_USERNAME with KAGGLE_KEY, or kaggle.json";

/** Which credentials Kaggle's client would take, in its order; null for none. */
export function credentials(env: NodeJS.ProcessEnv): string | null {
  const home = env.HOME ?? homedir();
  const dotKaggle = join(home, ".kaggle");
  const configHome = env.XDG_CONFIG_HOME ?? join(home, ".config");
  const folder =
    env.KAGGLE_CONFIG_DIR ?? (existsSync(dotKaggle) ? dotKaggle : join(configHome, "kaggle"));
  if (env.KAGGLE_API_TOKEN) return "KAGGLE_API_TOKEN";
  if (existsSync(join(dotKaggle, "access_token"))) return "access_token";
  if (env.KAGGLE_USERNAME && env.KAGGLE_KEY) return "KAGGLE_USERNAME and KAGGLE_KEY";
  if (existsSync(join(folder, "kaggle.json"))) return "kaggle.json";
  return existsSync(join(dotKaggle, "credentials.json")) ? "kaggle auth login" : null;
}

/** Throws `UserError` where the client would find no credentials. */
export function mustHaveCredentials({ all }: Pick<Environment, "all">): void {
  if (credentials(all) === null) throw new UserError(`there are no ${NO_CREDENTIALS}`);
}

/** Where the rules of a competition are accepted. */
export function rulesOf(slug: string): string {
  return `https://www.kaggle.com/c/${slug}/rules`;
}

/** Whether the client was refused because the rules are not accepted. */
export function wantsRules(said: string): boolean {
  return /403|must accept/iu.test(said);
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
