import { expect, test } from "vitest";
import { medalsOver } from "../../../../../agent/cli/bench/report/over.ts";

const row = (configuration: string, hours: number, usd: number | null, hasMedal: boolean) => ({
  configuration,
  hours,
  usd,
  medal: hasMedal ? ("bronze" as const) : null,
});
const rows = [
  row("base", 0.4, 0, true),
  row("base", 2.5, 3, false),
  row("base", 2.9, 4, true),
  row("small", 0.9, null, true),
];

test("medals are counted over the hours of runs, up to the step that holds all of them", () => {
  expect(medalsOver(rows, ["base", "small"], "hours")).toEqual([
    {
      configuration: "base",
      unknown: 0,
      steps: [
        { most: 0.5, runs: 1, medals: 1 },
        { most: 1, runs: 1, medals: 1 },
        { most: 2, runs: 1, medals: 1 },
        { most: 3, runs: 3, medals: 2 },
      ],
    },
    {
      configuration: "small",
      unknown: 0,
      steps: [
        { most: 0.5, runs: 0, medals: 0 },
        { most: 1, runs: 1, medals: 1 },
        { most: 2, runs: 1, medals: 1 },
        { most: 3, runs: 1, medals: 1 },
      ],
    },
  ]);
});

test("runs of unknown cost are in no step of dollars, and the last step holds what is more than all others", () => {
  const [base, small] = medalsOver([...rows, row("base", 1, 900, true)], ["base", "small"], "usd");
  expect(base?.steps.at(-1)).toEqual({ most: 900, runs: 4, medals: 3 });
  expect(small).toMatchObject({ unknown: 1 });
  expect(small?.steps.at(-1)).toMatchObject({ runs: 0, medals: 0 });
});
