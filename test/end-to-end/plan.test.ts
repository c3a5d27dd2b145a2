import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeWages } from "./made-competition.ts";
import { lastObject, mleStar } from "./program.ts";

test("plan names constraints, vets plans and chooses one, and runs nothing", async () => {
  const root = await mkdtemp(join(tmpdir(), "mle-star-plan-"));
  try {
    const wages = await writeWages(join(root, "wages"), 300);
    const runs = join(root, "runs");
    const ended = await mleStar(
      [
        "plan",
        wages,
        "--model",
        "playbook",
        "--runs-dir",
        runs,
        "--plans",
        "2",
        "--plan-threshold",
        "50",
        "--json",
      ],
      {},
    );
    expect(ended).toMatchObject({ code: 0 });
    const found = lastObject(ended);
    expect(found.constraints).toContain(
      "Only installed packages are used, and nothing is downloaded.",
    );
    expect(found.plans).toHaveLength(2);
    expect(found.chosen).not.toBeNull();
    expect(found.calibration).toBeNull();
    expect(existsSync(runs)).toBe(false);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
