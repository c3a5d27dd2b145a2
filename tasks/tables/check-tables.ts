import { stat } from "node:fs/promises";
import { join } from "node:path";
import { CompetitionInvalid } from "../../runs/errors.ts";
import { type Competition, timeColumns } from "../competition.ts";
import { didYouMean, shown } from "../message-text.ts";
import { checkTargets, TargetWatch } from "./check-targets.ts";
import { type CsvScan, readHeader, scanCsv } from "./csv.ts";
import { mediaNames } from "./media-files.ts";

/** Refuses a competition whose tables contradict its task or each other. Tables that are folders are left to the solution. */
export async function checkTables(competition: Competition): Promise<void> {
  const { files, metric, metric_file } = competition;
  const [train, test, sample] = [files.train, files.test, files.sample_submission].map((file) =>
    join(competition.folder, file),
  ) as [string, string, string];
  for (const file of [...files.other, ...(metric_file === null ? [] : [metric_file])]) {
    await mustExist(join(competition.folder, file));
  }
  if (metric.name === "custom" && metric_file === null) {
    throw new CompetitionInvalid(
      `${competition.id}: metric custom needs metric_file, a Python file with score(submission, answers)`,
    );
  }
  if (!(await isFolder(train))) await checkTrain(competition, train);
  if (await isFolder(test)) await checkSample(competition, sample);
  else await checkTestAndSample(competition, test, sample);
}

async function mustExist(path: string): Promise<void> {
  if ((await stat(path).catch(() => null)) !== null) return;
  throw new CompetitionInvalid(`${shown(path)}: no such file, though task.yaml names it`);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

async function checkTrain(competition: Competition, path: string): Promise<void> {
  const { folder, labels_file } = competition;
  const header = await readHeader(path);
  await checkColumns(competition, path, header);
  const targets = new TargetWatch(competition, header);
  const media = competition.media_columns.map((column) => header.indexOf(column));
  const files: { line: number; file: string }[] = [];
  const scan = await scanCsv(path, (values, line) => {
    targets.take(values, line);
    if (files.length >= MEDIA_CHECKED) return;
    for (const at of media) files.push({ line, file: values[at] ?? "" });
  });
  mustHaveRows(path, scan);
  if (labels_file === null) checkTargets(competition, path, targets, scan.complete);
  else await checkLabels(competition, join(folder, labels_file));
  const names = media.length === 0 ? null : await mediaNames(folder, competition.files.other);
  for (const { line, file } of files.filter((it) => it.file !== "")) {
    if (names?.has(file) || (await stat(join(folder, file)).catch(() => null)) !== null) continue;
    throw new CompetitionInvalid(
      `${shown(path)}:${line}: names ${file}, which is not in ${folder}`,
    );
  }
}

/** The columns that the task names must be there, and those that it drops must not be needed. */
async function checkColumns(
  competition: Competition,
  path: string,
  header: readonly string[],
): Promise<void> {
  const { group_column, folder, labels_file, submission_id } = competition;
  const labels = labels_file === null ? [] : await readHeader(join(folder, labels_file));
  const all = [...header, ...labels];
  if (labels_file === null) mustName(path, header, competition.target_columns, "target column");
  mustName(path, header, competition.media_columns, "media column");
  mustName(path, header, competition.drop_columns, "column to drop");
  mustName(path, all, submission_id?.columns ?? [], "column of submission_id");
  const needed = [
    ...(submission_id?.columns ?? [competition.id_column]),
    ...competition.target_columns,
    ...competition.media_columns,
  ];
  const kept = competition.drop_columns.find((column) => needed.includes(column));
  if (kept !== undefined) {
    throw new CompetitionInvalid(`${competition.id}: drop_columns names ${kept}, which is needed`);
  }
  const groups = group_column === null ? [] : [group_column];
  mustName(path, all, [...groups, ...timeColumns(competition)], "column");
}

/** The table of the answers, where the training table has none. */
async function checkLabels(competition: Competition, path: string): Promise<void> {
  await mustExist(path);
  const header = await readHeader(path);
  mustName(path, header, competition.target_columns, "target column");
  const ids = new IdWatch(path, keyOf(competition), header);
  const targets = new TargetWatch(competition, header);
  const scan = await scanCsv(path, (values, line) => {
    ids.take(values, line);
    targets.take(values, line);
  });
  mustHaveRows(path, scan);
  checkTargets(competition, path, targets, scan.complete);
}

/** The column that alone names a row of the tables, or null. */
function keyOf({ submission_id, id_column }: Competition): string | null {
  if (submission_id === null) return id_column;
  const [first = null, second] = submission_id.columns;
  return second === undefined ? first : null;
}

/** So many media files are looked for, not all of them. */
const MEDIA_CHECKED = 20;

async function checkTestAndSample(
  competition: Competition,
  test: string,
  sample: string,
): Promise<void> {
  const header = await readHeader(test);
  const { id_column, target_columns } = competition;
  const leaked = target_columns.find((column) => header.includes(column));
  if (leaked !== undefined) {
    throw new CompetitionInvalid(
      `${shown(test)}:1: has the target column "${leaked}"; remove it, or name another target`,
    );
  }
  // Ids that are made of columns, and tables with several rows for an id, are matched by the referee.
  const plain = competition.submission_id === null && competition.labels_file === null;
  const ids = new IdWatch(test, plain ? id_column : null, header);
  const scan = await scanCsv(test, (values, line) => ids.take(values, line));
  mustHaveRows(test, scan);
  const wanted = await checkSample(competition, sample);
  if (!plain || !scan.complete || !wanted.scan.complete) return;
  if (ids.seen !== null && wanted.seen !== null) {
    sameIds({ path: test, seen: ids.seen }, { path: sample, seen: wanted.seen });
  }
  if (scan.rows !== wanted.scan.rows && (id_column === null || header.includes(id_column))) {
    throw new CompetitionInvalid(
      `${shown(sample)}: ${wanted.scan.rows} rows, but ${shown(test)} has ${scan.rows}`,
    );
  }
}

async function checkSample(
  competition: Competition,
  path: string,
): Promise<{ scan: CsvScan; seen: Map<string, number> | null }> {
  const { id_column, prediction_columns } = competition;
  const header = await readHeader(path);
  mustName(path, header, id_column === null ? [] : [id_column], "id column");
  mustName(path, header, prediction_columns, "prediction column");
  const ids = new IdWatch(path, id_column, header);
  const scan = await scanCsv(path, (values, line) => ids.take(values, line));
  mustHaveRows(path, scan);
  return { scan, seen: ids.seen };
}

function mustName(
  path: string,
  header: readonly string[],
  columns: readonly string[],
  part: string,
): void {
  const absent = columns.find((column) => !header.includes(column));
  if (absent === undefined) return;
  throw new CompetitionInvalid(
    `${shown(path)}:1: no ${part} "${absent}"; ${didYouMean(absent, header)}`,
  );
}

function mustHaveRows(path: string, scan: CsvScan): void {
  if (scan.rows > 0) return;
  throw new CompetitionInvalid(`${shown(path)}: only a header, no rows`);
}

type Ids = { path: string; seen: ReadonlyMap<string, number> };

const WAY_OUT = "both must hold the same ids: add the missing rows, or take the further ones away";

function sameIds(test: Ids, sample: Ids): void {
  for (const [id, line] of sample.seen) {
    if (test.seen.has(id)) continue;
    throw new CompetitionInvalid(
      `${shown(sample.path)}:${line}: id "${id}" is not in ${shown(test.path)}; ${WAY_OUT}`,
    );
  }
  for (const [id, line] of test.seen) {
    if (sample.seen.has(id)) continue;
    throw new CompetitionInvalid(
      `${shown(test.path)}:${line}: id "${id}" is not in ${shown(sample.path)}; ${WAY_OUT}`,
    );
  }
}

/** Remembers the ids of a table and refuses one that comes twice. */
class IdWatch {
  /** Id to line; null when the table has no id column. */
  readonly seen: Map<string, number> | null;
  private readonly path: string;
  private readonly at: number;

  constructor(path: string, column: string | null, header: readonly string[]) {
    this.path = path;
    this.at = column === null ? -1 : header.indexOf(column);
    this.seen = this.at === -1 ? null : new Map();
  }

  take(values: readonly string[], line: number): void {
    if (this.seen === null) return;
    const id = values[this.at] ?? "";
    const before = this.seen.get(id);
    if (before !== undefined) {
      throw new CompetitionInvalid(
        `${shown(this.path)}:${line}: id "${id}" is duplicated; it stands on line ${before} too`,
      );
    }
    this.seen.set(id, line);
  }
}
