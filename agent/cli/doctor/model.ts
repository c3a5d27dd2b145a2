import type { Config } from "../../config.ts";
import { checkModel } from "../../models/check-model.ts";
import type { Environment } from "../environment.ts";
import { type ModelRouting, routeModels } from "../open/model-routing.ts";
import { type Check, failing, fine, wordsOf } from "./check.ts";

/** The models a run would have, or the check that says why there are none. */
export async function chooseRouting(
  config: Config,
  environment: Environment,
  runsDir: string,
): Promise<ModelRouting | Check> {
  try {
    // Nobody answers in a silent model's place: that it is silent is what we want to know.
    return await routeModels(
      { ...config, fallback: "none" },
      environment,
      runsDir,
      () => undefined,
    );
  } catch (error) {
    return failing("model", "cannot be chosen", wordsOf(error));
  }
}

/** A key is never shown, only whether there is one. */
export function keyCheck({ all }: Environment): Check {
  const names = [
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "ANTHROPIC_BASE_URL",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
  ];
  const set = names.filter((name) => (all[name] ?? "").trim() !== "");
  const result =
    set.length === 0
      ? "ANTHROPIC_API_KEY is not set: the built-in playbook plays every role"
      : `${set.join(" and ")} ${set.length === 1 ? "is" : "are"} set`;
  return fine("keys", result);
}

/** Says hello to the model: one that never answers stops a run. */
export async function helloCheck(routing: ModelRouting, config: Config): Promise<Check> {
  // A recording answers what it was asked, and nobody has said hello in it.
  const isSilent = routing.isPlaybookOnly || config.model.startsWith("replay:");
  if (isSilent) return fine("model", routing.describe);
  try {
    const answer = await checkModel(routing.modelFor("planner", "hello"));
    return fine("model", `${routing.describe}: ${answer}`);
  } catch (error) {
    return failing("model", `${routing.describe} does not answer`, wordsOf(error));
  }
}
