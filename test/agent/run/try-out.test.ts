import { expect, test } from "vitest";
import type { GraphShape } from "../../../agent/models/teams/graph-shape.ts";
import { plannedChange } from "../../../agent/roles/reply/readers.ts";
import { Unreadable } from "../../../agent/roles/role.ts";
import { scriptOf } from "../../../agent/run/try-out.ts";
import { defaultAnswer } from "../../fakes/answers.ts";
import { runWorld, values } from "../../fakes/run-world.ts";
import { memberWho, teamOf } from "../../fakes/team-run.ts";

const graph: GraphShape = {
  nodes: [
    { id: "first", kind: "model", member: "a" },
    { id: "run", kind: "executor" },
    { id: "judge", kind: "referee" },
    { id: "end", kind: "model", member: "b" },
  ],
  edges: [
    ["first", "run"],
    ["first", "judge"],
    ["run", "end"],
    ["judge", "end"],
  ],
};

/** A member that answers as the made-up world expects, with this quality. */
const worker = (id: string, quality: number) =>
  memberWho(id, (_, request) => defaultAnswer(request, () => quality));

test("code nodes run the script of an answer once, and tell the next node what it printed and scored", async () => {
  const [first, end] = [worker("a", 0.41), worker("b", 0.43)];
  await using ran = await runWorld({
    teams: { initializer: teamOf("graph", [first, end], { graph }, "initializer") },
  });
  const [prompt = ""] = end.asked.map((request) => request.prompt);
  expect(prompt).toContain("# What running answers showed");
  expect(prompt).toContain("It ran to its end");
  expect(prompt).toMatch(
    /# What the referee says of answers[\s\S]*quality = 0\.41[\s\S]*Its validation score: 0\.41\./u,
  );
  const tried = values(ran.world, "executed").filter(({ solution }) => solution.endsWith("/tried"));
  expect(new Set(tried.map(({ solution }) => solution)).size).toBe(tried.length);
  expect(tried.length).toBe(end.asked.length);
  // What a code node has run is no candidate by that.
  const evaluated = values(ran.world, "evaluated").map(({ solution }) => solution);
  expect(evaluated.some((solution) => solution.endsWith("/tried"))).toBe(false);
  expect(ran.finished.solution).not.toMatch(/tried/u);
});

test("an edit of blocks is run as the whole script that it makes, and a plan is no script", () => {
  const block = (id: string, text: string) => ({ id, title: id, text, isProtected: false });
  const blocks = [block("block-1", "# --- read\nx = 1"), block("block-2", "# --- fit\ny = 2")];
  const input = { blocks } as never;
  const change = (text: string) => {
    const read = plannedChange.read(text);
    if (read instanceof Unreadable) throw new Error(read.why);
    return read;
  };
  const edit = change("Fit better.\n\n```python block-2\ny = 3\n```");
  expect(scriptOf("refiner", input, edit)).toBe("# --- read\nx = 1\n\n# --- fit\ny = 3\n");
  const whole = change("All anew.\n\n```python script\nz = 4\n```");
  expect(scriptOf("refiner", input, whole)).toBe("z = 4\n");
  expect(scriptOf("planner", { block: blocks[0] } as never, "Fit better.")).toBeNull();
  expect(scriptOf("data-usage", { code: "" } as never, null)).toBeNull();
});
