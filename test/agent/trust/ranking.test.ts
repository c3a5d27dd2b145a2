import { expect, test } from "vitest";
import { runWorld, values } from "../../fakes/run-world.ts";

test("candidates are compared on all views that both were run on, blends on those of the search", async () => {
  await using ran = await runWorld({ config: { outerSteps: 0, blends: true } });
  const looks = values(ran.world, "challengers-compared");
  const ranking = looks.find(({ step }) => step === "finalize/ranking");
  const judged = values(ran.world, "judged")
    .filter(({ status }) => status === "scored")
    .map(({ solution, view }) => `${solution} ${view}`);
  const challengers = ranking?.challengers ?? [];
  const more = challengers.filter(({ views }) => views.length > 1);
  expect(more.length).toBeGreaterThan(0);
  for (const { id, views } of more)
    for (const view of views)
      for (const each of [id, ranking?.incumbent]) expect(judged).toContain(`${each} ${view}`);
  const blends = challengers.filter(({ id }) => id.startsWith("blend/"));
  expect(blends.length).toBeGreaterThan(0);
  for (const { views } of blends) expect(views).toEqual(["fold-0"]);
});
