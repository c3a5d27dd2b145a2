import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { openAiModel } from "../../agent/models/openai/openai.ts";
import { leakageChecker } from "../../agent/roles/leakage-checker.ts";
import { promptText } from "../../agent/roles/role.ts";
import { allTokens } from "../../runs/ledger.ts";
import { someRequest } from "../fakes/request.ts";
import { pairs } from "../zoo/pairs.ts";

/** One question to a role, what each model said to it, and the right answer. */
const Recorded = z.array(
  z.object({
    name: z.string(),
    leaky: z.boolean(),
    answers: z.array(z.object({ model: z.string(), text: z.string(), tokens: z.number() })),
  }),
);
export type RecordedCalls = z.infer<typeof Recorded>;

/** Real models asked whether scripts of the cheat zoo leak: whether they do is known of each. */
const FILE = new URL("./recorded-calls.json", import.meta.url);
/** Room for a verdict and some words; such models do not end by themselves. */
const MAX_TOKENS = 64;

export async function readRecorded(): Promise<RecordedCalls> {
  return Recorded.parse(JSON.parse(await readFile(FILE, "utf8")));
}

/** Asks the models behind LOCAL_MODEL_URL and SECOND_MODEL_URL about the shortest pairs of the zoo, and keeps what they say. */
export async function record(count: number): Promise<void> {
  const models = [named("LOCAL_MODEL"), named("SECOND_MODEL")];
  const scripts = (await Promise.all(pairs.map(({ name }) => scriptsOf(name))))
    .sort((a, b) => lengthOf(a) - lengthOf(b))
    .slice(0, count)
    .flat();
  const recorded: RecordedCalls = [];
  for (const { name, leaky, code } of scripts) {
    const parts = leakageChecker.prompt({ code, findings: [] });
    const { schema } = leakageChecker.reply;
    const request = someRequest({
      role: leakageChecker.name,
      parts,
      prompt: promptText(parts),
      schema,
      maxOutputTokens: MAX_TOKENS,
    });
    const asked = models.map(async (model) => {
      const { text, tokens } = await model.ask(request, AbortSignal.timeout(1_200_000));
      return { model: model.name, text, tokens: allTokens(tokens) };
    });
    recorded.push({ name, leaky, answers: await Promise.all(asked) });
    await writeFile(FILE, `${JSON.stringify(recorded, null, 2)}\n`);
  }
}

function named(variable: string) {
  const { [`${variable}_URL`]: baseUrl, [`${variable}_NAME`]: name } = process.env;
  if (baseUrl === undefined || name === undefined)
    throw new Error(
      `set ${variable}_URL and ${variable}_NAME: eval "$(test/engine/local-model.sh)"`,
    );
  return openAiModel({ name, apiKey: null, baseUrl, prices: null });
}

async function scriptsOf(name: string) {
  const read = (file: string) =>
    readFile(new URL(`../zoo/pairs/${name}/${file}`, import.meta.url), "utf8");
  return [
    { name: `${name}/cheat`, leaky: true, code: await read("cheat.py") },
    { name: `${name}/twin`, leaky: false, code: await read("twin.py") },
  ];
}

function lengthOf(scripts: readonly { code: string }[]): number {
  return scripts.reduce((sum, { code }) => sum + code.length, 0);
}
