import { readFile } from "node:fs/promises";
import { LineCounter, parseDocument } from "yaml";
import type { core } from "zod";
import { CompetitionInvalid } from "../runs/errors.ts";
import { TaskFile } from "./competition.ts";
import { didYouMean, shown } from "./message-text.ts";

/** Reads and checks a `task.yaml`; errors name line and column. */
export async function readTaskFile(path: string): Promise<TaskFile> {
  return parseTaskFile(await readFile(path, "utf8"), shown(path));
}

/** The same on text; `name` stands in the messages. */
export function parseTaskFile(text: string, name: string): TaskFile {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = counter.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const broken = document.errors[0];
  if (broken !== undefined) {
    throw new CompetitionInvalid(`${at(broken.pos[0])}: ${broken.message.split("\n")[0]}`);
  }
  const content: unknown = document.toJS();
  const result = TaskFile.safeParse(content);
  if (result.success) return result.data;
  const { issues } = result.error;
  // A misspelled key is also a missing one: the misspelling is the better news.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  if (issue === undefined) throw new CompetitionInvalid(`${name}: cannot be read`);
  const place = placeOf(document, issue);
  throw new CompetitionInvalid(`${place === null ? name : at(place)}: ${explain(issue, content)}`);
}

type Document = ReturnType<typeof parseDocument>;

/** Offset of the node that an issue is about, or of the nearest node above it that exists. */
function placeOf(document: Document, issue: core.$ZodIssue): number | null {
  const path = [...issue.path];
  if (issue.code === "unrecognized_keys") {
    const parent = path.length === 0 ? document.contents : document.getIn(path, true);
    return keyOffset(parent, issue.keys[0] ?? "");
  }
  for (; path.length > 0; path.pop()) {
    const offset = startOf(document.getIn(path, true));
    if (offset !== null) return offset;
  }
  return startOf(document.contents);
}

function startOf(node: unknown): number | null {
  if (typeof node !== "object" || node === null || !("range" in node)) return null;
  return Array.isArray(node.range) ? Number(node.range[0]) : null;
}

function keyOffset(map: unknown, key: string): number | null {
  if (typeof map !== "object" || map === null || !("items" in map)) return null;
  if (!Array.isArray(map.items)) return null;
  const pair = map.items.find((item) => String(item.key) === key);
  return startOf(pair?.key);
}

function explain(issue: core.$ZodIssue, content: unknown): string {
  const field = issue.path.join(".") || "the file";
  const value = issue.path.reduce<unknown>(
    (inner, key) => (isRecord(inner) ? inner[String(key)] : undefined),
    content,
  );
  if (issue.code === "unrecognized_keys") {
    const where = issue.path.length === 0 ? TaskFile.shape : {};
    const key = issue.keys[0] ?? "";
    return `unknown key "${key}"${nearKey(key, Object.keys(where))}`;
  }
  if (value === undefined || value === null) return `${field} is missing`;
  if (issue.code === "invalid_value") {
    const known = issue.values.map(String);
    const what = field === "metric.name" ? "unknown metric" : `${field} cannot be`;
    return `${what} "${String(value)}"; ${didYouMean(String(value), known)}`;
  }
  return `${field}: ${issue.message}, got ${JSON.stringify(value)}`;
}

function nearKey(key: string, known: readonly string[]): string {
  return known.length === 0 ? "" : `; ${didYouMean(key, known)}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
