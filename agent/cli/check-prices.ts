import { ConfigInvalid } from "../../runs/errors.ts";
import type { Config } from "../config.ts";
import { helloRequest } from "../models/check-model.ts";
import type { ModelRouting } from "./open/model-routing.ts";

/** Dollars cannot be limited where a price is unknown: refused before anything is spent, with the ways out. */
export function checkPrices(config: Config, routing: ModelRouting): void {
  if (config.maxUsd === null) return;
  for (const { model } of routing.everyone) {
    if (model.worstCase(helloRequest()).usd !== null) continue;
    throw new ConfigInvalid(
      `--max-usd ${config.maxUsd} cannot be held: no price of model ${model.name} is known. Add it to a price table and name that with --prices <file> (an entry "*" there is the worst you assume of any model), or limit --max-tokens instead`,
    );
  }
}
