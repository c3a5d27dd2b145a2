import { appendFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { z } from "zod";
import { type Brief, buildBrief } from "../../../agent/brief.ts";
import { readEnvironment } from "../../../agent/cli/environment.ts";
import { evaluate } from "../../../agent/evaluate/evaluate.ts";
import { fitting } from "../../../agent/models/playbook/library.ts";
import type { Run } from "../../../agent/run/run.ts";
import type { Solution } from "../../../agent/solution.ts";
import { FINALIST, runCanary } from "../../../agent/trust/canary.ts";
import { disguisesOf, runDisguised } from "../../../agent/trust/disguise.ts";
import { mayWin, reproductionOf } from "../../../agent/trust/reproduce.ts";
import { pythonEnvironment } from "../../../sandbox/environment/python-environment.ts";
import { loadCompetition } from "../../../tasks/load.ts";
import { profileCompetition } from "../../../tasks/profile/profile.ts";
import { openReferee } from "../../../tasks/referee/open.ts";
import { firstOf } from "../../agent/models/playbook/conversation.ts";
import { openWorld } from "../../fakes/world.ts";
import type { Report } from "../timing.ts";
import { openWarmSandbox } from "./warm-sandbox.ts";

const MAKER = fileURLToPath(new URL("./python/made.py", import.meta.url));
const SPECIALIZER = fileURLToPath(new URL("./python/specialize.py", import.meta.url));
const SCRIPTS = new URL("./python/scripts/", import.meta.url);

/** What scripts are told of a made competition. */
const Told = z.object({
  shape: z.string(),
  metric: z.string(),
  kind: z.string(),
  group: z.string().nullable(),
  time: z.string().nullable(),
  /** A column that the answer goes with, for a rule by hand. */
  rule: z.looseObject({}),
});

/** What the checks of a finalist said of one honest script: `alarms` are those that refused it. */
const Checked = z.object({
  competition: z.number(),
  shape: z.string(),
  metric: z.string(),
  kind: z.string(),
  strategy: z.string(),
  script: z.string(),
  status: z.string(),
  score: z.number().nullable(),
  /** Checks that were made. */
  checks: z.array(z.string()),
  alarms: z.array(z.object({ check: z.string(), why: z.string() })),
});
type Checked = z.infer<typeof Checked>;

type Options = {
  /** The first of the competitions, and how many. */
  first: number;
  competitions: number;
  /** Scripts on each, in turns; the playbook's own besides. */
  scripts: number;
  /** File of what was measured, a line each; what is there is not done again. */
  results: string | null;
};

/** All checks of a finalist, over honest scripts on small generated competitions: each refusal is a false alarm. */
export async function measureAlarms(options: Options): Promise<Report> {
  const { first, competitions, results } = options;
  const found = results === null ? [] : await readResults(results);
  for (let n = first; n < first + competitions; n++) {
    if (found.some(({ competition }) => competition === n)) continue;
    const checked = await checkCompetition(n, options.scripts);
    if (results !== null)
      await appendFile(results, checked.map((each) => `${JSON.stringify(each)}\n`).join(""));
    found.push(...checked);
    for (const { script, shape, metric, alarms } of checked)
      for (const { check, why } of alarms)
        process.stderr.write(`${n} ${shape} ${metric} ${script}: ${check}: ${why}\n`);
  }
  const wanted = found.filter(({ competition: n }) => n >= first && n < first + competitions);
  return reportOf(wanted);
}

async function readResults(file: string): Promise<Checked[]> {
  await appendFile(file, "");
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
  return lines.map((line) => Checked.parse(JSON.parse(line)));
}

function reportOf(found: readonly Checked[]): Report {
  const scored = found.filter(({ status }) => status === "scored");
  const names = [...new Set(scored.flatMap(({ checks }) => checks))].sort();
  const row = (check: string) => {
    const made = scored.filter(({ checks }) => checks.includes(check));
    const refused = made.filter(({ alarms }) => alarms.some((alarm) => alarm.check === check));
    return [`  by ${check}`, `${refused.length} of ${made.length}`, "0"];
  };
  const refused = scored.filter(({ alarms }) => alarms.length > 0);
  const failed = found.filter(({ status }) => status !== "scored");
  const competitions = new Set(found.map(({ competition }) => competition)).size;
  return {
    title: `trust: honest scripts on ${competitions} generated competitions, put to every check of a finalist`,
    table: [
      ["", "refused", "goal"],
      ["honest scripts that any check refuses", `${refused.length} of ${scored.length}`, "0"],
      ...names.map(row),
      ["scripts that did not run, or were refused before", `${failed.length}`, "0"],
    ],
    notes: [
      "every disguise is tried on each script; a run draws one",
      ...failed.map((each) => `${each.competition} ${each.script}: ${each.status}`),
    ],
    data: found,
  };
}

/** Makes a competition and puts its honest scripts to the checks. */
async function checkCompetition(n: number, many: number): Promise<Checked[]> {
  const { cacheDir, python: override } = readEnvironment();
  const { python } = await pythonEnvironment({ cacheDir, override, report: () => undefined });
  const folder = await mkdtemp(join(tmpdir(), "mle-star-alarms-"));
  const sandbox = openWarmSandbox(python);
  try {
    const made = await execa(python, ["-B", MAKER, `${n}`, join(folder, "competition")]);
    const told = Told.parse(JSON.parse(made.stdout));
    const competition = await loadCompetition(join(folder, "competition"));
    const referee = await openReferee({
      competition,
      python,
      folder: join(folder, "referee"),
      seed: n,
      subsample: null,
      maxFolds: 2,
    });
    try {
      const profile = await profileCompetition(competition, python);
      const { split } = referee;
      const packages = ["lightgbm==4", "scikit-learn==1", "pandas==2", "numpy==2"];
      const limits = { seconds: 60, memoryMb: 2000, cpus: 1, gpus: 0 };
      const brief = buildBrief(competition, { profile, split, packages, limits, seed: 0 });
      const config = { debugRounds: 0, leakageModel: "off" as const, slots: 2 };
      const real = { competition, profile, referee, sandbox };
      await using world = await openWorld({ config, brief, real });
      const { run } = world.handle;
      const checked: Checked[] = [];
      for (const { name, code } of await scriptsFor(n, { many, told, brief, python }))
        checked.push({
          ...{ competition: n, shape: told.shape, metric: told.metric, kind: told.kind },
          ...{ strategy: split.strategy, script: name },
          ...(await checksOf(run, name, code)),
        });
      return checked;
    } finally {
      await referee.close();
    }
  } finally {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  }
}

type Writing = { many: number; told: z.infer<typeof Told>; brief: Brief; python: string };

/** The scripts whose turn it is, and first scripts of the playbook with models that take turns too. */
async function scriptsFor(
  n: number,
  { many, told, brief, python }: Writing,
): Promise<{ name: string; code: string }[]> {
  const read = (path: string) => readFile(new URL(path, SCRIPTS), "utf8");
  const names = (await readdir(new URL("models/", SCRIPTS))).sort();
  const [load, write] = [await read("load.py"), await read("write.py")];
  const { kind, metric, group, time, rule } = told;
  const tell = (code: string) => {
    // Literals weigh: only who goes by a rule is told one.
    const shown = { kind, metric, group, time, ...(code.includes('TASK["rule"]') && { rule }) };
    return `TASK = ${JSON.stringify(shown).replaceAll("null", "None")}\n`;
  };
  const chosen = takeTurns(names, n, many);
  const scripts = chosen.map(async (name) => {
    const model = await read(`models/${name}`);
    const input = [tell(model), load, model, write].join("\n");
    const { stdout: code } = await execa(python, ["-B", SPECIALIZER], { input });
    return { name: name.replace(".py", ""), code };
  });
  const families = takeTurns(fitting(brief, "model"), n, 1).map(({ id }) => id);
  const own = families.map(async (family) => ({
    name: `playbook ${family}`,
    code: await firstOf(brief, family),
  }));
  return Promise.all([...scripts, ...own]);
}

/** `many` items, other ones for another `n`, until all have had their turn. */
function takeTurns<T>(items: readonly T[], n: number, many: number): T[] {
  const place = (at: number) => (n * many + at) % items.length;
  const places = new Set(
    Array.from({ length: Math.min(many, items.length) }, (_, at) => place(at)),
  );
  return items.filter((_, at) => places.has(at));
}

async function checksOf(run: Run, name: string, code: string) {
  const id = `honest/${name.replaceAll(/\W+/gu, "-")}`;
  const draft: Solution = { id, code, parent: null, origin: "init", track: null, plan: null };
  const evaluated = await evaluate(run, draft, null);
  if (evaluated === null) throw new Error(`${name} was not evaluated`);
  const { solution, evaluation } = evaluated;
  const { status, score, reason } = evaluation;
  if (status !== "scored")
    return { status: `${status}: ${reason ?? ""}`.slice(0, 600), score, checks: [], alarms: [] };
  const checks: string[] = ["shuffled"];
  const alarms: Checked["alarms"] = [];
  const canary = await runCanary(run, solution, FINALIST);
  if (canary.verdict !== "passed") {
    const shuffled = run.journal.recorded("shuffled", `${solution.id}/shuffled-0/canary`);
    const why = `${canary.verdict}: ${canary.why} ${JSON.stringify(shuffled)}`;
    alarms.push({ check: "shuffled", why });
  }
  for (const view of await disguisesOf(run)) {
    const { verdict, why } = await runDisguised(run, solution, [view]);
    checks.push(view);
    if (verdict === "lost" || verdict === "failed") alarms.push({ check: view, why });
  }
  checks.push("reproduced");
  await mayWin(run, { id: solution.id, scripts: [solution] });
  const reproduced = reproductionOf(run, solution.id);
  if (reproduced?.isLost !== false) {
    const { real, score: again, lost, probability } = reproduced ?? {};
    const why = `${again} again, ${real} before, ${lost} lost, p ${probability}`;
    alarms.push({ check: "reproduced", why });
  }
  return { status, score, checks, alarms };
}
