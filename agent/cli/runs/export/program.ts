import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readEnvironment } from "../../environment.ts";
import type { Material } from "./material.ts";

/** Files of an export by their names. */
export type Files = Map<string, string>;

const PROGRAM = "train_and_predict.py";

/** The part of the referee that reads submissions and blends them: what `standalone.py` imports. */
const REFEREE = [
  "__init__.py",
  "answer_form.py",
  "errors.py",
  "problem.py",
  "standalone.py",
  "tables.py",
  "blending/__init__.py",
  "blending/combine.py",
  "blending/recipe.py",
  "blending/stack.py",
  "judging/__init__.py",
  "judging/exact_form.py",
  "judging/exact_text.py",
  "judging/validate.py",
  "statistics/__init__.py",
  "statistics/ranks.py",
];

/** The program that trains the scripts and makes the submission, with what it reads. */
export async function programFiles({ plan, standing, needsReferee }: Material): Promise<Files> {
  const source = join(readEnvironment().root, "tasks", "referee", "python");
  const files: Files = new Map();
  files.set(PROGRAM, await readFile(join(source, PROGRAM), "utf8"));
  files.set("plan.json", `${JSON.stringify(plan, null, 1)}\n`);
  for (const [index, { code }] of standing.scripts.entries())
    files.set(plan.scripts[index]?.file ?? "", code);
  for (const name of needsReferee ? REFEREE : [])
    files.set(`referee/${name}`, await readFile(join(source, "referee", name), "utf8"));
  return files;
}

/** Files as a Python dictionary of texts, readable where a raw text can hold them. */
export function pythonDictionary(files: Files): string {
  const entries = [...files].map(
    ([name, text]) => `    ${JSON.stringify(name)}: ${literal(text)},`,
  );
  return `{\n${entries.join("\n")}\n}`;
}

function literal(text: string): string {
  const isRaw = !text.includes("'''") && !text.includes("\r") && !/['\\]$/u.test(text);
  return isRaw ? `r'''${text}'''` : JSON.stringify(text);
}
