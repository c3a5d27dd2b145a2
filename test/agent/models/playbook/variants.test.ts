import { describe, expect, test } from "vitest";
import { openPython } from "../../../../agent/python-source/python-source.ts";
import { sampled } from "../../../sample.ts";
import { converse, mergedOf } from "./conversation.ts";
import { madeModalities } from "./modalities/made-modalities.ts";
import { briefOf, runScripts } from "./modalities/modalities-data.ts";

const minutes = 300_000;
const source = await openPython();

/** The script with each of the variants that an ablation may ask for, by what it changes. */
async function variantsOf(brief: Parameters<typeof converse>[0], code: string) {
  const blocks = source.blocks(code, "referee");
  const variants = await converse(brief, "ablation", {
    blocks,
    printed: null,
    covered: [],
    count: 50,
  });
  return variants.map(({ block, what, code: text }) => {
    const span = blocks.find((each) => each.id === block);
    if (span === undefined) throw new Error(block);
    const changed = source.replaceSpan(code, span, text);
    if (typeof changed !== "string") throw new Error(`${what} does not parse`);
    return { what, code: changed };
  });
}

describe("every variant that an ablation proposes leaves a script that runs", () => {
  test.each(sampled(Object.entries(madeModalities), { size: 5, seed: 7 }))(
    "on %s",
    async (_, { make, families }) => {
      const made = make();
      const { brief, competition } = await briefOf(made);
      const merged = await mergedOf(brief, families);
      const single = await mergedOf(brief, families.slice(-1));
      const variants = [...(await variantsOf(brief, merged)), ...(await variantsOf(brief, single))];
      expect(variants.length).toBeGreaterThan(families.length);
      const ran = await runScripts(competition, sampled(variants, { size: 1, seed: 3 }));
      expect(ran.filter(({ failure }) => failure !== null)).toEqual([]);
    },
    minutes,
  );
});
