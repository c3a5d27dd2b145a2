import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import * as z from "zod";
import { ConfigInvalid } from "../../runs/errors.ts";
import { Config, resolveConfig } from "../config.ts";

const RESERVED = new Set([
  "MLE_STAR_CACHE",
  "MLE_STAR_PYTHON",
  "MLE_STAR_TRAINER_PYTHON",
  "MLE_STAR_BASE_IMAGE",
  "MLE_STAR_WHEELS",
  "MLE_STAR_PRICES",
]);

/** Defaults < preset < `--config` file < MLE_STAR_* < flags and `--set`. Throws `ConfigInvalid` with one line. */
export function resolveSettings(flags: Record<string, unknown>, env: NodeJS.ProcessEnv): Config {
  const { config: file, set, ...named } = flags;
  const fromFile = typeof file === "string" ? readConfigFile(file) : {};
  const fromSet = Array.isArray(set) ? readSet(set.map(String)) : {};
  const known = Object.fromEntries(Object.entries(named).filter(([key]) => key in Config.shape));
  const result = resolveConfig([fromFile, readEnv(env), known, fromSet]);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const key = issue?.path.join(".") ?? "";
  if (issue?.code === "unrecognized_keys") throw unknownKey(issue.keys[0] ?? "", "settings");
  throw new ConfigInvalid(
    `setting "${key}": ${issue?.message ?? "invalid"}; \`mle-star run --help\` lists the settings`,
  );
}

function readConfigFile(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new ConfigInvalid(`config file ${file} cannot be read; check the path`, { cause });
  }
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) {
    const [start] = error.linePos ?? [];
    const message = error.message.split("\n")[0]?.replace(/ at line.*$/u, "");
    throw new ConfigInvalid(`${file}:${start?.line ?? 1}:${start?.col ?? 1}: ${message}`);
  }
  const value = z.record(z.string(), z.unknown()).safeParse(document.toJS() ?? {});
  if (!value.success) throw new ConfigInvalid(`${file}:1:1: expected "key: value" lines`);
  for (const key of Object.keys(value.data))
    if (!(key in Config.shape)) throw unknownKey(key, `${file}:${lineOf(text, key)}:1`);
  return value.data;
}

function lineOf(text: string, key: string): number {
  return text.split("\n").findIndex((line) => line.trimStart().startsWith(`${key}:`)) + 1;
}

/** MLE_STAR_MAX_USD=5 sets maxUsd; a name that is no setting is refused, so that a typo is not lost. */
function readEnv(env: NodeJS.ProcessEnv): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith("MLE_STAR_") || RESERVED.has(name) || value === undefined || value === "")
      continue;
    const key = name
      .slice("MLE_STAR_".length)
      .toLowerCase()
      .replace(/_(\w)/gu, (_, letter: string) => letter.toUpperCase());
    if (!(key in Config.shape)) throw unknownKey(name, "the environment");
    found[key] = value;
  }
  return found;
}

function readSet(pairs: readonly string[]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [key = "", ...rest] = pair.split("=");
    const value = rest.join("=");
    if (rest.length === 0) throw new ConfigInvalid(`--set "${pair}": expected key=value`);
    const [outer = "", inner] = key.split(".");
    if (!(outer in Config.shape)) throw unknownKey(key, "--set");
    found[outer] =
      inner === undefined
        ? readValue(outer, value)
        : { ...(found[outer] as object), [inner]: value };
  }
  return found;
}

/** `null` switches a limit off, and so does `none` where that is no value of its own; the schema reads the rest. */
function readValue(key: string, value: string): unknown {
  if (value === "null") return null;
  if (value !== "none") return value;
  const schema = Object.entries(Config.shape).find(([name]) => name === key)?.[1];
  return schema?.safeParse(value).success === true ? value : null;
}

function unknownKey(key: string, where: string): ConfigInvalid {
  return new ConfigInvalid(
    `${where}: unknown setting "${key}"; known: ${Object.keys(Config.shape).join(", ")}`,
  );
}
