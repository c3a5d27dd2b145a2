import type { CallsInput, CallToAsk, Known, MadeCall } from "../../../../roles/tool-data/inputs.ts";
import { scriptOf } from "./competition.ts";

/** A call by rules, with the words of a user that ask for it. */
export type Worded = { call: MadeCall; words: string };

/** What the words are made from: what is known, the calls of this turn before it, and those of earlier turns. */
export type Around = {
  known: Known;
  before: readonly Worded[];
  earlier: CallsInput["earlier"];
  random: () => number;
};

type Maker = (
  call: CallToAsk,
  around: Around,
) => Omit<Worded, "call"> & { given: MadeCall["arguments"] };

const STATISTICS = ["mean()", "median()", "min()", "max()"];
const FACTS = [
  "the target has a few large values",
  "no column has missing values",
  "the mean is a fair baseline",
  "ids carry no signal",
];
const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"];
/** How a user speaks of what a call made. */
const MADE: Readonly<Record<string, string>> = {
  list_files: "file that was listed",
  profile: "table that was described",
  write_script: "script that was written",
  edit_block: "script that was changed",
  score: "solution that was scored",
  ablate: "solution whose parts were tried",
};

/** How a user asks for each tool, and with which values. */
export const makers: Readonly<Record<string, Maker>> = {
  list_files: () => ({ given: {}, words: "Which data files are there?" }),
  preview(call, { known, earlier, before, random }) {
    const rows = 2 + Math.floor(random() * 4);
    const from = { list_files: "files.0.file", profile: "file" };
    const nested = nestedIn(call, earlier, before, from);
    if (nested !== null)
      return {
        given: { file: nested.value, rows },
        words: `Show ${rows} rows of ${nested.words}.`,
      };
    const file = known.files[0] ?? "train.csv";
    return { given: { file, rows }, words: `Show me ${rows} rows of ${file}.` };
  },
  profile(_, { known, random }) {
    const column = pick(known.columns, random);
    const file = known.files[0] ?? "train.csv";
    return {
      given: { file, columns: [column] },
      words: `What is the column ${column} of ${file} like?`,
    };
  },
  run_python(_, { known, random }) {
    const name = pick(known.columns.slice(1), random);
    const code = `import pandas as pd\nround(pd.read_csv("input/train.csv")["${name}"].${pick(STATISTICS, random)}, 2)`;
    return { given: { code }, words: `Run these lines of Python:\n\`\`\`python\n${code}\n\`\`\`` };
  },
  write_script(_, around) {
    const { known, random } = around;
    const script = `${pick(["base", "plain", "level", "model"], random)}_${known.scripts.length + around.before.length + 1}.py`;
    const code = scriptOf(known, freshStatistic(around));
    return {
      given: { script, code },
      words: `Write a script ${script} with this code:\n\`\`\`python\n${code}\`\`\``,
    };
  },
  edit_block(_, around) {
    const script = lastScript(around);
    const old = lineOf(script.code, "value = ");
    const now = lineOf(scriptOf(around.known, freshStatistic(around)), "value = ");
    return {
      given: { script: script.name, old, new: now },
      words: `In ${script.name}, replace this line:\n\`${old}\`\nby this one:\n\`${now}\``,
    };
  },
  score(call, around) {
    const from = { write_script: "script", edit_block: "script" };
    const nested = nestedIn(call, around.earlier, around.before, from);
    if (nested !== null)
      return { given: { script: nested.value }, words: `Have ${nested.words} scored.` };
    const { name } = lastScript(around);
    return { given: { script: name }, words: `Have ${name} scored.` };
  },
  read_log(call, around) {
    const solution = solutionFor(call, around);
    return { given: { solution: solution.value }, words: `What did ${solution.words} print?` };
  },
  ablate(call, around) {
    const solution = solutionFor(call, around);
    const old = lineOf(solution.code, "value = ");
    const now = lineOf(scriptOf(around.known, freshStatistic(around)), "value = ");
    const variants = [{ what: "another level", old, new: now }];
    return {
      given: { solution: solution.value, variants },
      words: `What does ${solution.words} lose with another level, that is, with this line:\n\`${old}\`\nreplaced by this one:\n\`${now}\``,
    };
  },
  remember(_, { random }) {
    const text = pick(FACTS, random);
    return { given: { kind: "fact", text }, words: `Keep in mind as a fact: ${text}` };
  },
  submit: () => ({ given: {}, words: "That is enough: hand in what stands." }),
};

/** What is asked for where a value is left out that must be there. */
export const incomplete: Readonly<Record<string, string>> = {
  preview: "Show me a few rows.",
  run_python: "Run a few lines of Python for me.",
  write_script: "Write a script for me; I will tell you its name later.",
  edit_block: "Change a line of one of my scripts.",
  score: "Have one of the scripts that I have in mind scored.",
  read_log: "What did that other one print?",
  ablate: "Try what a part of the solution is worth.",
  remember: "Keep something in mind for me.",
  search_web: "Look something up on the web.",
};

/** The value of a nested call, as a placeholder, and how a user speaks of it; null: the call is not nested. */
function nestedIn(
  { nestedIn: source }: CallToAsk,
  earlier: Around["earlier"],
  before: readonly Worded[],
  from: Readonly<Record<string, string>>,
): { value: string; words: string } | null {
  if (source === null) return null;
  const here = before.find(({ call }) => call.id === source)?.call.tool;
  const there = earlier.find(({ id }) => id === source)?.tool;
  const tool = here ?? there ?? "";
  const value = `$${source}.${from[tool] ?? "solution"}`;
  const made = MADE[tool] ?? "solution";
  if (here !== undefined) return { value, words: `the ${made.split(" ")[0]}` };
  const place = earlier.filter((each) => each.tool === tool).findIndex(({ id }) => id === source);
  return { value, words: `the ${made} ${ORDINALS[place] ?? "last"}` };
}

/** A solution: of the call that it is nested in, of a call of this turn, or the last one that is known. */
function solutionFor(
  call: CallToAsk,
  { known, before, earlier }: Around,
): { value: string; words: string; code: string } {
  const code = known.solutions.at(-1)?.code ?? known.scripts.at(-1)?.code ?? "";
  const nested = nestedIn(call, earlier, before, {});
  if (nested !== null) return { ...nested, code };
  const scored = before.findLast(({ call: made }) => made.tool === "score");
  if (scored !== undefined) {
    const script = scriptsNow(known, before).find(
      ({ name }) => name === scored.call.arguments.script,
    );
    return {
      value: `$${scored.call.id}.solution`,
      words: "the solution",
      code: script?.code ?? scriptsNow(known, before).at(-1)?.code ?? code,
    };
  }
  const { id = "native/attempt-1", code: own = code } = known.solutions.at(-1) ?? {};
  return { value: id, words: id, code: own };
}

function lastScript({ known, before }: Around): { name: string; code: string } {
  return scriptsNow(known, before).at(-1) ?? { name: "start.py", code: "" };
}

/** The scripts as the calls before this one leave them. */
function scriptsNow(known: Known, before: readonly Worded[]): Known["scripts"] {
  const scripts = new Map(known.scripts.map(({ name, code }) => [name, code]));
  for (const { call } of before) {
    const { script, code, old, new: now } = call.arguments;
    if (call.tool === "write_script") scripts.set(String(script), String(code));
    if (call.tool === "edit_block")
      scripts.set(
        String(script),
        (scripts.get(String(script)) ?? "").replace(String(old), String(now)),
      );
  }
  return [...scripts].map(([name, code]) => ({ name, code }));
}

/** A statistic that no script has yet. */
function freshStatistic({ known, before, random }: Around): string {
  const quantiles = Array.from({ length: 90 }, (_, index) => `quantile(${(index + 5) / 100})`);
  const codes = [...known.scripts, ...known.solutions].map(({ code }) => code);
  const used = [...codes, JSON.stringify(before)].join("\n");
  const left = [...STATISTICS, ...quantiles].filter((each) => !used.includes(each));
  return pick(left, random);
}

function lineOf(code: string, beginning: string): string {
  return code.split("\n").find((line) => line.startsWith(beginning)) ?? beginning;
}

function pick(list: readonly string[], random: () => number): string {
  return list[Math.floor(random() * list.length)] ?? "";
}
