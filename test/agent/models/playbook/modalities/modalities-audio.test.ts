import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import type { Brief } from "../../../../../agent/brief.ts";
import { firstScript } from "../../../../../agent/models/playbook/first-script.ts";
import { openFragments } from "../../../../../agent/models/playbook/fragments.ts";
import { fitting } from "../../../../../agent/models/playbook/library.ts";
import { profileCompetition } from "../../../../../tasks/profile/profile.ts";
import { python } from "../../../../tasks/interpreter.ts";
import { madeFolder } from "../../../../tasks/made-folder.ts";
import { loudTones, soundFiles } from "./made-sounds.ts";
import {
  accuracyOf,
  briefOf,
  meanError,
  modalities,
  runScript,
  scriptOf,
} from "./modalities-data.ts";

const minutes = 300_000;
const families = ["mfcc-svm", "audio-boosting", "spectral-forest"];

/** The script that the initializer writes for the most promising family. */
function best(brief: Brief): string {
  const family = fitting(brief, "model")[0]?.id ?? "";
  expect(families).toContain(family);
  return firstScript(brief, family, openFragments(null), brief.seed);
}

/** Writes every WAV file again in another format beside it, where it can be read. */
const CODED = `
import pathlib, sys
import soundfile
for at, path in enumerate(sorted(pathlib.Path(sys.argv[1]).glob("*.wav"))):
    try:
        wave, rate = soundfile.read(path)
        soundfile.write(path.with_suffix((".flac", ".ogg", ".mp3")[at % 3]), wave, rate)
    except Exception:
        continue
    path.unlink()
`;

describe("sounds of three rates, some in stereo, some broken", () => {
  test(
    "are told apart by every family, and by their blend",
    async () => {
      const made = soundFiles();
      const { brief, competition } = await briefOf(made);
      const offered = modalities.filter((recipe) => recipe.fits(brief)).map((recipe) => recipe.id);
      const features = ["sounds", "sound-descriptors", "sound-course"];
      expect(offered).toEqual([...features, ...families]);
      const done = await runScript(competition, scriptOf(brief, offered));
      expect(done.exit, done.log).toBe(0);
      expect(done.log).toContain("160 sounds at 16000 Hz, 3 of them not readable");
      // A constant is right for about a quarter.
      for (const id of families) {
        const score = new RegExp(`${id}: accuracy (\\S+) out of fold`, "u").exec(done.log)?.[1];
        expect(Number(score), id).toBeGreaterThan(0.85);
      }
      expect(accuracyOf(made, done.submission, "kind")).toBeGreaterThan(0.9);
    },
    minutes,
  );

  test(
    "are read by the first script without a library too, as far as they are WAV files",
    async () => {
      const made = soundFiles();
      const { brief, competition } = await briefOf(made);
      const without = { "soundfile.py": "raise ImportError('not here')\n" };
      const done = await runScript(competition, best(brief), without);
      expect(done.exit, done.log).toBe(0);
      expect(accuracyOf(made, done.submission, "kind")).toBeGreaterThan(0.85);
    },
    minutes,
  );
});

test(
  "the loudness of tones in FLAC, OGG and MP3 files named after ids is predicted by the first script",
  async () => {
    const made = loudTones();
    const { brief, competition } = await briefOf(made);
    await execa(python, ["-c", CODED, join(competition.folder, "clips")]);
    const profile = await profileCompetition(competition, python);
    expect(profile.media?.sample?.formats.map(({ value }) => value).sort()).toEqual([
      "flac",
      "mp3",
      "ogg",
    ]);
    const done = await runScript(competition, best({ ...brief, profile }));
    expect(done.exit, done.log).toBe(0);
    expect(done.log).toContain(", 0 of them not readable");
    // A constant is off by 22 on average.
    expect(meanError(made, done.submission, "level")).toBeLessThan(8);
  },
  minutes,
);

test("a cell names the file of its kind, in the folder of its part", async () => {
  const names = ["train_clips/1.wav", "test_clips/1.wav", "notes/1.csv", "all/deep/b.c.flac"];
  const files = Object.fromEntries(names.map((name) => [`input/${name}`, "x"]));
  await using folder = await madeFolder(files);
  const asked = ["1", "1.wav", "test_clips/1.wav", "b.c", "deep/b.c.flac", "2"];
  const code = `import os\n${openFragments(null)("common/media_files.py")}
for name in ${JSON.stringify(asked)}:
    print(place_of(name, "train", (".wav", ".flac")), place_of(name, "test", (".wav", ".flac")))
`;
  const { stdout } = await execa(python, ["-c", code], { cwd: folder.path });
  const [train, own] = ["input/train_clips/1.wav", "input/test_clips/1.wav"];
  const deep = "input/all/deep/b.c.flac";
  expect(stdout.split("\n")).toEqual([
    `${train} ${own}`,
    `${train} ${own}`,
    `${own} ${own}`,
    `${deep} ${deep}`,
    `${deep} ${deep}`,
    "None None",
  ]);
});
