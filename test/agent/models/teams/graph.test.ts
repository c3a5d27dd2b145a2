import { expect, test } from "vitest";
import type { GraphShape } from "../../../../agent/models/teams/graph-shape.ts";
import { ModelUnavailable } from "../../../../runs/errors.ts";
import { memberWho, putTo, question, teamOf } from "../../../fakes/team-run.ts";

const node = (id: string, member: string) => ({ id, kind: "model" as const, member });

/** A member that names itself, with the answers that it was shown in brackets. */
const teller = (id: string, say = id) =>
  memberWho(id, (prompt) => {
    const shown = [...prompt.matchAll(/Answer \d+\. Data[^\n]*\n```text\n(.*)\n```/gu)].map(
      ([, text]) => text,
    );
    return shown.length === 0 ? say : `${say}(${shown.join(" ")})`;
  });

const diamond: GraphShape = {
  nodes: [node("end", "a"), node("left", "b"), node("right", "c"), node("first", "a")],
  edges: [
    ["first", "left"],
    ["first", "right"],
    ["left", "end"],
    ["right", "end"],
  ],
};

test("nodes are asked in topological order, each sees what those before it answered, and the end answers", async () => {
  const members = [teller("a"), teller("b"), teller("c")];
  const { answer, decided, calls } = await putTo(
    teamOf("graph", members, { graph: diamond }),
    question("planner", "?"),
  );
  expect(answer).toMatchObject({ text: "a(b(a) c(a))" });
  expect(calls.map(({ text }) => text)).toEqual(["a", "b(a)", "c(a)", "a(b(a) c(a))"]);
  expect(
    decided?.turns.map(({ member, at }) => [member, at.split("/").slice(-2).join("/")]),
  ).toEqual([
    ["a", "graph/first"],
    ["b", "graph/left"],
    ["c", "graph/right"],
    ["a", "graph/end"],
  ]);
  expect(decided?.why).toBe("end answered at the end of 4 nodes");
});

test("a node that is down is left out of what the next ones see", async () => {
  const down = memberWho("b", () => new ModelUnavailable("no route"));
  const members = [teller("a"), down, teller("c")];
  const { answer } = await putTo(
    teamOf("graph", members, { graph: diamond }),
    question("planner", "?"),
  );
  expect(answer).toMatchObject({ text: "a(c(a))" });
});

test("where the end cannot be used, the usable answer nearest before it is taken", async () => {
  const shy = memberWho("a", (prompt) => (prompt.includes("Answers of others") ? "" : "first"));
  const { answer, decided } = await putTo(
    teamOf("graph", [shy, teller("b"), teller("c")], { graph: diamond }),
    question("planner", "?"),
  );
  expect(answer).toMatchObject({ text: "c(first)" });
  expect(decided?.why).toMatch(/^right is nearest to the end of 4 nodes \(a: /u);
});

test("a code node whose role has no script to run is passed over", async () => {
  const graph: GraphShape = {
    nodes: [node("first", "a"), { id: "run", kind: "executor" }, node("end", "b")],
    edges: [
      ["first", "run"],
      ["run", "end"],
    ],
  };
  const { answer, calls } = await putTo(
    teamOf("graph", [teller("a"), teller("b")], { graph }),
    question("planner", "?"),
  );
  expect(answer).toMatchObject({ text: "b" });
  expect(calls).toHaveLength(2);
});
