import { expect, test } from "vitest";
import { distillCommand } from "../../../../../agent/cli/distill/distill.ts";
import { programContext } from "../../../../../agent/cli/runs/context.ts";

test("distill tools graph shows each tool with what follows it, and the same as data", async () => {
  const said: string[] = [];
  const context = { ...programContext(), write: (text: string) => void said.push(text) };
  const show = (...more: string[]) =>
    distillCommand(context).parseAsync(["node", "distill", "tools", "graph", ...more]);
  await show();
  expect(said[0]).toContain(
    "\nscore: read_log (full), write_script (partial), ablate (partial), submit (prerequisite)\n",
  );
  expect(said[0]).toContain("\nrun_python: none\n");
  await show("--json");
  expect(JSON.parse(said[1] ?? "")).toMatchObject({ edges: expect.any(Array) });
});
