import { afterEach, describe, expect, test } from "vitest";
import { retrieve } from "../../../agent/phases/retrieve/retrieve.ts";
import { pipeline } from "../../../agent/pipeline.ts";
import type { SearchHit } from "../../../agent/search/search.ts";
import { found, provider, scriptedWeb } from "../../fakes/scripted-web.ts";
import { openWorld, type World, type WorldOptions } from "../../fakes/world.ts";

let world: World | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

const traceback = (frame: string, said: string) =>
  `Traceback (most recent call last):\n  File "/work/solution.py", line 9, in <module>\n  File "${frame}", line 88, in fit\n${said}`;
const inLibrary = traceback(
  "/opt/env/lib/python3.11/site-packages/lightgbm/engine.py",
  "TypeError: train() got an unexpected keyword argument 'secret_patient_name' 4711",
);

/** A run whose first script fails like this; what the debugger was given, and what the web was asked about it. */
async function debugged(log: string, more: Partial<WorldOptions> = {}) {
  const web = scriptedWeb([provider("a", async () => [found("fix", "Use callbacks instead.")])]);
  let failures = 0;
  world = await openWorld({
    web,
    config: { tracks: 1, candidates: 1, outerSteps: 0, ...more.config },
    behavior: (_, job) =>
      job.at.startsWith("track-1/init-1/fold") && failures++ === 0
        ? { outcome: "error" as const, exitCode: 1, log }
        : { score: 0.6 },
    ...more,
  });
  await pipeline(world.handle.run);
  const asked = world.model.asked.find(({ role }) => role === "debugger");
  const { references } = (asked?.input ?? { references: [] }) as { references: SearchHit[] };
  const questions = web.asked.filter((each) => each.startsWith("a: python "));
  return { references, questions, prompt: asked?.prompt ?? "" };
}

describe("the debugger's search", () => {
  test("asks about an error inside of a library, and quotes nothing of it that may be data", async () => {
    const { references, questions, prompt } = await debugged(inLibrary);
    expect(questions).toEqual([
      "a: python lightgbm 4.7.0 TypeError: train() got an unexpected keyword argument",
    ]);
    expect(references.map(({ url }) => url)).toEqual(["https://fix.example.org/"]);
    expect(prompt).toContain("Found on the web about this error");
    expect(prompt).toContain("Use callbacks instead.");
  });

  test("asks nothing about an error of the script itself, nor when it is switched off", async () => {
    const own = await debugged("Traceback\n  File \"/work/solution.py\", line 3\nKeyError: 'age'");
    expect(own.questions).toEqual([]);
    expect(own.prompt).not.toContain("Found on the web");
    await world?.close();
    const config = { tracks: 1, candidates: 1, outerSteps: 0, errorSearch: false };
    expect((await debugged(inLibrary, { config })).questions).toEqual([]);
  });
});

describe("the provider's own search in a benchmark", () => {
  test("may leave out sites, and an answer from a page about the competition is asked for again without the web", async () => {
    const names = {
      id: "spooky-author-identification",
      title: "Spooky Author Identification",
      aliases: [],
    };
    const page = { url: "https://blog.example.org/", title: "Spooky Author Identification solved" };
    const card = (modelName: string) =>
      JSON.stringify([
        { modelName, exampleCode: "fit()", family: modelName, why: "", sources: [] },
      ]);
    world = await openWorld({
      web: scriptedWeb([], {}, names, true),
      config: { tracks: 1, candidates: 1, modelSearch: true },
      answers: (request) =>
        request.role !== "retriever"
          ? null
          : request.webSearch
            ? { text: card("stolen"), sources: [page] }
            : card("clean"),
    });
    const [cards] = (await retrieve(world.handle.run)).cards;
    expect(cards?.map(({ modelName }) => modelName)).toEqual(["clean"]);
    const [first] = world.model.asked.filter(({ role }) => role === "retriever");
    expect(first?.blockedDomains).toContain("kaggle.com");
    const kept = world.journal.find("searched", "track-1/retrieve/kept-out")?.value;
    expect(kept?.blocked).toEqual([{ what: page.url, why: "it names the competition" }]);
  });
});

const missing = "Traceback\n  File \"/work/solution.py\", line 3\nKeyError: 'ratio'";

test("a debugger sees how the same kind of failure was mended before in the run, and no other kind", async () => {
  const fails: Record<string, string> = {
    "track-1/init-1": missing,
    "track-1/refine-1/attempt-1": missing.replace("ratio", "age"),
    "track-1/refine-1/attempt-2": "Traceback\nValueError: could not convert",
  };
  world = await openWorld({
    config: { tracks: 1, candidates: 1, outerSteps: 1, attempts: 2 },
    behavior: (_, { at }) => {
      const log = fails[at.replace(/\/fold.*$/u, "")];
      return log === undefined ? { score: 0.6 } : { outcome: "error" as const, exitCode: 1, log };
    },
  });
  await pipeline(world.handle.run);
  const shown = Object.fromEntries(
    world.journal.events.flatMap((event) =>
      event.type === "repairs-known" ? [[event.value.solution, event.value.repairs]] : [],
    ),
  );
  expect(shown["track-1/init-1"]).toEqual([]);
  expect(shown["track-1/refine-1/attempt-1"]).toMatchObject([
    {
      error: "KeyError: 'ratio'",
      removed: [expect.stringContaining("quality = ")],
      added: [expect.stringContaining("quality = ")],
    },
  ]);
  expect(shown["track-1/refine-1/attempt-2"]).toEqual([]);
  const [, second] = world.model.asked.filter(({ role }) => role === "debugger");
  expect(second?.prompt).toContain("Mended before in this run");
});

test("after two corrections that left the same failure the script is to be written anew", async () => {
  world = await openWorld({
    config: { tracks: 1, candidates: 1, outerSteps: 0, debugRounds: 3 },
    behavior: (_, { at }) =>
      at.startsWith("track-1/init-1/")
        ? { outcome: "error" as const, exitCode: 1, log: missing }
        : { score: 0.6 },
  });
  await pipeline(world.handle.run);
  const asked = world.model.asked.filter(({ role }) => role === "debugger");
  const fresh = asked.map(({ input }) => (input as { isFresh: boolean }).isFresh);
  expect(fresh).toEqual([false, false, true]);
  expect(asked.at(-1)?.prompt).toContain("write the script anew");
});
