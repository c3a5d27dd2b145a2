import { expect, test } from "vitest";
import { type Brief, buildBrief } from "../../agent/brief.ts";
import { loadCompetition, SHIPPED_FOLDER } from "../../tasks/load.ts";
import { someBrief } from "../fakes/request.ts";

async function textOf(
  facts: Pick<Partial<Brief>, "weights" | "network" | "findings">,
): Promise<string> {
  const competition = await loadCompetition("daily-births", { tasksDir: SHIPPED_FOLDER });
  const { profile, split, packages, limits, seed } = someBrief();
  return buildBrief(competition, { profile, split, packages, limits, seed, ...facts }).text;
}

test("the brief says which weights are cached, and that there is no network", async () => {
  const text = await textOf({ weights: ["hf:acme/tiny", "timm:net.a1_in1k"], network: "none" });
  expect(text).toMatch(/^Pretrained weights that can be loaded.*: hf:acme\/tiny, timm:net\.a1/mu);
  expect(text).toContain("Its working directory is its own; there is no network.\n");
});

test("nothing is said of weights where there are none", async () => {
  expect(await textOf({ weights: [], network: "none" })).not.toContain("Pretrained");
  expect(await textOf({ weights: [], network: "none" })).toBe(await textOf({}));
});

test("the brief says which hosts scripts may reach, and how", async () => {
  expect(await textOf({ network: "allow=huggingface.co,*.hf.co" })).toMatch(
    /no network but for HTTP and HTTPS to huggingface\.co, \*\.hf\.co, by the proxy/u,
  );
});

test("the brief says what the screen of the data found, and nothing where it found nothing", async () => {
  const text = "code alone predicts births (AUC 0.999 in cross-validation): it may be a leak";
  const advice = "drop_columns: [code]";
  const finding = {
    kind: "target-leak" as const,
    columns: ["code"],
    strength: 0.998,
    text,
    advice,
  };
  const brief = await textOf({ findings: [finding] });
  expect(brief).toContain(`\nwarning: ${text} (${advice})\n`);
  expect(brief.replace(`\nwarning: ${text} (${advice})`, "")).toBe(await textOf({}));
  expect(await textOf({ findings: [] })).toBe(await textOf({}));
});
