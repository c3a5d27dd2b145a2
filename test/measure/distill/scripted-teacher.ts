import { plantedBugs } from "../../../agent/distill/reverse/bugs.ts";
import { shortScript } from "../../agent/distill/reverse/short-scripts.ts";
import { saying, startMessagesServer } from "../../fakes/servers/messages-server.ts";
import type { Made } from "./tables.ts";

/** A service that plays every role of a run on a generated competition by rules, and what it answered. */
export type ScriptedTeacher = { url: string; close(): Promise<void> };

/**
 * Writes short scripts, of which the second one has a bug that is planted; asked to mend it, it answers with the script
 * without the bug. It is rule-based: no language model is asked.
 */
export async function startScriptedTeacher({ name, id, target }: Made): Promise<ScriptedTeacher> {
  const written = [0, 1].map((model) => shortScript({ id, target }, model));
  const [sound = "", other = ""] = written;
  const broken = plantedBugs(other, name)[0]?.code ?? other;
  const server = await startMessagesServer(async ({ prompt, body }) => {
    const { stream = false } = body as { stream?: boolean };
    return saying(answerTo(prompt, { sound, broken, mended: other }), { unstreamed: !stream });
  });
  return server;
}

type Scripts = { sound: string; broken: string; mended: string };

function answerTo(prompt: string, { sound, broken, mended }: Scripts): string {
  if (/^Name the models you would try/mu.test(prompt)) return cards();
  if (/^Write a first solution/mu.test(prompt))
    return fenced(prompt.includes("model number 2") ? broken : sound);
  if (/^Correct the script/mu.test(prompt)) return fenced(mended);
  if (/^Does the solution below leave out/mu.test(prompt))
    return "All the provided information is used.";
  return fenced(sound);
}

function cards(): string {
  const card = (number: number) => ({
    modelName: `model number ${number}`,
    exampleCode: "model.fit(X, y)",
    family: `family-${number}`,
    why: "a table of numbers",
    sources: [],
  });
  return JSON.stringify({ cards: [1, 2].map(card) });
}

function fenced(code: string): string {
  return `\`\`\`python\n${code}\`\`\``;
}
