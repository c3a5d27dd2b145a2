import { expect, test } from "vitest";
import type { Request } from "../../../agent/models/model.ts";
import type { ScriptedAnswer } from "../../../agent/models/scripted.ts";
import { pipeline } from "../../../agent/pipeline.ts";
import { foldReport } from "../../../runs/report/report-data.ts";
import { fenced, runWorld, small, values } from "../../fakes/run-world.ts";
import { calling } from "../../fakes/tool-script.ts";
import { openWorld } from "../../fakes/world.ts";

const looking = {
  ...small,
  leakageModel: "off" as const,
  refinement: "script" as const,
  roleTools: ["refiner" as const, "debugger" as const],
};

/** A role that reads the log and lists the files before each answer of the default world. */
function looksFirst(roles: readonly string[]) {
  return ({ role, conversation }: Request): ScriptedAnswer | null => {
    if (!roles.includes(role) || conversation === null || conversation.exchanges.length > 0)
      return null;
    return calling(["list_files", {}], ["read_log", { solution: "track-1/init-1" }]);
  };
}

test("a role with tools looks before it answers; roles without see none, and the report shows what was looked at", async () => {
  await using ran = await runWorld({ config: looking, answers: looksFirst(["refiner"]) });
  const { world } = ran;
  const called = values(world, "tool-called");
  expect(called.length).toBeGreaterThan(1);
  expect(new Set(called.map(({ role }) => role))).toEqual(new Set(["refiner"]));
  for (const { role, conversation } of world.model.asked)
    if (role !== "refiner" && role !== "debugger") expect(conversation, role).toBeNull();
  const asked = world.model.asked.find(({ role }) => role === "refiner");
  const names = asked?.conversation?.tools.map(({ name }) => name);
  // It looks; it neither writes nor scores.
  expect(names).toEqual(["list_files", "preview", "profile", "run_python", "read_log"]);
  expect(asked?.conversation?.digest).toContain("at most 6 calls");
  // What it answered was used as any answer is.
  expect(values(world, "evaluated").some(({ origin }) => origin === "refine")).toBe(true);
  const { toolWork } = foldReport(world.journal.events, world.folder);
  expect(toolWork.uses[0]).toMatchObject({
    at: "track-1/refine-1/attempt-1",
    role: "refiner",
    tool: "list_files",
  });
});

test("off is as before: the same calls at the same places, and no tool", async () => {
  await using ran = await runWorld({ config: { ...looking, roleTools: [] } });
  expect(values(ran.world, "tool-called")).toEqual([]);
  expect(ran.world.model.asked.every(({ conversation }) => conversation === null)).toBe(true);
});

test("a role may call so often and no more, then it has to answer", async () => {
  let asked = 0;
  await using ran = await runWorld({
    config: { ...looking, roleToolCalls: 3 },
    answers: ({ role, conversation }) => {
      if (role !== "refiner" || conversation === null || !conversation.mayCall) return null;
      asked += 1;
      return calling(["list_files", { folder: `folder-${asked}` }]);
    },
  });
  const { world } = ran;
  const places = values(world, "evaluated").filter(({ origin }) => origin === "refine").length;
  expect(places).toBeGreaterThan(0);
  const first = world.journal.events.filter(
    ({ type, key }) =>
      type === "tool-called" && key.startsWith("track-1/refine-1/attempt-1/refiner/look/"),
  );
  expect(first).toHaveLength(3);
});

test("an answer that cannot be used is asked for again with what was looked at", async () => {
  let bad = 0;
  await using world = await openWorld({
    config: { ...looking, roleTools: ["debugger"], debugRounds: 1, tracks: 1 },
    behavior: (code) =>
      code.includes("mended") ? { score: 0.9 } : { outcome: "error", exitCode: 1, log: "no" },
    answers: (request) => {
      if (request.role !== "debugger") return null;
      const looked = looksFirst(["debugger"])(request);
      if (looked !== null) return looked;
      bad += 1;
      return bad === 1 ? "no code" : fenced("import pandas as pd\nquality = 0.9\nmended = 1\n");
    },
  });
  await pipeline(world.handle.run);
  const again = world.model.asked.find(({ at }) => at.endsWith("/debugger/2"));
  expect(again?.conversation?.exchanges.at(-1)?.note).toContain("could not be used");
  expect(again?.conversation?.exchanges[0]?.answers).toHaveLength(2);
  expect(again?.conversation?.mayCall).toBe(false);
  expect(values(world, "evaluated").some(({ evaluation }) => evaluation.score === 0.9)).toBe(true);
});
