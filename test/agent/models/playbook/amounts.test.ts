import { expect, test } from "vitest";
import { firstOf } from "./conversation.ts";
import {
  briefOf,
  draws,
  holdOut,
  meanError,
  type Row,
  runScript,
} from "./modalities/modalities-data.ts";

const timeout = 240_000;

const next = draws(17);
const german = (value: number): string =>
  value
    .toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })
    .replaceAll(/[,.]/gu, (mark) => (mark === "," ? "." : ","));

/** An answer that hangs on a price with a decimal comma and on a share in percent. */
const rows = Array.from({ length: 400 }, (_, row): Row => {
  const [price, share] = [50 + 9000 * next(), Math.round(1000 * next()) / 10];
  return {
    id: `r${row}`,
    price: `${german(price)} €`,
    share: row % 25 === 0 ? "n/a" : `${share}%`,
    noise: next(),
    y: (price / 100 + (row % 25 === 0 ? 50 : share)).toFixed(3),
  };
});
const GOAL = {
  type: "regression",
  metric: "mae",
  direction: "minimize",
  target: "y",
  sample: { y: "0" },
  hidden: [],
  extra: [],
} as const;
const made = holdOut(rows, 320, GOAL, {});

test(
  "the playbook's script reads amounts as numbers, in train and test alike",
  async () => {
    const { brief, competition } = await briefOf(made);
    const code = await firstOf(brief, "lightgbm");
    expect(code).toContain("# --- read the amounts");
    const ran = await runScript(competition, code);
    expect(ran.exit, ran.log).toBe(0);
    // Knowing nothing errs by 30, and the price alone by 15.
    expect(meanError(made, ran.submission, "y")).toBeLessThan(8);
  },
  timeout,
);

test(
  "amounts of a further table are joined as numbers",
  async () => {
    const shops = Array.from({ length: 400 }, (_, shop) => ({
      shop: `s${shop}`,
      rent: 500 + 9000 * next(),
    }));
    const sold = Array.from({ length: 400 }, (_, row): Row => {
      const { shop, rent } = shops[Math.floor(next() * shops.length)] ?? { shop: "s0", rent: 0 };
      return { id: `r${row}`, shop, noise: next(), y: (rent / 100).toFixed(3) };
    });
    const table = ["shop,rent", ...shops.map(({ shop, rent }) => `${shop},"${german(rent)} €"`)];
    const withShops = holdOut(
      sold,
      320,
      { ...GOAL, extra: ["files: { other: [shops.csv] }"] },
      { "shops.csv": `${table.join("\n")}\n` },
    );
    const { brief, competition } = await briefOf(withShops);
    const ran = await runScript(competition, await firstOf(brief, "lightgbm"));
    expect(ran.exit, ran.log).toBe(0);
    // Few shops are seen twice, so that their names say little; knowing nothing errs by 23.
    expect(meanError(withShops, ran.submission, "y")).toBeLessThan(6);
  },
  timeout,
);
