import { expect, test } from "vitest";
import { skillOf } from "../../../agent/swarm/utility.ts";

test.each([
  ["an error that is half of a constant's", { metric: "rmse", score: 4, constant: 8 }, 0.5],
  ["an error above a constant's", { metric: "log_loss", score: 2, constant: 1 }, 0],
  ["a share half-way to 1", { metric: "accuracy", score: 0.8, constant: 0.6 }, 0.5],
  ["no score", { metric: "accuracy", score: null, constant: 0.6 }, 0],
  ["a metric of its own", { metric: "custom", score: 0.8, constant: 0.6 }, null],
  ["a constant that nobody knows", { metric: "rmse", score: 1, constant: null }, null],
  ["a constant that is perfect", { metric: "rmse", score: 0, constant: 0 }, 0],
] as const)("%s", (_, scored, skill) => {
  const found = skillOf(scored);
  if (skill === null) expect(found).toBeNull();
  else expect(found).toBeCloseTo(skill, 12);
});
