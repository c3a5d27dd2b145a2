import type { Brief } from "../../agent/brief.ts";
import type { Config } from "../../agent/config.ts";
import { anthropicModel } from "../../agent/models/anthropic/anthropic.ts";
import type { Model, Request } from "../../agent/models/model.ts";
import { pipeline } from "../../agent/pipeline.ts";
import { type Cost, costOfRun } from "../../runs/report/cost.ts";
import { defaultAnswer } from "./answers.ts";
import { type Call, saying, startMessagesServer } from "./servers/messages-server.ts";
import { openWorld, scoreOf } from "./world.ts";

export type PaidRunOptions = {
  config: Partial<Config>;
  brief: Brief;
  /** Length of a script, in characters. */
  scriptChars: number;
  /** What an execution takes: the cache of the server goes by this time. */
  scriptSeconds: number;
};

/** What a run was billed, and what it asked and ran. */
export type PaidRun = {
  cost: Cost;
  calls: readonly Call[];
  prompts: Request[];
  executions: number;
  /** Scripts that were scored in the search. */
  scripts: number;
};

/** From this many tokens on the service keeps the beginning of a prompt. */
const MIN_TOKENS = 512;

/** A whole run in a made-up world through the real client, billed by a loopback server that keeps accounts as the service does. */
export async function paidRun(options: PaidRunOptions): Promise<PaidRun> {
  const { config, brief, scriptChars, scriptSeconds } = options;
  const texts = new Map<string, string>();
  let executions = 0;
  const slots = 2;
  const nowMs = () => (1000 * executions * scriptSeconds) / slots;
  await using server = await startMessagesServer(
    ({ prompt }) => saying(texts.get(prompt) ?? "there is no answer"),
    0,
    { leastTokens: MIN_TOKENS, nowMs },
  );
  const client = anthropicModel({
    name: "claude-opus-5-5",
    apiKey: "loopback-key",
    baseUrl: server.url,
    prices: null,
  });
  const prompts: Request[] = [];
  const asksServer = (scripted: Model): Model => ({
    ...client,
    async ask(request, signal, allow) {
      const { text } = await scripted.ask(request, signal);
      texts.set(request.prompt, text);
      prompts.push(request);
      return client.ask(request, signal, allow);
    },
  });
  let next = 0.5;
  const scores = () => {
    next += 0.001;
    return Number(next.toFixed(6));
  };
  await using world = await openWorld({
    config,
    brief,
    modelOver: asksServer,
    answers: (request) => lengthened(String(defaultAnswer(request, scores)), scriptChars),
    behavior: (code) => {
      executions += 1;
      return { score: scoreOf(code), seconds: scriptSeconds };
    },
  });
  await pipeline(world.handle.run);
  const cost = costOfRun(world.journal.events);
  const scripts = world.journal.events.filter(
    ({ type, value }) => type === "evaluated" && value.evaluation.score !== null,
  ).length;
  return { cost, calls: server.calls, prompts, executions, scripts };
}

/** Code as long as code usually is: lines that do nothing, in the parts in which a script has most. */
function lengthened(answer: string, chars: number): string {
  const line = (index: number) => `column_${index} = "a ratio of two columns, smoothed by size"\n`;
  const filler = (share: number) =>
    Array.from({ length: Math.round((chars * share) / line(10).length) }, (_, index) =>
      line(index),
    ).join("");
  return answer
    .replace("# --- features\n", `# --- features\n${filler(0.5)}`)
    .replace(/^quality = /mu, `${filler(answer.includes("# --- model") ? 0.4 : 0.3)}quality = `);
}
