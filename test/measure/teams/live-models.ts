import type { Model } from "../../../agent/models/model.ts";
import { openAiModel } from "../../../agent/models/openai/openai.ts";

/** The servers that `test/engine/local-model.sh` starts. */
const SERVERS = ["LOCAL_MODEL", "SECOND_MODEL"];

/** Names of the models behind LOCAL_MODEL_URL and SECOND_MODEL_URL. */
export function liveNames(): string[] {
  return SERVERS.map(nameOf);
}

function nameOf(variable: string): string {
  const { [`${variable}_NAME`]: name } = process.env;
  if (name === undefined)
    throw new Error(`set ${variable}_NAME: eval "$(test/engine/local-model.sh)"`);
  return name;
}

export function liveModel(name: string): Model {
  const server = SERVERS.find((variable) => nameOf(variable) === name);
  const { [`${server}_URL`]: baseUrl } = process.env;
  if (baseUrl === undefined)
    throw new Error(`set ${server}_URL: eval "$(test/engine/local-model.sh)"`);
  return openAiModel({ name, apiKey: null, baseUrl, prices: null });
}
