import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { Fault, UserError } from "../../../../runs/errors.ts";
import { parseJson } from "../../../../runs/record/journal-lines.ts";
import { trainerPython } from "../../../../sandbox/environment/trainer-environment.ts";
import { endGroup } from "../../../../sandbox/linux/processes.ts";
import { IN_FULL } from "../../../distill/asked.ts";
import { readEnvironment } from "../../environment.ts";
import { startProgram } from "../python-program.ts";
import { findModel } from "../serve/local-folder.ts";
import { whyEnded } from "../train/trainer-process.ts";
import { type Asked, type Asking, askAll, type Take } from "./answers.ts";

const program = fileURLToPath(new URL("../../../distill/trainer/answers.py", import.meta.url));

const AnswerEvent = z.discriminatedUnion("event", [
  z.object({ event: z.literal("answer"), id: z.string(), text: z.string() }),
  z.object({ event: z.literal("done") }),
  z.object({ event: z.literal("failed"), message: z.string() }),
]);

export type One = Pick<Asking, "model" | "file" | "maxTokens" | "report"> & {
  /** Of the model that is asked. */
  folder: string;
  cwd: string;
};

/** The likeliest answers of one model, which is started only where one of them is missing. */
export function askOne(
  questions: readonly Asked[],
  { folder, cwd, ...asking }: One,
): Promise<Map<string, string>> {
  const { maxTokens, report } = asking;
  const ask = async (missing: readonly Asked[], take: Take): Promise<void> => {
    const { cacheDir, trainerPython: override } = readEnvironment();
    await mkdir(cacheDir, { recursive: true });
    const python = await trainerPython(override, { cacheDir, report });
    const place = await findModel(folder, cwd);
    const shown = { places: [place], asked: place.asked ?? IN_FULL, device: "auto" };
    const scratch = await mkdtemp(join(tmpdir(), "mle-answers-"));
    const [settings, log] = [join(scratch, "settings.json"), join(scratch, "log")];
    try {
      await writeFile(settings, JSON.stringify({ ...shown, maxTokens, questions: missing }));
      await answersOf({ python, settings, log }, missing, take);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  };
  return askAll(questions, { ...asking, ask });
}

type Job = { python: string; settings: string; log: string };

/** Has all questions answered side by side, in a process of its own. */
async function answersOf(
  { python, settings, log }: Job,
  questions: readonly Asked[],
  take: Take,
): Promise<void> {
  const byId = new Map(questions.map((question) => [question.id, question]));
  const child = startProgram([python, "-B", program, settings], { log, append: false });
  let isDone = false;
  try {
    for await (const line of child.iterable()) {
      const told = AnswerEvent.safeParse(parseJson(line)).data;
      if (told?.event === "failed") throw new UserError(told.message);
      isDone ||= told?.event === "done";
      const question = told?.event === "answer" ? byId.get(told.id) : undefined;
      if (told?.event === "answer" && question !== undefined) await take(question, told.text);
    }
    const ended = await child;
    if (!isDone) throw new Fault(await whyEnded(ended, log));
  } finally {
    endGroup(child.pid);
  }
}
