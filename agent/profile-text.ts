import { showNumber, showPercent } from "../runs/report/formats.ts";
import { dateAdvice } from "../tasks/date-words.ts";
import type {
  AmountForm,
  ColumnProfile,
  MediaSample,
  OtherFile,
  Profile,
  Spread,
} from "../tasks/profile/profile.ts";
import { type Finding, findingLine } from "../tasks/profile/screen.ts";
import { named, some } from "./roles/prompt/text.ts";

/** Columns that are described one by one. */
const MAX_COLUMNS = 200;

/** Names that one line may list. */
const MAX_NAMES = 200;

const MAX_CLASSES = 60;

/** Names of columns that all further tables together may list, and how many each may at least. */
const MAX_TABLE_NAMES = 400;
const MIN_TABLE_NAMES = 10;

/** Characters that the columns of all further tables together may take: about a fifth of a brief. */
const MAX_TABLE_DETAILS = 12_000;

/** A column that explains less of the variance of the target by itself is no fact worth a line. */
const TELLING = 0.005;

/** Characters of the lines that say what is not described of one table. */
const NOTE = 120;

/** The profile in lines of text; further tables are described as far as `room` characters reach. */
export function profileText(
  { profile, findings = [] }: { profile: Profile; findings?: readonly Finding[] },
  room: number,
): string {
  const head = `train: ${profile.trainRows} rows; test: ${profile.testRows} rows; duplicate rows in train: ${profile.duplicateRows}; test rows lie later in time: ${profile.testIsLater ? "yes" : "no"}`;
  const only =
    profile.trainOnly.length === 0
      ? []
      : [`only in train, besides the target: ${names(profile.trainOnly)}`];
  const classes = profile.classes === null ? [] : [`classes: ${classesText(profile)}`];
  const columns = some(profile.columns, MAX_COLUMNS, columnText);
  const { examined = profile.trainRows } = profile;
  const sampled =
    examined < profile.trainRows ? ` (from an even sample of ${examined} training rows)` : "";
  const list = [`columns${sampled}:`, ...columns];
  const before = [head, ...only, ...classes, ...list, ...mediaText(profile)];
  const warnings = findings.map((finding) => `warning: ${findingLine(finding)}`);
  const tables = profile.other.filter(({ kind }) => kind === "table").length;
  const share = Math.floor(MAX_TABLE_NAMES / Math.max(1, tables));
  const tableNames = Math.max(MIN_TABLE_NAMES, Math.min(MAX_NAMES, share));
  const files = profile.other.map((file) => otherText(file, tableNames));
  const taken = [...before, ...files, ...warnings].join("\n").length;
  const details = tableDetails(
    profile.other,
    Math.min(MAX_TABLE_DETAILS, room - taken - NOTE * files.length),
  );
  const others = files.flatMap((line, at) => [line, ...(details[at] ?? [])]);
  return [...before, ...others, ...warnings].join("\n");
}

function names(columns: readonly string[], most = MAX_NAMES): string {
  return some(columns, most, named).join(", ");
}

function classesText(profile: Profile): string {
  const classes = profile.classes ?? [];
  const shares = classes.map(
    (name, index) => `${named(name)} (${showPercent(profile.classShares?.[index] ?? 0)})`,
  );
  const all = classes.length > MAX_CLASSES ? `; ${classes.length} in all` : "";
  return `${some(shares, MAX_CLASSES, (each) => each).join(", ")}${all}`;
}

function columnText(column: ColumnProfile): string {
  const role = column.isTarget ? "TARGET" : column.inTest ? null : "not in test";
  return `- ${factsText(column, role)}`;
}

/** What a column holds, on one line. */
function factsText(
  column: Omit<ColumnProfile, "isTarget" | "inTest">,
  role: string | null,
): string {
  const { span = null, dates = null, association = null, unseen = null } = column;
  const facts = [
    `${column.kind} (${column.dtype})`,
    `${column.unique} distinct`,
    column.missing > 0 ? `${showPercent(column.missing)} missing` : null,
    column.min === null || column.max === null
      ? null
      : `${round(column.min)} to ${round(column.max)}`,
    span === null ? null : `${span[0]} to ${span[1]}`,
    dates === null ? null : `dates, ${dateAdvice(dates)}`,
    column.amounts === undefined ? null : amountWords(column.amounts),
    column.mean === null ? null : `mean ${round(column.mean)}`,
    column.skew === null ? null : `skew ${round(column.skew)}`,
    column.words === null ? null : `${round(column.words)} words each`,
    role,
    association === null || association < TELLING
      ? null
      : `explains ${showPercent(association)} of the variance of the target by itself`,
    unseen === null || unseen === 0
      ? null
      : `${showPercent(unseen)} of test rows have a value that train lacks`,
    `e.g. ${column.examples.map((example) => named(example)).join(", ")}`,
  ];
  return `${named(column.name)}: ${facts.filter((fact) => fact !== null).join("; ")}`;
}

/** How amounts are written, so that a script turns them into numbers, of train and test alike. */
function amountWords({ thousands, decimal, unit, powers }: AmountForm): string {
  const signs = [
    unit === "" ? null : named(unit),
    thousands === "" ? null : `${named(thousands)} between thousands`,
    decimal === "." ? null : "a decimal comma",
    powers.length === 0 ? null : `${powers.map(named).join(", ")} for powers of ten`,
  ].filter((sign) => sign !== null);
  const written = signs.length === 0 ? "as text" : `with ${signs.join(", ")}`;
  return `amounts written ${written}: make numbers of them in train and test alike`;
}

function otherText(file: OtherFile, most: number): string {
  const keys = file.keys.map(
    (key) =>
      `${named(key.column)} ↔ ${named(key.trainColumn)} of train (${showPercent(key.coverage)} found)`,
  );
  const { rowsPerKey = null } = file;
  const several =
    rowsPerKey === null ? "several rows per key" : `${spreadText(rowsPerKey)} rows per key`;
  const joins =
    keys.length === 0
      ? ""
      : `; joins by ${keys.join(", ")}, ${file.uniqueKey ? "one row per key" : several}`;
  const table = `, ${file.rows} rows: ${names(file.columns, most)}`;
  const size = file.kind === "folder" ? `, ${file.rows} files` : table;
  return `other ${file.kind} ${named(file.name)}${file.rows === null ? "" : size}${joins}`;
}

/**
 * Lines on the columns of each further table, in the order of the tables, in at most so many characters. Each table
 * has the same share of them; what a small one leaves over goes to the larger ones.
 */
function tableDetails(files: readonly OtherFile[], room: number): string[][] {
  const all = files.map((file) =>
    (file.details ?? []).map((column) => `  - ${factsText(column, null)}`),
  );
  const size = (lines: readonly string[]): number =>
    lines.reduce((sum, line) => sum + line.length + 1, 0);
  const order = all
    .map((_, at) => at)
    .sort((a, b) => size(all[a] ?? []) - size(all[b] ?? []) || a - b);
  const shown: string[][] = files.map(() => []);
  let left = room;
  order.forEach((at, place) => {
    const [file, lines] = [files[at], all[at] ?? []];
    if (file === undefined || lines.length === 0) return;
    const kept = firstLines(lines, left / (order.length - place));
    left -= size(kept);
    shown[at] = [...kept, ...leftOut(file, kept.length)];
  });
  return shown;
}

/** As many lines as so many characters hold. */
function firstLines(lines: readonly string[], room: number): string[] {
  let used = 0;
  const end = lines.findIndex((line) => {
    used += line.length + 1;
    return used > room;
  });
  return lines.slice(0, end < 0 ? lines.length : end);
}

/** What was not looked at, or is not shown, of a further table. */
function leftOut(file: OtherFile, shown: number): string[] {
  const hidden = file.columns.length - shown;
  const sampled = file.examined !== undefined && file.rows !== null && file.examined < file.rows;
  return [
    ...(hidden > 0
      ? [`  [${hidden} of ${file.columns.length} columns are not described here]`]
      : []),
    ...(sampled && shown > 0 ? [`  [from an even sample of ${file.examined} rows]`] : []),
  ];
}

/** What the headers of the media files say. */
function mediaText({ media }: Profile): string[] {
  const sample = media?.sample ?? null;
  if (media === null || sample === null) return [];
  const { image, sound, formats, files, examined, unreadable } = sample;
  const dates = image?.dates ?? null;
  const facts = [
    `${files} files${examined < files ? `, an even sample of ${examined} examined` : ""}`,
    formats.length === 0 ? null : `formats ${countsText(formats)}`,
    ...(image === null ? [] : imageFacts(image)),
    dates === null
      ? null
      : `taken (EXIF) ${dates.first} to ${dates.last}, in ${dates.count} of them`,
    sound === null ? null : `samples a second ${countsText(sound.rates)}`,
    sound === null || sound.seconds === null ? null : `seconds ${spreadText(sound.seconds)}`,
    sound === null ? null : `channels ${countsText(sound.channels)}`,
    `${unreadable} unreadable`,
  ];
  const said = facts.filter((fact) => fact !== null).join("; ");
  return [`media files named in ${named(media.column)}: ${said}`];
}

function imageFacts({ width, height, channels }: NonNullable<MediaSample["image"]>): string[] {
  const sides = [
    width === null ? [] : [`width ${spreadText(width)}`],
    height === null ? [] : [`height ${spreadText(height)}`],
  ].flat();
  const colors = channels.map(({ value, count }) => ({ value: COLORS[value] ?? value, count }));
  return [...sides, ...(colors.length === 0 ? [] : [countsText(colors)])];
}

/** Channels of an image in words. */
const COLORS: Record<string, string> = {
  1: "gray",
  2: "gray with alpha",
  3: "color",
  4: "4 channels",
};

function countsText(counts: MediaSample["formats"]): string {
  return counts.map(({ value, count }) => `${value} (${count})`).join(", ");
}

function spreadText({ min, median, max }: Spread): string {
  if (min === max) return round(min);
  return `${round(min)} to ${round(max)} (median ${round(median)})`;
}

/** Statistics of the data, to five digits. */
function round(value: number): string {
  return showNumber(value, 5);
}
