import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withSettings } from "../../../agent/models/fallback.ts";
import type { Model } from "../../../agent/models/model.ts";
import { openAiModel } from "../../../agent/models/openai/openai.ts";
import { extractor } from "../../../agent/roles/extractor.ts";
import { Unreadable } from "../../../agent/roles/role.ts";
import { summarizer } from "../../../agent/roles/summarizer.ts";
import type { EventValue } from "../../../runs/events/events.ts";
import { someBrief } from "../../fakes/request.ts";
import { runWorld, values } from "../../fakes/run-world.ts";
import { teamOf } from "../../fakes/team-run.ts";
import type { World } from "../../fakes/world.ts";

/**
 * A real model behind a local server (llama.cpp, Ollama, vLLM), named by LOCAL_MODEL_URL=http://localhost:8080/v1
 * and LOCAL_MODEL_NAME; `test/engine/local-model.sh` starts one. It plays two roles of a whole run. What so small
 * a model says need not be good: what must hold is that it comes through our client, is read or turned down for a
 * reason, is counted, and that the run ends well either way.
 */
const { LOCAL_MODEL_URL: baseUrl = null, LOCAL_MODEL_NAME: name = "local" } = process.env;
/** Another real model, for a team of both: SECOND_MODEL_URL and SECOND_MODEL_NAME. */
const { SECOND_MODEL_URL: secondUrl = null, SECOND_MODEL_NAME: secondName = "second" } =
  process.env;
if (baseUrl === null)
  console.log(
    "no real model is tested: LOCAL_MODEL_URL names no server of the Chat Completions API",
  );

const TRIES = 2;
/** Short, since a model of this size does a few tokens per second on two busy cores. */
const MAX_TOKENS = 32;
const real = new Set(["summarizer", "extractor"]);

describe.skipIf(baseUrl === null)("a run in which a real local model plays two roles", () => {
  let world: World;
  let finished: Awaited<ReturnType<typeof runWorld>>["finished"];

  beforeAll(async () => {
    const local = openAiModel({ name, apiKey: null, baseUrl, prices: null });
    const modelOver = (scripted: Model): Model => ({
      ...scripted,
      ask: (request, signal, allow) =>
        real.has(request.role)
          ? local.ask({ ...request, maxOutputTokens: MAX_TOKENS }, signal, allow)
          : scripted.ask(request, signal, allow),
    });
    const config = { ablationVariants: 2, replyTries: TRIES };
    ({ world, finished } = await runWorld({ modelOver, config }));
  }, 600_000);
  afterAll(async () => world?.close());

  const answersOf = (role: string) =>
    values(world, "answered").filter((answer) => answer.role === role);
  const readings = (role: { name: string; reply: { read(text: string): unknown } }) =>
    answersOf(role.name).map(({ text, stop }) => ({ stop, value: role.reply.read(text) }));

  test("the words and their count are the model's own", () => {
    for (const role of real) {
      const answers = answersOf(role);
      console.log(answers.map(toLine).join("\n"));
      expect(answers.length).toBeGreaterThan(0);
      for (const answer of answers) {
        expect(answer).toMatchObject({ model: name, estimated: false });
        // Some hundred tokens at least are asked: the brief, the rules, the study.
        expect(answer.tokens.input + answer.tokens.cacheRead).toBeGreaterThan(100);
        expect(answer.tokens.output).toBeGreaterThanOrEqual(answer.text === "" ? 0 : 1);
        expect(answer.tries.length).toBeGreaterThan(0);
      }
    }
    // A server may hold data to its schema, so that this one cannot be empty.
    expect(answersOf("extractor").some(({ text }) => text !== "")).toBe(true);
    expect(world.model.asked.filter((request) => real.has(request.role))).toEqual([]);
  });

  test("the summarizer's words stand in the study as they are read, or none do", () => {
    const [last] = readings(summarizer).slice(-1);
    const [ablated] = values(world, "ablated");
    expect(ablated?.summary).toBe(last?.value instanceof Unreadable ? "" : last?.value);
  });

  test("the extractor's answer leads to a refinement, or the step is skipped after all tries with the reason", () => {
    const read = readings(extractor);
    const last = read.at(-1)?.value;
    const skipped = values(world, "skipped").filter((each) => each.what === "refinement");
    if (skipped.length === 0) {
      expect(last).toMatchObject({ block: expect.any(String), plan: expect.any(String) });
      expect(values(world, "evaluated").some((each) => each.origin === "refine")).toBe(true);
    } else {
      expect(read).toHaveLength(TRIES);
      const why = last instanceof Unreadable ? last.why : "";
      expect(skipped[0]?.why).toContain(why);
      expect(skipped[0]?.why).toContain(`${TRIES} tries`);
    }
  });

  test("the run ends with a solution", () => {
    expect(finished.solution).not.toBeNull();
  });
});

describe.skipIf(baseUrl === null || secondUrl === null)("two real models in one role", () => {
  let world: World;

  beforeAll(async () => {
    const member = (id: string, url: string | null) => {
      const model = openAiModel({ name: id, apiKey: null, baseUrl: url, prices: null });
      const short = withSettings(model, { effort: null, maxOutputTokens: MAX_TOKENS / 2 });
      return { id, name: id, model: short, context: 8192 };
    };
    const members = [member(name, baseUrl), member(secondName, secondUrl)];
    const teams = {
      summarizer: teamOf("debate", members, { rounds: 1 }),
      extractor: teamOf("router", members),
    };
    const config = { ablationVariants: 1, replyTries: 1 };
    // Prompts of several models add up: a short brief.
    ({ world } = await runWorld({ teams, config, brief: someBrief() }));
  }, 600_000);
  afterAll(async () => world?.close());

  test("they debate: each is shown the other's words, and all turns are counted", () => {
    const [debate] = values(world, "team-answered").filter(({ role }) => role === "summarizer");
    const turns = values(world, "answered").filter(({ role }) => role === "summarizer");
    console.log(turns.map(toLine).join("\n"), debate?.why);
    expect(turns).toHaveLength(debate?.turns.length ?? 0);
    expect(new Set(turns.map(({ model }) => model))).toEqual(new Set([name, secondName]));
    const opened = turns.slice(0, 2).filter(({ text }) => text.trim() !== "");
    for (const later of turns.slice(2)) {
      const [other] = opened.filter(({ model }) => model !== later.model);
      expect(later.prompt).toContain(other?.text.trim().split("\n")[0]);
    }
    for (const { tokens } of turns) expect(tokens.input + tokens.cacheRead).toBeGreaterThan(100);
    const [ablated] = values(world, "ablated");
    const taken = turns.map(({ text }) => summarizer.reply.read(text));
    expect([...taken, ""]).toContain(ablated?.summary);
  });

  test("they are routed: one answers, and the other one only where that cannot be used", () => {
    const [routed] = values(world, "routed");
    expect(routed?.order).toEqual([name, secondName]);
    const [asked] = values(world, "team-answered").filter(({ role }) => role === "extractor");
    console.log(asked?.why);
    expect(asked?.turns[0]?.member).toBe(name);
    expect(asked?.turns).toHaveLength(asked?.turns[0]?.problem === null ? 1 : 2);
    expect(asked?.chosen === null).toBe(asked?.turns.every(({ problem }) => problem !== null));
  });
});

function toLine({ role, text, stop, tokens, seconds }: EventValue<"answered">): string {
  const used = `${tokens.input} + ${tokens.output} tokens, ${seconds.toFixed(1)} s, ${stop}`;
  return `${role} (${used}): ${JSON.stringify(text.slice(0, 300))}`;
}
