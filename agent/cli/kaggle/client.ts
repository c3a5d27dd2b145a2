import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../runs/errors.ts";
import type { Environment } from "../environment.ts";
import { clientCommand, type PythonClient } from "../open/python-client.ts";

/** The version that was tried; `six` is imported by it and not asked for. */
const KAGGLE: PythonClient = {
  name: "Kaggle's client",
  folder: "kaggle-client",
  packages: ["kaggle==2.2.5", "six"],
  program: "kaggle",
  option: "--kaggle",
};

/** The command of Kaggle's own client: the given one, or that of an environment of its own, made on first use. */
export function kaggleCommand(
  given: string | undefined,
  environment: Pick<Environment, "cacheDir">,
  report: (line: string) => void,
): Promise<string> {
  return clientCommand(KAGGLE, given, environment, report);
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
