import { drawsOf } from "../../policies/random.ts";

/** A script into which a bug of a kind was put; whether it fails, and how, only an execution tells. */
export type PlantedBug = { kind: string; code: string };

/** Where a bug can be put: the text that is found, and what takes its place. */
type Kind = { name: string; find: RegExp; put: (found: RegExpExecArray, code: string) => string };

const same = (text: string) => () => text;

/**
 * The mistakes that scripts over tables are written with most: names of columns, files, modules and arguments, shapes,
 * missing values, types. `put` is given a match and returns what stands there instead.
 */
const KINDS: readonly Kind[] = [
  {
    name: "column name",
    find: /(?<=\w\[")[A-Za-z_]\w*(?="\](?!\s*=[^=]))/gu,
    put: ([name]) => `${name}_`,
  },
  { name: "file name", find: /(?<=\/)train(?=\.csv)/gu, put: same("training") },
  {
    name: "module name",
    find: /(?<=^from sklearn\.)\w+(?= import)/gmu,
    put: ([name]) => `${name}s`,
  },
  {
    name: "imported name",
    find: /(?<=^from [\w.]+ import )\w+/gmu,
    put: ([name]) => `${name}Model`,
  },
  {
    name: "missing import",
    find: /^import \w+ as (\w+)\n/gmu,
    put: (found, code) => (uses(code, found[1] ?? "") > 1 ? "" : found[0]),
  },
  {
    name: "rows of the target",
    find: /(?<=\.fit\(\w+, )\w+(?=\))/gu,
    put: ([name]) => `${name}[:-1]`,
  },
  {
    name: "missing values",
    find: /(?<=\.fit\()\w+(?=, \w+\))/gu,
    put: ([name]) => `${name}.where(${name} > ${name}.mean())`,
  },
  {
    name: "number as a text",
    find: /(?<=\b(?:n_estimators|n_neighbors|max_depth|max_iter|alpha)=)[\d.]+/gu,
    put: ([value]) => `"${value}"`,
  },
  { name: "argument name", find: /(?<=\()n_(?=estimators=|neighbors=)/gu, put: same("num_") },
  {
    name: "method name",
    find: /(?<=\.)(?:fillna|predict|median|astype|rename|map)(?=\()/gu,
    put: ([name]) => `${name}_values`,
  },
  {
    name: "not fitted",
    find: /^(\s*)\w+\.fit\(\w+, \w+\)$/gmu,
    put: (found) => `${found[1] ?? ""}pass`,
  },
  { name: "variable name", find: /(?<=\.predict\()\w+(?=\))/gu, put: ([name]) => `${name}_rows` },
  { name: "axis", find: /(?<=\.shape\[)[01](?=\])/gu, put: same("2") },
  {
    name: "text and number",
    find: /(?<=print\()len\(\w+\)/gu,
    put: ([what]) => `"rows: " + ${what}`,
  },
  {
    name: "rows of the submission",
    find: /(?<=DataFrame\(\{[^}]*": )\w+(?=\}\))/gu,
    put: ([name]) => `${name}[:-1]`,
  },
  { name: "dropped column", find: /(?<=drop\(columns=\[")\w+/gu, put: ([name]) => `no_${name}` },
  { name: "length of columns", find: /(?<=\.columns)\[\d+\]/gu, put: same("[10000]") },
  {
    name: "text for a number",
    find: /(?<=\bfloat\()\w[\w.]*(?=\))/gu,
    put: ([name]) => `str(${name}) + "?"`,
  },
];

/** A script with each kind of bug that it has a place for, one place of each, drawn by the seed; in a drawn order. */
export function plantedBugs(code: string, seed: string): PlantedBug[] {
  const random = drawsOf(`bugs ${seed}`);
  return KINDS.flatMap(({ name, find, put }) => {
    const found = [...code.matchAll(find)];
    const drawn = found[Math.floor(random() * found.length)];
    const order = random();
    if (drawn === undefined) return [];
    const text = put(drawn, code);
    if (text === drawn[0]) return [];
    const { index } = drawn;
    const broken = code.slice(0, index) + text + code.slice(index + drawn[0].length);
    return [{ kind: name, code: broken, order }];
  })
    .sort((a, b) => a.order - b.order)
    .map(({ kind, code: broken }) => ({ kind, code: broken }));
}

function uses(code: string, name: string): number {
  return code.match(new RegExp(`\\b${name}\\b`, "gu"))?.length ?? 0;
}
