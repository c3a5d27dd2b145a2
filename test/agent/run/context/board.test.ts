import { expect, test } from "vitest";
import { boardOf, settledBefore } from "../../../../agent/run/context/board.ts";
import { runWorld } from "../../../fakes/run-world.ts";
import { memberWho, teamOf } from "../../../fakes/team-run.ts";

test("two tracks of different models are shown what the other one measured, never their own", async () => {
  const code = (id: string) =>
    memberWho(
      id,
      (prompt) => `\`\`\`python\nquality = 0.${prompt.includes("quality = 0.7") ? 8 : 7}\n\`\`\``,
    );
  const members = [code("a"), code("b")];
  await using ran = await runWorld({
    teams: { coder: teamOf("blackboard", members, {}, "coder") },
    config: { tracks: 2, outerSteps: 2 },
  });
  const { events } = ran.world.journal;
  const read = events.filter((event) => event.type === "board-read");
  expect(read.length).toBeGreaterThan(0);
  for (const { key, value } of read) {
    const track = key.split("/")[0] ?? "";
    expect(value.lines.some((line) => line.startsWith(`- ${track} `))).toBe(false);
  }
  const shown = members.flatMap(({ asked }) => asked.map(({ prompt }) => prompt));
  expect(
    shown.some((prompt) =>
      /What other tracks found[\s\S]*- track-\d \[scored 0\.\d+/u.test(prompt),
    ),
  ).toBe(true);
  expect(boardOf(events, "ensemble/attempt-1").some((line) => line.startsWith("- track-1"))).toBe(
    true,
  );
});

test("what is settled at a place: earlier phases of the track and what came before, no other track", async () => {
  await using ran = await runWorld({ config: { tracks: 2 } });
  const { events } = ran.world.journal;
  const at = "track-1/refine-1/attempt-2/planner/1";
  const settled = settledBefore(events, at);
  const keys = settled.map(({ key }) => key);
  expect(keys).toContain("track-1/refine-1/attempt-1/evaluated");
  expect(keys.some((key) => key.startsWith("track-1/init-"))).toBe(true);
  expect(
    keys.some((key) => key.startsWith("track-2/") || key.startsWith("track-1/refine-1/attempt-2")),
  ).toBe(false);
  const first = settledBefore(events, "track-1/init-2/initializer/1").map(({ key }) => key);
  expect(first.some((key) => key.startsWith("track-1/init-1"))).toBe(false);
});
