import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keptModels, type Submit } from "../../../../agent/cli/predict/kept-models.ts";
import { RunRefused } from "../../../../runs/errors.ts";
import { loadCompetition } from "../../../../tasks/load.ts";
import { scanCsv } from "../../../../tasks/tables/csv.ts";
import { freshFolder } from "../../../runs/journal-fixture.ts";
import { houses, madeFolder } from "../../../tasks/made-folder.ts";

const KEPT = "mean.json";

type Script = (facts: { prices: number[]; sizes: number[]; kept: number | null }) => {
  level: number;
  keeps: number | null;
};

async function column(file: string, name: string): Promise<string[]> {
  const cells: string[] = [];
  await scanCsv(file, (values, _, header) => void cells.push(values[header.indexOf(name)] ?? ""));
  return cells;
}

const mean = (numbers: number[]): number =>
  numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

/** Runs a script that predicts one number for all rows, and counts how often it ran. */
function running(script: Script, scratch: string): { submit: Submit; runs: () => number } {
  let runs = 0;
  const submit: Submit = async ({ folder }, { given, kept }) => {
    runs += 1;
    const model = given === null ? null : join(given("one/final"), KEPT);
    const { level, keeps } = script({
      prices: (await column(join(folder, "train.csv"), "price")).map(Number),
      sizes: (await column(join(folder, "test.csv"), "size")).map(Number),
      kept: model === null ? null : Number(await readFile(model, "utf8")),
    });
    if (kept !== null && keeps !== null) {
      await mkdir(kept("one/final"), { recursive: true });
      await writeFile(join(kept("one/final"), KEPT), String(keeps));
    }
    const ids = await column(join(folder, "test.csv"), "id");
    const file = join(scratch, `submission-${runs}.csv`);
    await writeFile(file, `id,price\n${ids.map((id) => `${id},${level}`).join("\n")}\n`);
    return file;
  };
  return { submit, runs: () => runs };
}

/** Asks for the models of a script as often as told, changing something in between. */
async function asked(
  script: Script,
  between: (folder: string) => Promise<void> = async () => undefined,
) {
  await using data = await madeFolder(houses());
  const competition = await loadCompetition(data.path);
  const folder = join(await freshFolder(), "model");
  const { submit, runs } = running(script, await freshFolder());
  const ask = async () => {
    const making = { folder, identity: "x", scripts: ["one"], competition, submit };
    try {
      const models = await keptModels({
        ...making,
        scratch: await freshFolder(),
        report: () => undefined,
      });
      return await readFile(join(models.given?.("one/final") ?? "", KEPT), "utf8");
    } catch (error) {
      if (error instanceof RunRefused) return error.message;
      throw error;
    }
  };
  const first = await ask();
  await between(folder);
  return { first, second: await ask(), runs: runs() };
}

/** Shuffled prices, first to last: their order is what a script must not need. */
const honest: Script = ({ prices, kept }) => {
  const level = kept ?? (prices[0] ?? 0) + mean(prices);
  return { level, keeps: level };
};

test("what predicts without answers as training does is kept, and not made a second time", async () => {
  const { first, second, runs } = await asked(honest);
  expect(Number(first)).toBeGreaterThan(0);
  expect({ second, runs }).toEqual({ second: first, runs: 3 });
});

test("a kept file of which a byte was changed is made anew", async () => {
  const { first, second, runs } = await asked(honest, (folder) =>
    appendFile(join(folder, "scripts", "one", KEPT), "9"),
  );
  expect({ second, runs }).toEqual({ second: first, runs: 6 });
});

test("a script that keeps nothing trains every time, and is asked once", async () => {
  const { first, second, runs } = await asked(({ prices }) => ({
    level: mean(prices),
    keeps: null,
  }));
  expect(first).toBe("one keeps nothing in ./model/ and trains every time; leave out --no-train");
  expect({ second, runs }).toEqual({ second: first, runs: 1 });
});

test("a script that trains though it finds a model is refused", async () => {
  const { first } = await asked(({ prices }) => {
    const level = (prices[0] ?? 0) + mean(prices);
    return { level, keeps: level };
  });
  expect(first).toMatch(/^from \.\/model\/, without the training answers, other predictions come/u);
});

test("a model that only fits the test rows it was trained beside is refused", async () => {
  const { first } = await asked(({ sizes, kept }) => {
    const level = kept ?? mean(sizes);
    return { level, keeps: level };
  });
  expect(first).toMatch(/\(row 1: "[\d.]+" against "[\d.]+"\); leave out --no-train$/u);
});
