import { expect, test } from "vitest";
import { EmbeddingFailed } from "../../../../agent/memory/embedding.ts";
import { openMemory, replayedMemory } from "../../../../agent/memory/memory.ts";
import { ask } from "../../../../agent/run/ask/ask.ts";
import { valuesOf } from "../../../../runs/events/events.ts";
import { rememberedIn } from "../../../../runs/report/across/memories.ts";
import { openWorld, type WorldOptions } from "../../../fakes/world.ts";
import { bankWith, draft, embedder, outcome, print } from "../../memory/made-items.ts";
import { sampleInputs } from "../../roles/sample-inputs.ts";

const settings = { considered: 20, shown: 5, explores: false };
const AT = "track-1/refine-1/attempt-1";

/** A world whose memory holds two lessons. */
async function reminded(over: Partial<typeof embedder> = {}): Promise<WorldOptions> {
  const bank = await bankWith([
    draft("Encode categories by the target", { subject: "target-encoding" }),
    draft("Blend by ranks", { outcomes: [outcome({ helped: false, gain: -0.1 })] }),
  ]);
  return {
    memory: async ({ brief }) =>
      openMemory({
        bank,
        embedder: { ...embedder, ...over },
        settings,
        brief,
        task: {
          print: print("world"),
          type: "regression",
          modality: "tabular",
          isBenchmark: false,
        },
        seed: "1",
      }),
  };
}

test("a planner reads what earlier runs learned, numbered, and the plan is its answer without the line that cites", async () => {
  const options = await reminded();
  await using world = await openWorld({
    ...options,
    answers: ({ role }) =>
      role === "planner" ? "Encode by the target.\n\nMemories used: [0]" : null,
  });
  const { run } = world.handle;
  const output = await ask(run, AT, "planner", sampleInputs.planner);
  expect(output).toBe("Encode by the target.");
  const [asked] = world.model.asked;
  expect(asked?.prompt).toMatch(
    /# What earlier runs learned[\s\S]*\[0\] lesson: [\s\S]*\[1\] lesson: /u,
  );
  expect(asked?.prompt).toMatch(
    /Helped once: \+0\.1 ± 0\.039 \(regression, tabular, r2, 1000 rows\)/u,
  );
  expect(asked?.memories.length).toBe(2);
  const [shown] = valuesOf(world.journal.events, "memory-shown");
  expect(valuesOf(world.journal.events, "memory-cited")).toEqual([
    { role: "planner", shown: shown?.shown.map(({ id }) => id), cited: [shown?.shown[0]?.id] },
  ]);
  expect(rememberedIn(world.journal.events)[0]?.items.map(({ cited }) => cited)).toEqual([
    true,
    false,
  ]);
});

test("a retriever cites in its sentences, and a role that is not reminded reads nothing of it", async () => {
  const options = await reminded();
  const card = {
    modelName: "m",
    exampleCode: "m.fit(x)",
    family: "f",
    why: "It won [1].",
    sources: [],
  };
  await using world = await openWorld({
    ...options,
    answers: ({ role }) => (role === "retriever" ? JSON.stringify({ cards: [card] }) : null),
  });
  const { run } = world.handle;
  await ask(run, "track-1/retrieve", "retriever", sampleInputs.retriever);
  await ask(run, "track-1/init-1", "initializer", sampleInputs.initializer);
  const [cited] = valuesOf(world.journal.events, "memory-cited");
  expect(cited?.cited).toEqual([cited?.shown[1]]);
  expect(world.model.asked[1]?.prompt).not.toContain("earlier runs");
});

test("without a memory a prompt is what it was, and nothing of one is journaled", async () => {
  await using world = await openWorld();
  await ask(world.handle.run, AT, "planner", sampleInputs.planner);
  expect(world.model.asked[0]?.prompt).not.toContain("earlier runs");
  expect(world.journal.events.some(({ type }) => type.startsWith("memory-"))).toBe(false);
});

test("an embedding that gives no answer costs a role what it would have read, and no more", async () => {
  const failing = async () => {
    throw new EmbeddingFailed("503 overloaded");
  };
  await using world = await openWorld(await reminded({ embed: failing }));
  expect(await ask(world.handle.run, AT, "planner", sampleInputs.planner)).toEqual(
    expect.any(String),
  );
  const [value] = valuesOf(world.journal.events, "memory-shown");
  expect(value).toMatchObject({ shown: [], failure: "503 overloaded" });
});

test("a replay is shown what its run was shown, also when the memory has changed since", async () => {
  await using world = await openWorld(await reminded());
  await ask(world.handle.run, AT, "planner", sampleInputs.planner);
  const events = [...world.journal.events];
  await using again = await openWorld({ memory: async () => replayedMemory(events) });
  await ask(again.handle.run, AT, "planner", sampleInputs.planner);
  expect(again.model.asked[0]?.prompt).toBe(world.model.asked[0]?.prompt);
});
