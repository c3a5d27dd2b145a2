import { resolve } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { sha256 } from "../../../../runs/sha256.ts";
import { type Manifest, sift, writeDataSet } from "../../../distill/data-set.ts";
import { drawPaths, PATH_DEFAULTS } from "../../../distill/tools/paths.ts";
import type { ToolRow } from "../../../distill/tools/tool-rows.ts";
import type { CommandContext } from "../../runs/context.ts";
import { openProgress } from "../../terminal/progress.ts";
import { untilSignal } from "../../terminal/until-signal.ts";
import { count, countFromZero, licenses, share } from "../option-values.ts";
import { readFailures } from "./failures.ts";
import { scratchCompetition } from "./making/competition.ts";
import { assignPaths, type MadeThere, makeOnCompetition } from "./making/make-competition.ts";
import { RULES } from "./making/scratch-run.ts";
import { TASKS } from "./read-tasks.ts";
import { registryGraph } from "./registry-graph.ts";

/** Every so many competitions one is for dev. */
const DEV_EVERY = 5;

/** `mle-star distill tools data`: conversations whose calls were all executed, after Magnet (arXiv 2503.07826). */
export function toolsDataCommand(context: CommandContext) {
  return optionsOf().action(async (options) => {
    const { out, json, teacher, sandbox, license, seed, listed, ...rest } = options;
    const folder = resolve(context.cwd, out);
    const graph = registryGraph({ hasWeb: false });
    const failures = await readFailures(
      options.failures === undefined ? null : resolve(context.cwd, options.failures),
    );
    const { walk, paths, mergeP, insertP, splitP } = rest;
    const drawn = drawPaths(graph, { walk, paths, mergeP, insertP, splitP, failures, seed });
    const competitions = Array.from({ length: options.competitions }, (_, index) =>
      scratchCompetition(seed, options.first + index),
    );
    const shares = assignPaths(drawn, competitions);
    const progress = openProgress(process.stderr, json);
    const made: MadeThere[] = [];
    try {
      await untilSignal(async (signal) => {
        for (const [index, competition] of competitions.entries()) {
          const own = shares[index] ?? [];
          const split = (options.first + index) % DEV_EVERY === 0 ? "dev" : "train";
          const settings = { graph, own, split, listed, teacher, licenses: [...license] };
          const key = sha256(JSON.stringify([settings, competition]));
          const around = { folder, competition, teacher, sandbox, progress, signal };
          const work = { graph, paths: own, split, listed, licenses: license, key } as const;
          made.push(await makeOnCompetition({ ...around, ...work }));
        }
      });
    } finally {
      progress.close();
    }
    const about = {
      teacher,
      seed,
      walk,
      paths,
      mergeP,
      insertP,
      splitP,
      listed,
      competitions: options.competitions,
      first: options.first,
      failures: Object.fromEntries(failures),
    };
    const { manifest, rows } = await written(folder, made, about);
    const shown = rows.slice(0, options.show ?? 0);
    const told = { folder, ...manifest, shown };
    context.write(json ? `${JSON.stringify(told)}\n` : madeText(told));
  });
}

function optionsOf() {
  return new Command("data")
    .description("make conversations with tools, every call executed on generated competitions")
    .option("--out <folder>", "where to write it", "distill/tools")
    .option("--competitions <n>", "generated competitions", count, 24)
    .option(
      "--first <n>",
      "number of the first one: others are other competitions",
      countFromZero,
      0,
    )
    .option("--paths <n>", "paths through the graph of tools", count, PATH_DEFAULTS.paths)
    .option("--walk <n>", "S: calls of a walk at most", count, PATH_DEFAULTS.walk)
    .option("--merge-p <p>", "turns that are joined", share, PATH_DEFAULTS.mergeP)
    .option("--insert-p <p>", "turns with a nested call inserted", share, PATH_DEFAULTS.insertP)
    .option("--split-p <p>", "paths copied with something missing", share, PATH_DEFAULTS.splitP)
    .option("--failures <file>", "failures.json of `eval` or `pairs`: what failed is drawn more")
    .option(
      "--listed <n>",
      "tools that a conversation lists at most (default: all)",
      (text) => count(text),
      null as number | null,
    )
    .option(
      "--teacher <model>",
      "rules (set phrases, no key), or a model as --model names it",
      RULES,
    )
    .option("--sandbox <engine>", "auto, docker, podman, bwrap or process", "auto")
    .option(
      "--license <model=terms>",
      "terms of the teacher's words",
      licenses,
      new Map<string, string>(),
    )
    .option("--seed <n>", "seed of paths and competitions", countFromZero, 0)
    .option("--show <n>", "print so many rows", count)
    .option("--json", "print data instead of text", false);
}

/** The data set: what was made on each competition, in one order. */
async function written(
  folder: string,
  made: readonly MadeThere[],
  options: Record<string, unknown>,
): Promise<{ manifest: Manifest; rows: ToolRow[] }> {
  const judged = [
    ...made.flatMap(({ rows }) => rows.map((row) => ({ row }))),
    ...made.flatMap(({ dropped }) => dropped.map((each) => ({ dropped: each }))),
  ];
  const sifted = sift(judged);
  const tasks = made.flatMap((each) => each.tasks);
  const about = { kind: "tools", options, runsLeftOut: 0 };
  const manifest = await writeDataSet(folder, sifted, about, { [TASKS]: tasks });
  return { manifest, rows: sifted.rows as ToolRow[] };
}

type Told = Manifest & { folder: string; shown: ToolRow[] };

function madeText({ folder, rows, dropped, shown }: Told): string {
  const lines = [
    `${folder}: ${rows.train} conversations to train on, ${rows.dev} for dev`,
    ...Object.entries(dropped).map(([why, times]) => `  ${times} dropped: ${why}`),
    ...shown.map(rowText),
  ];
  return `${lines.join("\n")}\n`;
}

function rowText({ id, split, provenance, parts, sources }: ToolRow): string {
  const said = parts.flatMap(({ messages }) =>
    messages
      .filter(({ role }) => role !== "system")
      .map(({ role, content }) => `${role}: ${content}`),
  );
  const tags = sources.flatMap(({ call, tool, sources: each }) =>
    each.map(
      ({ argument, from, call: of }) =>
        `${call}. ${tool}.${argument}: ${from}${of === null ? "" : ` ${of}`}`,
    ),
  );
  return [
    "",
    `${id} (${split})`,
    `by ${provenance.model}, ${provenance.license}`,
    ...said,
    ...tags,
  ].join("\n");
}
