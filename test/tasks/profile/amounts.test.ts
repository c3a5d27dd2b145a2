import { expect, test } from "vitest";
import { profileText } from "../../../agent/profile-text.ts";
import { loadCompetition } from "../../../tasks/load.ts";
import { profileCompetition } from "../../../tasks/profile/profile.ts";
import { python } from "../interpreter.ts";
import { madeFolder } from "../made-folder.ts";

const number = (row: number): number => ((row * 7919) % 5003) + (row % 100) / 100;
const grouped = (value: number): string =>
  value.toLocaleString("en-US", { minimumFractionDigits: 2 });

/** Columns by row number: amounts, and what only looks like amounts. */
const features: Record<string, (row: number) => string> = {
  price: (row) => `$${grouped(number(row))}`,
  fee: (row) =>
    `${grouped(number(row)).replaceAll(",", ";").replaceAll(".", ",").replaceAll(";", ".")} €`,
  balance: (row) => (row % 4 === 0 ? `(${grouped(number(row))})` : grouped(number(row))),
  share: (row) => (row % 11 === 0 ? "n/a" : `${row % 97}%`),
  views: (row) => `${(number(row) / 100).toFixed(1)}${["", "K", "M"][row % 3]}`,
  size: (row) => `${5 + (row % 8)}M`,
  flat: (row) => `${1 + (row % 40)}B`,
  phone: (row) => `555 ${100 + (row % 800)}`,
  mixed: (row) => (row % 30 === 0 ? "on request" : `$${row}`),
  coins: (row) => `${row % 2 === 0 ? "$" : "€"}${row}`,
  range: (row) => `$${row} - $${row + 10}`,
};
const names = Object.keys(features);

function table(from: number, count: number, end: (row: number) => string): string {
  return Array.from({ length: count }, (_, at) => {
    const row = from + at;
    const cells = names.map((name) => `"${features[name]?.(row) ?? ""}"`);
    return `r${row},${cells.join(",")}${end(row)}`;
  }).join("\n");
}

async function profiled() {
  await using folder = await madeFolder({
    "train.csv": `id,${names.join(",")},y\n${table(0, 300, (row) => `,${row % 2}`)}\n`,
    "test.csv": `id,${names.join(",")}\n${table(300, 80, () => "")}\n`,
    "sample_submission.csv": `id,y\n${Array.from({ length: 80 }, (_, at) => `r${300 + at},0`).join("\n")}\n`,
  });
  return await profileCompetition(await loadCompetition(folder.path), python);
}

const profile = await profiled();
const column = (name: string) => profile.columns.find((each) => each.name === name);

test.each([
  ["price", { thousands: ",", decimal: ".", unit: "$", powers: [] }, 0],
  ["fee", { thousands: ".", decimal: ",", unit: "€", powers: [] }, 0],
  ["balance", { thousands: ",", decimal: ".", unit: "", powers: [] }, -4000],
  ["share", { thousands: "", decimal: ".", unit: "%", powers: [] }, 0],
  ["views", { thousands: "", decimal: ".", unit: "", powers: ["k", "m"] }, 0],
])("%s is told as amounts, with the numbers that they stand for", (name, form, low) => {
  expect(column(name)).toMatchObject({ kind: "numeric", dtype: "object", amounts: form });
  expect(column(name)?.min ?? Number.NaN).toBeLessThanOrEqual(low);
});

test("the largest of amounts with letters is in plain numbers", () => {
  expect(column("views")?.max).toBeGreaterThan(40_000_000);
});

test.each(["size", "flat", "phone", "mixed", "coins", "range"])(
  "%s stays as it is written, since another reading is as likely",
  (name) => {
    expect(column(name)?.kind).not.toBe("numeric");
    expect(column(name)).not.toHaveProperty("amounts");
  },
);

test("a model is told how amounts are written", () => {
  const text = profileText({ profile }, 40_000);
  expect(text).toMatch(/fee.*: numeric \(object\).*amounts written with .*€.* a decimal comma/u);
  expect(text).toMatch(/views.*amounts written with .*k.*, .*m.* for powers of ten/u);
});
