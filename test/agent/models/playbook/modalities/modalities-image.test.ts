import { describe, expect, test } from "vitest";
import { imageFiles, numberedColumns, pixelColumns, stripes } from "./made-images.ts";
import {
  accuracyOf,
  briefOf,
  draws,
  modalities,
  numbersOf,
  runScript,
  scriptOf,
} from "./modalities-data.ts";

const minutes = 180_000;
describe.each([
  ["files", imageFiles],
  ["pixel columns", pixelColumns],
])("images as %s", (_, make) => {
  test.each(["pixel-svm", "image-boosting"])(
    "are told apart by %s, whatever one broken file does",
    async (id) => {
      const made = make();
      const { brief, competition } = await briefOf(made);
      const offered = modalities.filter((recipe) => recipe.fits(brief)).map((recipe) => recipe.id);
      expect(offered).toEqual(
        expect.arrayContaining(["image-descriptors", "pixel-svm", "image-boosting"]),
      );
      const done = await runScript(
        competition,
        scriptOf(brief, ["pictures", "image-descriptors", id]),
      );
      expect(done.exit, done.log).toBe(0);
      expect(accuracyOf(made, done.submission, "kind")).toBeGreaterThan(0.9);
    },
    minutes,
  );
});

describe("numbered columns of measurements", () => {
  test("are not taken for pixels", async () => {
    const { brief } = await briefOf(numberedColumns());
    expect(modalities.filter((recipe) => recipe.fits(brief))).toEqual([]);
  });
});

describe("the decoder of PNG files that needs no library", () => {
  test(
    "reads gray and color, through all five line filters",
    async () => {
      const { brief, competition } = await briefOf(imageFiles());
      const code = scriptOf(brief, ["pictures", "image-descriptors", "pixel-svm"]);
      const probe =
        "for n in (0, 1, 2, 3):\n    one = decode_png(open(f'input/pictures/{n}.png', 'rb').read())\n    print('shape', one.shape[2], int(one[:, :, 0].sum()))\n";
      const done = await runScript(
        competition,
        code.replace(/^# --- model: /mu, `${probe}\n\n# --- model: `),
      );
      const draw = draws(51);
      const wanted = [0, 1, 2, 3].map((id) => {
        const gray = stripes(draw() < 0.5, draw);
        return `shape ${id % 2 === 0 ? 1 : 3} ${gray.reduce((sum, value) => sum + value, 0)}`;
      });
      expect(done.log.split("\n").filter((line) => line.startsWith("shape"))).toEqual(wanted);
      expect(numbersOf(done.submission, "id")).toHaveLength(48);
    },
    minutes,
  );
});
