import { join } from "node:path";
import * as z from "zod";
import type { OpenBatch } from "../../../../runs/batch/batch.ts";
import type { AttemptState } from "../../../../runs/batch/engine.ts";
import { quoted } from "../../../../runs/batch/engines/job-file.ts";
import { checkWorker, isChecked, markChecked } from "../../../../runs/batch/preflight.ts";
import { EngineRefused } from "../../../../runs/errors.ts";
import type { OpenEngine } from "./open.ts";

/** Options of `run` that `doctor` takes, too. */
const DOCTOR_OPTIONS = [
  "--sandbox",
  "--model",
  "--base-url",
  "--gpus-per-execution",
  "--gpu-memory-mb",
  "--config",
];
/** Variables whose absence would make a run use another model, silently. */
const MODEL_VARIABLES = /^(?:ANTHROPIC|OPENAI)_|^MLE_STAR_(?:MODEL|PYTHON)$/u;

export type Wanted = {
  program: readonly string[];
  dataDir: string;
  environment: NodeJS.ProcessEnv;
  line: (text: string) => void;
  stop: { readonly asked: number };
};

/**
 * Has a worker of the engine look, once for these settings, for what every job needs: the program, the data, the
 * variables of the models, and all that `doctor` looks for. False where it was stopped.
 *
 * @throws EngineRefused when something is missing, after a line for each
 */
export async function preflight(
  { folder, batch }: OpenBatch,
  { engine, needs, facts }: OpenEngine,
  { program, dataDir, environment, line, stop }: Wanted,
): Promise<boolean> {
  const references = batch.competitions.map(({ reference }) => reference);
  const paths = references.filter((each) => each.startsWith("/"));
  const isBench = references.some((each) => each.startsWith("mle-bench:"));
  const names = Object.keys(environment).filter(
    (name) => MODEL_VARIABLES.test(name) && environment[name] !== "",
  );
  const doctor = [
    ...[...program, "doctor", "--json", "--runs-dir", join(folder, "preflight", "runs")],
    ...doctorOptions(batch.configurations[0]?.options ?? []),
  ];
  const script = scriptOf(program, [...paths, ...(isBench ? [dataDir] : [])], names, doctor);
  const asked = { facts, script };
  if (await isChecked(folder, asked)) return true;
  const seen = await checkWorker(folder, engine, {
    command: ["sh", "-c", script],
    needs,
    onWait: () => line(`the check of a worker waits for its turn in ${engine.name}`),
    stop,
  });
  if (seen === null) return false;
  const missing = missingOf(seen, folder);
  for (const each of missing)
    process.stderr.write(`missing on a worker of ${engine.name}: ${each}\n`);
  if (missing.length > 0)
    throw new EngineRefused(
      `${engine.name}: a worker lacks what a job needs (${missing.length} line${missing.length === 1 ? "" : "s"} above); nothing was started`,
    );
  await markChecked(folder, asked);
  return true;
}

function doctorOptions(options: readonly string[]): string[] {
  return options.flatMap((option, place) => {
    const value = options[place + 1];
    return DOCTOR_OPTIONS.includes(option) && value !== undefined ? [option, value] : [];
  });
}

/** Looks for what the program needs to start at all, then has it look for the rest. */
function scriptOf(
  [program = "", ...rest]: readonly string[],
  paths: readonly string[],
  names: readonly string[],
  doctor: readonly string[],
): string {
  const files = [...rest.filter((word) => word.startsWith("/")), ...paths];
  return [
    'miss() { echo "missing: $*"; bad=1; }',
    `command -v ${quoted(program)} >/dev/null || miss ${quoted(`program ${program} (name one by \`command\` in the file of --engine-file)`)}`,
    ...files.map((path) => `[ -r ${quoted(path)} ] || miss ${quoted(`${path} cannot be read`)}`),
    ...names.map(
      (name) =>
        `[ -n "\${${name}:-}" ] || miss ${quoted(`variable ${name}, which is set here (\`variables\` in the file of --engine-file names a file of them)`)}`,
    ),
    '[ -z "$bad" ] || exit 9',
    `exec ${doctor.map(quoted).join(" ")}`,
  ].join("\n");
}

const Doctor = z.object({
  ok: z.boolean(),
  checks: z.array(
    z.object({
      what: z.string(),
      state: z.string(),
      result: z.string(),
      fix: z.string().nullable(),
    }),
  ),
});

function missingOf(
  { state, said }: { state: AttemptState; said: string },
  folder: string,
): string[] {
  const lines = said.split("\n");
  const missing = lines.flatMap((line) =>
    line.startsWith("missing: ") ? [line.slice("missing: ".length)] : [],
  );
  if (missing.length > 0) return missing;
  if (state.kind === "lost")
    return [
      `a word of the check (${state.why ?? `it ended and left nothing in ${folder}`}): workers must share this folder under the same path`,
    ];
  const report = doctorReport(lines);
  if (report === null)
    return [`an answer of doctor: ${lines.findLast((line) => line !== "") ?? "it said nothing"}`];
  return report.checks
    .filter(({ state: how }) => how === "fail")
    .map(({ what, result, fix }) => `${what}: ${result}${fix === null ? "" : ` (${fix})`}`);
}

function doctorReport(lines: readonly string[]): z.infer<typeof Doctor> | null {
  const text = lines.findLast((line) => line.startsWith("{")) ?? "null";
  try {
    const read = Doctor.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
