import { Interrupted, ModelUnavailable } from "../../runs/errors.ts";
import type { Brief } from "../brief.ts";
import type { Model, Request } from "./model.ts";
import { plainRequest } from "./plain-request.ts";

const TIMEOUT_SECONDS = 90;

/** Sends a hello: one line with the model's name, seconds, tokens and price. Throws `ModelUnavailable`. */
export async function checkModel(model: Model): Promise<string> {
  const {
    model: name,
    seconds,
    stop,
    tokens,
    usd,
  } = await askWithin(model, helloRequest(), TIMEOUT_SECONDS);
  const total = tokens.input + tokens.cacheRead + tokens.cacheWrite + tokens.output;
  const price = usd === null ? "price unknown" : `$${usd.toFixed(4)}`;
  const verb = stop === "refusal" ? "refused a hello" : "answered";
  return `${name} ${verb} in ${seconds.toFixed(1)} s (${total} tokens, ${price})`;
}

/** Asks with a time limit in seconds. Throws `ModelUnavailable` also when it is exceeded. */
export async function askWithin(model: Model, request: Request, seconds: number) {
  try {
    return await model.ask(request, AbortSignal.timeout(seconds * 1000));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    const why = `${model.name} did not answer in ${seconds} s`;
    throw new ModelUnavailable(why, { cause: error, tries: error.tries });
  }
}

/** A minimal request, of no competition. */
export function helloRequest(): Request {
  const rest = "Reply with the one word: hello";
  return plainRequest({
    at: "hello",
    role: "hello",
    brief: blankBrief(),
    prompt: rest,
    parts: { rules: "", script: "", rest },
    schema: null,
    input: null,
    // Room for models that always reason first.
    maxOutputTokens: 2048,
  });
}

/** A brief of no competition. */
function blankBrief(): Brief {
  return {
    text: "You are asked whether you can be reached.",
    competition: {
      id: "hello",
      title: "Hello",
      type: "other",
      metric: { name: "accuracy", direction: "maximize", k: null, beta: null, quantile: null },
      id_column: null,
      target_columns: [],
      prediction_columns: [],
      group_column: null,
      time_column: null,
      media_columns: [],
      files: { train: "", test: "", sample_submission: "", description: "", other: [] },
    },
    profile: {
      trainRows: 0,
      testRows: 0,
      columns: [],
      trainOnly: [],
      classes: null,
      classShares: null,
      target: null,
      testIsLater: false,
      other: [],
      media: null,
      duplicateRows: 0,
    },
    split: {
      kind: "holdout",
      strategy: "none",
      folds: [],
      trainRows: 0,
      testRows: 0,
      subsample: null,
    },
    packages: [],
    limits: { seconds: 0, memoryMb: 0, cpus: 0, gpus: 0 },
    seed: 0,
  };
}
