import { expect, test } from "vitest";
import { type Brief, buildBrief } from "../../agent/brief.ts";
import { loadCompetition, SHIPPED_FOLDER } from "../../tasks/load.ts";
import type { OtherFile, Profile } from "../../tasks/profile/profile.ts";
import { someBrief } from "../fakes/request.ts";

async function textOf(
  facts: Pick<Partial<Brief>, "weights" | "network" | "findings" | "profile">,
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

test("the brief says how many seconds to plan for: a larger share of a long limit, and all of that share", async () => {
  const { profile, split, packages, limits, seed } = someBrief();
  const competition = await loadCompetition("daily-births", { tasksDir: SHIPPED_FOLDER });
  const planned = (seconds: number) => {
    const facts = { profile, split, packages, seed, limits: { ...limits, seconds } };
    return /plan for about (\d+) seconds/u.exec(buildBrief(competition, facts).text)?.[1];
  };
  expect(planned(120)).toBe("60");
  expect(planned(3600)).toBe("2400");
});

test("the brief says how many rows a script is scored with, and how they lie to those it learns from", async () => {
  const competition = await loadCompetition("daily-births", { tasksDir: SHIPPED_FOLDER });
  const { profile, split, packages, limits, seed } = someBrief();
  const folds = [{ view: "fold-0" as const, trainRows: 640, validRows: 160 }];
  const said = (more: Partial<Brief["split"]>) => {
    const facts = { profile, packages, limits, seed, split: { ...split, folds, ...more } };
    return /In the search it [^:]*/u.exec(buildBrief(competition, facts).text)?.[0];
  };
  expect(said({ strategy: "time" })).toBe(
    "In the search it trains on about 640 rows and predicts 160 later ones, at the end it trains on all 80",
  );
  expect(said({ subsample: 500 })).toContain("about 500 rows and predicts 160 others,");
  expect(said({ folds: [] })).toBeUndefined();
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

test("statistics of a sample of rows are said to be of one", async () => {
  const { profile } = someBrief();
  const large = { ...profile, trainRows: 300_000, examined: 50_000 };
  expect(await textOf({ profile: large })).toContain(
    "\ncolumns (from an even sample of 50000 training rows):\n",
  );
  expect(await textOf({ profile: { ...large, examined: 300_000 } })).toContain("\ncolumns:\n");
});

test("a folder is told of by the number of its files", async () => {
  const { profile } = someBrief();
  const nothing = { rows: 320, columns: [], keys: [], uniqueKey: false, bytes: 9 };
  const other = [{ name: "sounds", kind: "folder" as const, ...nothing }];
  expect(await textOf({ profile: { ...profile, other } })).toMatch(
    /^other folder "sounds", 320 files$/mu,
  );
});

const weather = {
  name: "weather.csv",
  kind: "table",
  rows: 900,
  columns: ["town", "degrees", "day"],
  keys: [{ column: "town", trainColumn: "place", coverage: 0.95 }],
  uniqueKey: false,
  bytes: 9000,
  examined: 900,
  rowsPerKey: { min: 1, median: 30, max: 60 },
  details: [
    column("town", { kind: "categorical", unique: 30, examples: ["Ulm", "Kiel"] }),
    column("degrees", { missing: 0.25, min: -12.5, max: 31, mean: 9.25, examples: ["9"] }),
    column("day", {
      kind: "datetime",
      span: ["2001-01-01 00:00:00", "2001-01-31 00:00:00"],
      dates: "day-first",
    }),
  ],
} satisfies OtherFile;

function column(
  name: string,
  facts: Partial<Profile["columns"][number]>,
): NonNullable<OtherFile["details"]>[number] {
  return {
    name,
    kind: "numeric",
    dtype: "object",
    missing: 0,
    unique: 9,
    examples: [],
    min: null,
    max: null,
    mean: null,
    skew: null,
    words: null,
    ...facts,
  };
}

const withOther = (other: OtherFile[]): Profile => ({ ...someBrief().profile, other });

test("models are told what the columns of further tables hold", async () => {
  const text = await textOf({ profile: withOther([weather]) });
  expect(text).toContain(
    [
      'other table "weather.csv", 900 rows: "town", "degrees", "day"; joins by "town" ↔ "place" of train (95 % found), 1 to 60 (median 30) rows per key',
      '  - "town": categorical (object); 30 distinct; e.g. "Ulm", "Kiel"',
      '  - "degrees": numeric (object); 9 distinct; 25 % missing; -12.5 to 31; mean 9.25; e.g. "9"',
      '  - "day": datetime (object); 9 distinct; 2001-01-01 00:00:00 to 2001-01-31 00:00:00; dates, day first: pd.to_datetime(column, dayfirst=True, format="mixed"); e.g. ',
    ].join("\n"),
  );
});

test("many wide tables share a bounded part of the brief, and what is left out is said", async () => {
  const wide = (name: string, count: number): OtherFile => {
    const columns = Array.from({ length: count }, (_, at) => `measured_${at}`);
    const details = columns.map((each) => column(each, { min: 0, max: 1, examples: ["0.25"] }));
    return { ...weather, name, columns, details, rows: 90_000 };
  };
  const names = Array.from({ length: 12 }, (_, at) => `part_${at}.csv`);
  const text = await textOf({
    profile: withOther([...names.map((name) => wide(name, 200)), weather]),
  });
  expect(text).toContain('  - "degrees": numeric');
  expect(text).toContain("  [from an even sample of 900 rows]");
  for (const name of names) expect(text).toContain(`other table "${name}"`);
  const described = text.split("\n").filter((line) => line.startsWith('  - "measured_'));
  expect(described.length).toBeGreaterThan(60);
  expect(described.join("\n").length).toBeLessThan(12_000);
  expect(text.match(/^ {2}\[\d+ of 200 columns are not described here\]$/gmu)).toHaveLength(12);
});

test("models are told what the headers of sounds and images say", async () => {
  const sample = { files: 900, examined: 400, unreadable: 3 };
  const media = { column: "clip", extension: "wav", width: null, height: null, channels: null };
  const sound = {
    rates: [{ value: "16000", count: 397 }],
    seconds: { min: 0.5, median: 2, max: 9.75 },
    channels: [
      { value: "1", count: 390 },
      { value: "2", count: 7 },
    ],
  };
  const formats = [{ value: "wav", count: 397 }];
  const heard = { ...media, sample: { ...sample, formats, sound, image: null } };
  expect(await textOf({ profile: { ...withOther([]), media: heard } })).toContain(
    '\nmedia files named in "clip": 900 files, an even sample of 400 examined; formats wav (397); samples a second 16000 (397); seconds 0.5 to 9.75 (median 2); channels 1 (390), 2 (7); 3 unreadable\n',
  );
  const image = {
    width: { min: 31, median: 31, max: 31 },
    height: { min: 20, median: 30, max: 40 },
    channels: [
      { value: "3", count: 300 },
      { value: "1", count: 97 },
    ],
    dates: { first: "2019-03-01 10:00:00", last: "2021-12-31 23:59:59", count: 12 },
  };
  const seen = {
    ...media,
    sample: { ...sample, formats: [{ value: "jpeg", count: 397 }], sound: null, image },
  };
  expect(await textOf({ profile: { ...withOther([]), media: seen } })).toContain(
    "formats jpeg (397); width 31; height 20 to 40 (median 30); color (300), gray (97); taken (EXIF) 2019-03-01 10:00:00 to 2021-12-31 23:59:59, in 12 of them; 3 unreadable\n",
  );
});
