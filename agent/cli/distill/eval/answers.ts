import { appendFile, mkdir } from "node:fs/promises";
import { request } from "node:http";
import { dirname } from "node:path";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { Fault } from "../../../../runs/errors.ts";
import { parseJson } from "../../../../runs/record/journal-lines.ts";
import { readKeptLines } from "../../../../runs/record/json-lines.ts";
import { sha256 } from "../../../../runs/sha256.ts";

/** A question as a model is asked it. */
export type Asked = { id: string; messages: readonly { role: string; content: string }[] };

const Kept = z.object({ model: z.string(), key: z.string(), text: z.string() });
const Reply = z.object({
  choices: z.tuple([z.object({ message: z.object({ content: z.string() }) })]),
});
const Refused = z.object({ error: z.object({ message: z.string() }) });

export type Take = (question: Asked, text: string) => Promise<void>;

export type Asking = {
  /** Which model, as it was trained: its answers are kept under this name. */
  model: string;
  /** Where answers are kept: those that are there are not asked for again. */
  file: string;
  /** Asks the model; each answer is handed on as it comes. */
  ask: (questions: readonly Asked[], take: Take) => Promise<void>;
  maxTokens: number;
  report: (line: string) => void;
};

/** The answers to questions by their ids, each asked once, also over several calls of the command. */
export async function askAll(
  questions: readonly Asked[],
  { model, file, ask, maxTokens, report }: Asking,
): Promise<Map<string, string>> {
  const kept = await readKept(file, model);
  const keyOf = ({ messages }: Asked): string => sha256(JSON.stringify([messages, maxTokens]));
  const missing = questions.filter((question) => !kept.has(keyOf(question)));
  if (missing.length > 0) {
    await mkdir(dirname(file), { recursive: true });
    let count = 0;
    await ask(missing, async (question, answer) => {
      const key = keyOf(question);
      await appendFile(file, `${JSON.stringify({ model, key, text: answer })}\n`);
      kept.set(key, answer);
      count += 1;
      report(`${model}: answer ${count} of ${missing.length}`);
    });
  }
  return new Map(questions.map((question) => [question.id, kept.get(keyOf(question)) ?? ""]));
}

/** Asks a model that is served one question after the other. */
export function servedOneByOne(url: string, maxTokens: number): Asking["ask"] {
  return async (questions, take) => {
    for (const question of questions)
      await take(question, await askServed(url, question, { maxTokens, temperature: 0, seed: 0 }));
  };
}

async function readKept(file: string, model: string): Promise<Map<string, string>> {
  const kept = (await readKeptLines(file, Kept)).filter((each) => each.model === model);
  return new Map(kept.map(({ key, text }) => [key, text]));
}

/** One answer; at a temperature of 0 always the likeliest tokens. A question that is too long has an empty one. */
export async function askServed(
  url: string,
  { messages }: Pick<Asked, "messages">,
  { maxTokens, temperature, seed }: { maxTokens: number; temperature: number; seed: number },
): Promise<string> {
  const body = JSON.stringify({ messages, max_tokens: maxTokens, temperature, seed });
  // Not fetch: it gives up after five minutes without a header.
  const { status, said } = await new Promise<{ status: number; said: string }>(
    (resolve, reject) => {
      const sent = request(`${url}/chat/completions`, { method: "POST" }, (response) => {
        text(response).then(
          (all) => resolve({ status: response.statusCode ?? 0, said: all }),
          reject,
        );
      });
      sent.on("error", reject);
      sent.end(body);
    },
  );
  const reply = Reply.safeParse(parseJson(said));
  if (reply.success) return reply.data.choices[0].message.content;
  const why = Refused.safeParse(parseJson(said)).data?.error.message ?? said.slice(0, 200);
  if (status === 400 && why.startsWith("maximum context length")) return "";
  throw new Fault(`the model gave no answer: ${why}`);
}
