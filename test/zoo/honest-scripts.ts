import { readdirSync, readFileSync } from "node:fs";

/** A whole script made of parts, each written in another manner: how it loads, its features, its model, how it writes. */
export type HonestScript = { name: string; code: string };

const PARTS = ["load", "features", "model", "write"] as const;
const folder = new URL("./honest/", import.meta.url);

/**
 * Scripts for the sales of the zoo in the varied manner of language models: maps of codes, word lists, long lists of
 * numbers, caches, helpers, rules that learn nothing. Every part is in some of them.
 */
export function honestScripts(): HonestScript[] {
  const every = PARTS.reduce<string[][]>(
    (made, part) => made.flatMap((before) => namesOf(part).map((name) => [...before, name])),
    [[]],
  );
  return every.map((names) => ({
    name: names.join(" "),
    code: names.map((name, at) => textOf(`${PARTS[at]}/${name}`)).join("\n\n"),
  }));
}

function namesOf(part: string): string[] {
  return readdirSync(new URL(`${part}/`, folder))
    .filter((name) => name.endsWith(".py"))
    .sort();
}

function textOf(path: string): string {
  return readFileSync(new URL(path, folder), "utf8");
}
