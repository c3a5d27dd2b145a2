import * as z from "zod";
import { ModelUnavailable } from "../../../runs/errors.ts";
import { addTokens, addUsd, allTokens, costOf, noTokens } from "../../../runs/ledger.ts";
import { askWithin, helloRequest } from "../../models/check-model.ts";
import type { Capabilities, Model, Reply, ReportingModel, Request } from "../../models/model.ts";
import { data } from "../../roles/reply/readers.ts";
import { Unreadable } from "../../roles/role.ts";

/** One test of a model. */
export type Probe = { what: string; ok: boolean; found: string; seconds: number };

/** All tests of a model, with tokens and price. */
export type Examination = {
  model: string;
  isFallback: boolean;
  ok: boolean;
  probes: Probe[];
  tokens: number;
  usd: number | null;
  estimated: boolean;
  capabilities: Capabilities;
};

/** The long answer counts up to this number: about 2,500 tokens. */
const LAST = 1200;
const TIMEOUT_SECONDS = 600;

const form = data(
  z.object({ word: z.string(), primes: z.array(z.number().int()), done: z.boolean() }),
);

type Question = { what: string; request: Request; judge: (reply: Reply) => string | null };

function questions(): Question[] {
  const hello = helloRequest();
  const asking = (rest: string): Request => ({
    ...hello,
    prompt: rest,
    parts: { rules: "", script: "", rest },
  });
  return [
    {
      what: "hello",
      request: hello,
      judge: ({ text }) => (/hello/iu.test(text) ? null : "answered something else"),
    },
    {
      what: "structured output",
      request: {
        ...asking(
          'Answer with JSON only, in exactly this form: {"word": "star", "primes": [2, 3, 5], "done": true}, but with the first six primes.',
        ),
        schema: form.schema,
      },
      judge({ text }) {
        const read = form.read(text);
        if (read instanceof Unreadable) return read.why;
        const isRight = read.primes.join() === "2,3,5,7,11,13";
        return isRight ? null : `valid JSON, but the primes are ${read.primes.join(", ")}`;
      },
    },
    {
      what: "long answer",
      request: {
        ...asking(`Count from 1 to ${LAST}: one number on each line, nothing else, none left out.`),
        maxOutputTokens: 12_000,
      },
      judge({ text, stop }) {
        if (stop === "max-tokens") return "cut at the length limit";
        const numbers = new Set(text.match(/\d+/gu) ?? []);
        const missing = Array.from({ length: LAST }, (_, at) => String(at + 1)).filter(
          (each) => !numbers.has(each),
        );
        return missing.length === 0 ? null : `${missing.length} of ${LAST} numbers are missing`;
      },
    },
  ];
}

/** Tests a model with a hello, structured output and a long answer; stops when it cannot be reached. */
export async function examineModel(model: Model, isFallback: boolean): Promise<Examination> {
  const probes: Probe[] = [];
  let [tokens, usd, estimated] = [noTokens(), 0 as number | null, false];
  for (const { what, request, judge } of questions()) {
    const began = performance.now();
    const reply = await replyOf(model, request);
    const seconds = (performance.now() - began) / 1000;
    const cost = reply instanceof ModelUnavailable ? costOf(reply.tries) : reply;
    tokens = addTokens(tokens, cost.tokens);
    usd = addUsd(usd, cost.usd);
    estimated ||= cost.estimated;
    const problem = problemOf(reply, judge);
    const found = problem ?? (reply instanceof ModelUnavailable ? "" : usageText(reply));
    probes.push({ what, ok: problem === null, found, seconds });
    if (reply instanceof ModelUnavailable) break;
  }
  return {
    model: model.name,
    isFallback,
    ok: probes.every(({ ok }) => ok),
    probes,
    tokens: allTokens(tokens),
    usd,
    estimated,
    capabilities: capabilitiesOf(model),
  };
}

async function replyOf(model: Model, request: Request): Promise<Reply | ModelUnavailable> {
  try {
    return await askWithin(model, request, TIMEOUT_SECONDS);
  } catch (error) {
    if (error instanceof ModelUnavailable) return error;
    throw error;
  }
}

function problemOf(reply: Reply | ModelUnavailable, judge: Question["judge"]): string | null {
  if (reply instanceof ModelUnavailable) return reply.message;
  return reply.stop === "refusal" ? "it refused" : judge(reply);
}

function usageText({ tokens, tries }: Reply): string {
  const reasoning = tokens.thinking === null ? "" : `, ${tokens.thinking} of them reasoning`;
  const calls = tries.length > 1 ? `, ${tries.length} calls` : "";
  return `${tokens.output} tokens out${reasoning}${calls}`;
}

function capabilitiesOf(model: Model): Capabilities {
  return reportsCapabilities(model) ? model.capabilities() : {};
}

function reportsCapabilities(model: Model): model is ReportingModel {
  return "capabilities" in model;
}
