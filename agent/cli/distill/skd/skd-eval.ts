import { mkdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import writeFileAtomic from "write-file-atomic";
import { UserError } from "../../../../runs/errors.ts";
import { readJsonLines } from "../../../../runs/record/json-lines.ts";
import { sha256 } from "../../../../runs/sha256.ts";
import type { EngineName } from "../../../../sandbox/contract.ts";
import { trainerPython } from "../../../../sandbox/environment/trainer-environment.ts";
import { type SkdScore, skdScore } from "../../../distill/skd/skd-eval.ts";
import type { SkdRow } from "../../../distill/skd/skd-rows.ts";
import type { SkdSettings } from "../../../distill/skd/skd-settings.ts";
import type { TrainingRecord } from "../../../distill/training.ts";
import { readEnvironment } from "../../environment.ts";
import type { CommandContext } from "../../runs/context.ts";
import { openProgress } from "../../terminal/progress.ts";
import { count } from "../option-values.ts";
import { readTraining } from "../train/training-folder.ts";
import { readDataSet } from "../train/training-run.ts";
import { firstTries } from "./first-tries.ts";
import { measureModels } from "./measure-process.ts";
import { scoresText } from "./scores-text.ts";
import { resolveTeacher, TEACHER_FORMS } from "./teacher.ts";

/** `mle-star distill skd eval`: a student beside its base and other students, by their teacher and by what runs. */
export function skdEvalCommand(context: CommandContext) {
  return new Command("eval")
    .description("how close students and their base are to the teacher on questions of dev")
    .argument("[folder]", "what distill skd train wrote", "adapters/skd")
    .option("--beside <folders...>", "other students of the same base, such as the baselines")
    .option("--data <folder>", "what `distill skd data` wrote", "distill/skd")
    .option("--teacher <weights>", `${TEACHER_FORMS} (default: the one that taught it)`)
    .option("--from <folder>", "also run the debuggers' answers on the data of the runs there")
    .addOption(
      new Option("--sandbox <engine>", "what runs scripts")
        .choices(["auto", "docker", "podman", "bwrap", "process"] as const)
        .default("auto" as const),
    )
    .option("--limit <n>", "rows of dev at most, the first ones", count)
    .addOption(
      new Option("--device <device>", "where it is measured")
        .choices(["auto", "cpu", "cuda"] as const)
        .default("auto" as const),
    )
    .option("--json", "print data instead of text", false)
    .action(async (name, options) => {
      const progress = openProgress(process.stderr, options.json);
      try {
        const folders = [name, ...(options.beside ?? [])];
        const scores = await evaluate({ ...options, folders }, context.cwd, progress.line);
        context.write(options.json ? `${JSON.stringify({ scores })}\n` : scoresText(scores));
      } finally {
        progress.close();
      }
    });
}

type Wanted = {
  folders: readonly string[];
  data: string;
  teacher?: string | undefined;
  from?: string | undefined;
  sandbox: "auto" | EngineName;
  limit?: number | undefined;
  device: string;
};

type Student = { title: string; name: string; folder: string; base: string };

async function evaluate(
  wanted: Wanted,
  cwd: string,
  report: (line: string) => void,
): Promise<SkdScore[]> {
  const data = await readDataSet(resolve(cwd, wanted.data));
  const records = await Promise.all(wanted.folders.map((each) => trainedIn(resolve(cwd, each))));
  const [first] = records;
  if (first === undefined) return [];
  const { cacheDir, trainerPython: override } = readEnvironment();
  const skd = await sharedSettings(first.settings.skd, wanted.teacher, { cwd, cacheDir });
  const students = studentsOf(records, wanted.folders, cwd);
  const place = join(resolve(cwd, wanted.folders[0] ?? ""), "eval");
  await mkdir(place, { recursive: true });
  const dev = join(data.folder, "dev.jsonl");
  // What else a measurement depends on is part of the name of its file.
  const about = sha256(
    JSON.stringify([data.manifest.files["dev.jsonl"], skd, first.settings.seed]),
  );
  const kept = join(place, `measured-${about.slice(0, 16)}.jsonl`);
  const settings = join(place, "measure.json");
  const { base, answerTokens, maxLength, seed } = first.settings;
  const asked = { base, answerTokens, maxLength, seed, skd, dev, kept, device: wanted.device };
  const limit = wanted.limit ?? null;
  await writeFileAtomic(settings, `${JSON.stringify({ ...asked, limit, who: students })}\n`);
  const python = await trainerPython(override, { cacheDir, report });
  const job = { python, settings, kept, log: join(place, "measure.log"), report };
  const measured = await measureModels(job);
  const rows = await rowsOf(dev);
  const tried = { rows: rows.slice(0, limit ?? rows.length), students, place, cwd, report };
  const ran =
    wanted.from === undefined
      ? null
      : await firstTries({
          ...{ ...tried, from: resolve(cwd, wanted.from), sandbox: wanted.sandbox },
          maxTokens: answerTokens,
        });
  const places = rows.map(({ id, provenance }) => ({ id, competition: provenance.competition }));
  return students.map(({ title, name }) =>
    skdScore(
      title,
      measured.filter(({ who }) => who === name),
      places,
      {
        kind: skd.divergence,
        ran: ran?.get(name) ?? null,
      },
    ),
  );
}

async function trainedIn(folder: string): Promise<TrainingRecord> {
  const record = await readTraining(folder);
  if (record?.result != null && record.settings.skd !== null) return record;
  throw new UserError(
    `${folder} holds no student that was trained to its end: mle-star distill skd train`,
  );
}

/** How student and teacher write together: as in the first training, with the teacher that is named. */
async function sharedSettings(
  skd: SkdSettings | null,
  named: string | undefined,
  where: { cwd: string; cacheDir: string },
): Promise<SkdSettings> {
  const teacher = named === undefined ? skd?.teacher : await resolveTeacher(named, where);
  if (skd == null || teacher == null)
    throw new UserError(`it had no teacher: name one with --teacher ${TEACHER_FORMS}`);
  return { ...skd, teacher };
}

/** The trained ones, then their base. All must be of one base: their measurements stand side by side. */
function studentsOf(
  records: readonly TrainingRecord[],
  folders: readonly string[],
  cwd: string,
): Student[] {
  const base = records[0]?.settings.base ?? "";
  const students = records.map((record, index): Student => {
    const folder = resolve(cwd, folders[index] ?? "");
    const { settings } = record;
    if (settings.base !== base)
      throw new UserError(`${folder} has another base (${settings.base}, not ${base})`);
    const name = sha256(JSON.stringify(record)).slice(0, 16);
    return {
      title: records.length === 1 ? "trained" : basename(folder),
      name,
      folder,
      base: settings.method === "lora" ? base : folder,
    };
  });
  return [...students, { title: "base", name: `base ${base}`, folder: base, base }];
}

/** Rows that `distill skd data` wrote. */
async function rowsOf(file: string): Promise<SkdRow[]> {
  return (await readJsonLines(file)) as SkdRow[];
}
