import { onTestFinished } from "vitest";
import type { Competition } from "../../../tasks/competition.ts";
import { type OpenReferee, openReferee, type RefereeOptions } from "../../../tasks/referee/open.ts";
import type { View } from "../../../tasks/referee/referee.ts";
import { python } from "../interpreter.ts";
import { scratch } from "../made-competition.ts";

/** A referee that is closed when the test ends. */
export async function referee(
  competition: Competition,
  options: Partial<RefereeOptions> = {},
): Promise<OpenReferee> {
  const made = await openReferee({
    competition,
    python,
    folder: scratch(),
    seed: 1,
    subsample: null,
    ...options,
  });
  onTestFinished(() => made.close());
  return made;
}

/** Every view that has answers. */
export const viewsOf = (made: OpenReferee): View[] => [
  ...made.split.folds.map((fold) => fold.view),
  "sealed",
];
