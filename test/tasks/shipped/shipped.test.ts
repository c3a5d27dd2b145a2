import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dataHash } from "../../../tasks/data-hash.ts";
import { loadCompetition, SHIPPED_FOLDER, shippedCompetitions } from "../../../tasks/load.ts";
import { answersOf } from "../../../tasks/shipped/answers.ts";
import { readHeader, scanCsv } from "../../../tasks/tables/csv.ts";
import { houses, madeFolder } from "../made-folder.ts";

const all = await shippedCompetitions();
const built = all.filter((each) => each.built).map((each) => each.id);

async function idsOf(path: string): Promise<Set<string>> {
  const ids = new Set<string>();
  await scanCsv(path, (values, _line, header) => ids.add(values[header.indexOf("id")] ?? ""));
  return ids;
}

describe("shipped competitions", () => {
  test("there are six with data, and two that are built on demand", () => {
    expect(all.map((each) => each.id)).toEqual([
      "birdstrike-damage",
      "cluster-job-class",
      "daily-births",
      "fashion-items",
      "late-arrivals",
      "league-results",
      "mail-spam",
      "package-check-time",
    ]);
    expect(built).toEqual(expect.arrayContaining(["birdstrike-damage", "late-arrivals"]));
  });

  test.each(built)("%s loads, says its licence, and has a script that rebuilds it", async (id) => {
    const competition = await loadCompetition(id);
    expect(competition.license).not.toBeNull();
    expect(competition.source).not.toBeNull();
    expect(competition.description.length).toBeGreaterThan(800);
    expect(await readdir(competition.folder)).toContain("rebuild.py");
  });

  test.each(built)("%s keeps its answers outside the folder, one for each test row", async (id) => {
    const competition = await loadCompetition(id);
    const answers = answersOf(competition, SHIPPED_FOLDER) ?? "";
    expect(answers.startsWith(competition.folder)).toBe(false);
    expect(await readHeader(answers)).toEqual(["id", ...competition.target_columns]);
    const [test_, hidden] = [join(competition.folder, competition.files.test), answers];
    const hiddenIds = await idsOf(hidden);
    expect(hiddenIds).toEqual(await idsOf(test_));
    const known = await idsOf(join(competition.folder, "train.csv"));
    expect([...known].filter((each) => hiddenIds.has(each))).toEqual([]);
  });

  test.each(all.filter((each) => !each.built).map((each) => each.id))(
    "%s says in one line how it is built",
    async (id) => {
      await expect(loadCompetition(id)).rejects.toThrow(
        `${id} is built on demand, since its data may not be shipped; run: python3 tasks/shipped/${id}/rebuild.py`,
      );
    },
  );

  test("no description tells where the answers are", async () => {
    for (const { id } of all) {
      const text = await readFile(join(SHIPPED_FOLDER, id, "description.md"), "utf8");
      expect(text).not.toContain("answers/");
    }
  });
});

describe("data hash", () => {
  async function hashOf(files: Record<string, string>): Promise<string> {
    await using folder = await madeFolder(files);
    return await dataHash(await loadCompetition(folder.path));
  }

  test("the same data in another place have the same hash", async () => {
    expect(await hashOf(houses())).toBe(await hashOf(houses()));
  });

  test.each([
    [
      "a value of train",
      (files: Record<string, string>) => ({
        ...files,
        "train.csv": (files["train.csv"] ?? "").replace("919.5", "919.6"),
      }),
    ],
    [
      "a further table",
      (files: Record<string, string>) => ({ ...files, "towns.csv": "town,people\nUlm,1\n" }),
    ],
    [
      "the description",
      (files: Record<string, string>) => ({ ...files, "description.md": "Prices of houses." }),
    ],
    ["a file in a folder", (files: Record<string, string>) => ({ ...files, "images/1.png": "x" })],
  ])("%s changes it", async (_title, change) => {
    expect(await hashOf(change(houses()))).not.toBe(await hashOf(houses()));
  });
});
