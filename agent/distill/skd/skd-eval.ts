import * as z from "zod";
import { type Clustered, type Estimate, estimate } from "../intervals.ts";

/** What `trainer/skd_measure.py` found of a model on a row of dev; null: its recorded answer did not run. */
export const Measurement = z.object({
  who: z.string(),
  /** Place in the file of rows. */
  row: z.number(),
  entropy: z.number().nullable(),
  fkl: z.number().nullable(),
  rkl: z.number().nullable(),
  jsd: z.number().nullable(),
  accepted: z.number(),
  judged: z.number(),
});
export type Measurement = z.infer<typeof Measurement>;

/** One model on dev: means over rows with intervals over competitions. */
export type SkdScore = {
  who: string;
  rows: number;
  /** Cross-entropy of recorded answers. */
  entropy: Estimate;
  /** The divergence that was trained, to the teacher. */
  divergence: Estimate;
  /** Share of its tokens that the teacher lets stand. */
  acceptance: Estimate;
  /** Share of its answers that ran at the first try; null: none was run. */
  ran: Estimate | null;
};

/** Rows of dev by their place in the file. */
export type DevRow = { id: string; competition: string };

/** The scores of a model. `ran`: whether the answer to a row ran, by its id. */
export function skdScore(
  title: string,
  measurements: readonly Measurement[],
  rows: readonly DevRow[],
  { kind, ran }: { kind: "fkl" | "rkl" | "jsd"; ran: ReadonlyMap<string, boolean> | null },
): SkdScore {
  const over = (value: (one: Measurement) => number | null): Estimate =>
    estimate(
      measurements.flatMap((one): Clustered[] => {
        const cluster = rows[one.row]?.competition;
        const found = value(one);
        return cluster === undefined || found === null ? [] : [{ cluster, value: found }];
      }),
    );
  return {
    who: title,
    rows: measurements.length,
    entropy: over(({ entropy }) => entropy),
    divergence: over((one) => one[kind]),
    acceptance: over(({ accepted, judged }) => (judged === 0 ? null : accepted / judged)),
    ran: ran === null ? null : ranOf(rows, ran),
  };
}

function ranOf(rows: readonly DevRow[], ran: ReadonlyMap<string, boolean>): Estimate {
  return estimate(
    rows.flatMap(({ id, competition }) => {
      const own = ran.get(id);
      return own === undefined ? [] : [{ cluster: competition, value: own ? 1 : 0 }];
    }),
  );
}
