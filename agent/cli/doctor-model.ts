import type { Config } from "../config.ts";
import { checkModel } from "../models/check-model.ts";
import { type Check, failing, fine, wordsOf } from "./doctor-check.ts";
import type { Environment } from "./environment.ts";
import { type Cast, castModels } from "./models.ts";

/** Who would answer, whether the keys are there, and whether the model does answer. */
export type ModelChecks = {
  checks: Check[];
  /** Null when no model could be chosen. */
  cast: Cast | null;
};

/** Chooses the models as a run would and says hello to them. */
export async function modelChecks(
  config: Config,
  environment: Environment,
  runsDir: string,
): Promise<ModelChecks> {
  const key = keyCheck(environment);
  try {
    // Nobody answers in a silent model's place: that it is silent is what we want to know.
    const alone: Config = { ...config, fallback: "none" };
    const cast = await castModels(alone, environment, runsDir, () => undefined);
    return { checks: [key, await helloCheck(cast, config)], cast };
  } catch (error) {
    const check = failing("model", "cannot be chosen", wordsOf(error));
    return { checks: [key, check], cast: null };
  }
}

/** A key is never shown, only whether there is one. */
function keyCheck({ all }: Environment): Check {
  const names = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"];
  const set = names.filter((name) => (all[name] ?? "").trim() !== "");
  const result =
    set.length === 0
      ? "ANTHROPIC_API_KEY is not set: the built-in playbook plays every role"
      : `${set.join(" and ")} ${set.length === 1 ? "is" : "are"} set`;
  return fine("keys", result);
}

async function helloCheck(cast: Cast, config: Config): Promise<Check> {
  // A recording answers what it was asked, and nobody has said hello in it.
  const isSilent = cast.isPlaybookOnly || config.model.startsWith("replay:");
  if (isSilent) return fine("model", cast.describe);
  try {
    const answer = await checkModel(cast.modelFor("planner"));
    return fine("model", `${cast.describe}: ${answer}`);
  } catch (error) {
    return failing("model", `${cast.describe} does not answer`, wordsOf(error));
  }
}
