import type { Config } from "../../config.ts";
import { checkModel } from "../../models/check-model.ts";
import type { Environment } from "../environment.ts";
import { type ModelRouting, routeModels } from "../open/model-routing.ts";
import { type Check, failing, fine, messageOf } from "./check.ts";

/** The models of a run, or a failed check. */
export async function chooseRouting(
  config: Config,
  environment: Environment,
  runsDir: string,
): Promise<ModelRouting | Check> {
  try {
    // Without a fallback, which would hide that the model does not answer.
    return await routeModels(
      { ...config, fallback: "none" },
      environment,
      runsDir,
      () => undefined,
    );
  } catch (error) {
    return failing("model", "cannot be chosen", messageOf(error));
  }
}

/** Which keys and addresses are set; their values are never shown. */
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
      ? "ANTHROPIC_API_KEY is not set: the built-in playbook answers for every role"
      : `${set.join(" and ")} ${set.length === 1 ? "is" : "are"} set`;
  return fine("keys", result);
}

/** Sends a hello to the model: one that never answers stops a run. */
export async function helloCheck(routing: ModelRouting, config: Config): Promise<Check> {
  // A recorded run has no answer to a hello.
  const isOffline = routing.isPlaybookOnly || config.model.startsWith("replay:");
  if (isOffline) return fine("model", routing.describe);
  try {
    const answer = await checkModel(routing.modelFor("planner", "hello"));
    return fine("model", `${routing.describe}: ${answer}`);
  } catch (error) {
    return failing("model", `${routing.describe} does not answer`, messageOf(error));
  }
}
