import fc from "fast-check";
import { expect, test } from "vitest";
import type { BankFolder } from "../../../agent/memory/bank/bank.ts";
import { type Asked, recall } from "../../../agent/memory/recall.ts";
import { openWorld } from "../../fakes/world.ts";
import { sampleInputs } from "../roles/sample-inputs.ts";
import { bankWith, draft, embedder, outcome, print } from "./made-items.ts";

const settings = { considered: 20, shown: 5, explores: false };
const { signal } = new AbortController();

async function asked(some: Partial<Asked<"planner">["task"]> = {}): Promise<Asked<"planner">> {
  await using world = await openWorld();
  return {
    role: "planner",
    input: sampleInputs.planner,
    seed: "1",
    brief: world.handle.run.brief,
    task: {
      print: print("world"),
      type: "regression",
      modality: "tabular",
      isBenchmark: false,
      ...some,
    },
  };
}

async function titles(bank: BankFolder, question: Asked<"planner">, some = {}) {
  const value = await recall(
    await bank.read(),
    embedder,
    question,
    { ...settings, ...some },
    signal,
  );
  return { ...value, titles: value.shown.map(({ title }) => title) };
}

test("only items whose conditions fit are shown, and it is said how many did not", async () => {
  const bank = await bankWith([
    draft("fits"),
    draft("other type", { outcomes: [outcome({ type: "binary" })] }),
    draft("other data", { outcomes: [outcome({ modality: "image" })] }),
    draft("seen in both", {
      outcomes: [outcome(), outcome({ modality: "image", type: "binary" })],
    }),
  ]);
  const { titles: shown, keptOut } = await titles(bank, await asked());
  expect(new Set(shown)).toEqual(new Set(["fits", "seen in both"]));
  expect(keptOut).toEqual({ "other kind of task": 1, "other kind of data": 1 });
});

test("in benchmark mode nothing is shown that rests on the same competition, under whatever name", async () => {
  const columns = ["a", "b", "c", "d", "e"];
  const bank = await bankWith(
    [
      draft("same id", { outcomes: [outcome({ competition: "world" })] }),
      draft("same title", { outcomes: [outcome({ competition: "titled" })] }),
      draft("same data", { outcomes: [outcome({ competition: "copied" })] }),
      draft("same columns", { outcomes: [outcome({ competition: "columns" })] }),
      draft("merged with it", {
        outcomes: [outcome({ competition: "other" }), outcome({ competition: "world" })],
      }),
      draft("other", { outcomes: [outcome({ competition: "other" })] }),
    ],
    [
      print("world"),
      print("titled", { title: "The World!" }),
      print("copied", { dataHash: "the data" }),
      print("columns", { names: columns }),
      print("other", { names: ["x", "y", "z", "u"] }),
    ],
  );
  const own = print("world", { title: "the world", dataHash: "the data", names: columns });
  expect((await titles(bank, await asked({ print: own, isBenchmark: true }))).titles).toEqual([
    "other",
  ]);
  expect((await titles(bank, await asked({ print: own }), { shown: 9 })).titles.length).toBe(6);
});

test("over random banks, a benchmark never sees an item that a copy of its competition had a part in", async () => {
  const hash = fc.constantFrom("1", "2", "3");
  const competitions = fc.array(hash, { minLength: 2, maxLength: 4 });
  const items = fc.array(fc.array(fc.nat(3), { minLength: 1, maxLength: 2 }), {
    minLength: 1,
    maxLength: 6,
  });
  const question = await asked({ print: print("world", { dataHash: "1" }), isBenchmark: true });
  await fc.assert(
    fc.asyncProperty(competitions, items, async (hashes, sources) => {
      const of = (index: number) => index % hashes.length;
      const drafts = sources.map((each, number) =>
        draft(`item ${number}`, {
          outcomes: each.map((index) => outcome({ competition: `c${of(index)}` })),
        }),
      );
      const prints = hashes.map((dataHash, index) => print(`c${index}`, { dataHash }));
      const bank = await bankWith(drafts, prints);
      const { titles: shown } = await titles(bank, question, { shown: 9 });
      const clean = sources.flatMap((each, number) =>
        each.some((index) => hashes[of(index)] === "1") ? [] : [`item ${number}`],
      );
      expect(new Set(shown)).toEqual(new Set(clean));
    }),
    { numRuns: 10 },
  );
});

test("a debugger is shown repairs of the same error first, those of its own library and version before others", async () => {
  const known = (library: string | null, version: string | null, exception = "ValueError") =>
    draft(`${exception} in ${library} ${version}`, {
      kind: "pitfall",
      error: { exception, library, version },
      fix: { removed: ["a"], added: ["b"] },
      outcomes: [outcome({ type: "multiclass", gain: null, standardError: null })],
    });
  const bank = await bankWith([
    draft("about lightgbm ValueError columns special JSON characters"),
    known("lightgbm", "3.3.0"),
    known("lightgbm", "4.6.0"),
    known("sklearn", "1.5.0"),
    known("lightgbm", "4.6.0", "KeyError"),
  ]);
  await using world = await openWorld();
  const error =
    'Traceback (most recent call last):\n  File "/venv/lib/site-packages/lightgbm/basic.py", line 1, in fit\nlightgbm.basic.ValueError: Do not support special JSON characters in feature name.';
  const { brief } = world.handle.run;
  const task = {
    print: print("world"),
    type: "regression",
    modality: "tabular",
    isBenchmark: false,
  };
  const input = { ...sampleInputs.debugger, error };
  const shown = await recall(
    await bank.read(),
    embedder,
    { role: "debugger", input, seed: "1", brief, task },
    settings,
    signal,
  );
  expect(shown.shown.map(({ title }) => title).slice(0, 2)).toEqual([
    "ValueError in lightgbm 4.6.0",
    "ValueError in lightgbm 3.3.0",
  ]);
  expect(shown.considered).not.toContain(shown.shown[0]?.id);
});

test("exploring draws differ from place to place and are the same at the same place; without, the best are shown", async () => {
  const bank = await bankWith(Array.from({ length: 30 }, (_, each) => draft(`lesson ${each}`)));
  const question = await asked();
  const draw = async (seed: string, explores: boolean) =>
    (await titles(bank, { ...question, seed }, { explores })).titles.join();
  expect(await draw("a", true)).toBe(await draw("a", true));
  expect(await draw("a", true)).not.toBe(await draw("b", true));
  expect(await draw("a", false)).toBe(await draw("b", false));
});
