import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod";
import { readKeptLines } from "../../../../runs/record/json-lines.ts";
import { sha256 } from "../../../../runs/sha256.ts";
import type { Brief } from "../../../brief.ts";
import { type AskTeacher, modelTeacher } from "../../../distill/reverse/model-teacher.ts";
import type { Teacher } from "../../../distill/reverse/task.ts";
import type { Model } from "../../../models/model.ts";
import { plainRequest } from "../../../models/plain-request.ts";
import { playbookModel } from "../../../models/playbook/playbook.ts";
import { readEnvironment } from "../../environment.ts";
import { createOpener } from "../../open/model.ts";
import { resolveSettings } from "../../settings.ts";
import type { Whose } from "./executor.ts";

const Kept = z.object({ key: z.string(), text: z.string() });

export type TeacherOptions = {
  /** As `--model` names one. */
  name: string;
  baseUrl: string | null;
  runsDir: string;
  /** Where answers are kept: what was paid for is not asked again. */
  file: string;
  briefOf(whose: Whose): Promise<Brief>;
};

/** A language model as teacher. Throws `ConfigInvalid` where it cannot be opened. */
export async function openTeacher(options: TeacherOptions): Promise<Teacher> {
  const { name, baseUrl, runsDir } = options;
  const environment = readEnvironment();
  const config = resolveSettings({ model: name }, environment.all);
  const playbook = playbookModel({ seed: 0 });
  const opener = createOpener({ config, environment, runsDir, playbook });
  const model = await opener.open(name, baseUrl);
  return modelTeacher(model.name, keptAsking(model, options, config.maxOutputTokens));
}

/** Asks each question once, also over several calls of the command. */
export function keptAsking(
  model: Model,
  { file, briefOf }: Pick<TeacherOptions, "file" | "briefOf">,
  maxOutputTokens: number,
): AskTeacher {
  const known = readKept(file);
  const signal = new AbortController().signal;
  return async ({ provenance }, prompt) => {
    const brief = await briefOf(provenance);
    const key = sha256(JSON.stringify([model.name, brief.text, prompt]));
    const before = (await known).get(key);
    if (before !== undefined) return before;
    const reply = await model.ask(
      plainRequest({
        at: `distill/teacher/${key.slice(0, 12)}`,
        role: "teacher",
        brief,
        prompt,
        parts: { rules: "", script: "", rest: prompt },
        schema: null,
        input: null,
        maxOutputTokens,
      }),
      signal,
      async () => null,
    );
    if (reply.stop === "refusal") return null;
    await mkdir(dirname(file), { recursive: true });
    await appendFile(file, `${JSON.stringify({ key, text: reply.text })}\n`);
    (await known).set(key, reply.text);
    return reply.text;
  };
}

async function readKept(file: string): Promise<Map<string, string>> {
  const kept = await readKeptLines(file, Kept);
  return new Map(kept.map(({ key, text }) => [key, text]));
}
