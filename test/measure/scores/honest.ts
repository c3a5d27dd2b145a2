import { openPython } from "../../../agent/python-source/python-source.ts";
import { readCatalogue, shippedCatalogue } from "../../../agent/search/catalogue-entries.ts";
import { type HonestScript, honestScripts } from "../../zoo/honest-scripts.ts";
import { whyRefused } from "../../zoo/score-pairs.ts";

/** Every so many of the made scripts are put to all checks of a finalist: each takes up to five executions. */
const RUN_EVERY = 75;

/** How many honest scripts the rules refuse at sight or suspect, and how many of a sample the whole defense refuses. */
export async function measureHonest() {
  const python = await openPython();
  const made = honestScripts();
  const entries = await readCatalogue(shippedCatalogue());
  const shipped = entries.map(({ id, example }): HonestScript => ({ name: id, code: example }));
  const task = { targets: ["sold"], id: "id", vocabulary: new Set<string>() } as const;
  const count = (scripts: readonly HonestScript[], weight: "refused" | "suspected") =>
    scripts.filter(({ code }) =>
      python
        .staticFindings(code, { ...task, mode: "referee" })
        .some((finding) => finding.weight === weight),
    ).length;
  const all = [...made, ...shipped];
  const chosen = made.filter((_, place) => place % RUN_EVERY === 0);
  const verdicts = await whyRefused(chosen);
  const refused = verdicts.filter((why) => why !== null);
  const data = {
    scripts: all.length,
    refusedAtSight: count(all, "refused"),
    suspected: count(all, "suspected"),
    run: chosen.length,
    refusedAfterRun: refused,
  };
  return {
    rows: [
      [
        "honest scripts that the rules refuse at sight",
        `${data.refusedAtSight} of ${all.length}`,
        "0",
      ],
      ["  that wait for the canary", `${data.suspected} of ${all.length}`, ""],
      [
        "  of those run, refused by any check of a finalist",
        `${refused.length} of ${chosen.length}`,
        "0",
      ],
    ],
    data,
  };
}
