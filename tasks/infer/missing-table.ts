import { join } from "node:path";
import { CompetitionInvalid } from "../../runs/errors.ts";
import { shown } from "../message-text.ts";
import { readHeader } from "../tables/csv.ts";

/** From so many columns named after times on a table is one of series, a row each. */
const WIDE = 10;
const TIME_COLUMN =
  /^(\d{4}[-/]\d{1,2}([-/]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|[dtw]_?\d+|(day|week|month|year)[-_ ]?\d+)$/iu;
/** So many columns are named in a message. */
const NAMED = 5;
const PACKED = /\.(zip|gz|7z|tar|tgz|bz2|xz)$/iu;
const SPREADSHEET = /\.(xlsx?|xlsm|xlsb|ods|numbers)$/iu;
const OTHER_TABLE =
  /\.(parquet|tsv|json|jsonl|feather|pkl|pickle|rds|rdata|sav|dta|sas7bdat|mat|np[yz]|h5|hdf5?|arff|orc|avro|db|sqlite3?|sql)$/iu;

/** The refusal of a folder without a training table; names the file or the folder that may hold it. */
export function noTrain(
  folder: string,
  files: readonly string[],
  what: string,
  inner: string | null,
): CompetitionInvalid {
  if (inner !== null) {
    return new CompetitionInvalid(
      `${shown(folder)} ${what}; ${shown(inner)} has one: give that folder`,
    );
  }
  const packed = files.find((file) => /train|competition|^data/iu.test(file) && PACKED.test(file));
  if (packed !== undefined) {
    return new CompetitionInvalid(`${shown(folder)} ${what}; ${packed} is packed; unpack it first`);
  }
  const advice = adviceFor(files, /train/iu) || adviceFor(files, /./u);
  return new CompetitionInvalid(`${shown(folder)} ${what}${advice}`);
}

/** What to do with a file of another form that may hold the table; nothing where there is none, or several. */
function adviceFor(files: readonly string[], named: RegExp): string {
  const others = files.filter(
    (file) => named.test(file) && (OTHER_TABLE.test(file) || SPREADSHEET.test(file)),
  );
  const [other] = others;
  if (other === undefined || others.length > 1) return "";
  return SPREADSHEET.test(other)
    ? `; ${other} is a spreadsheet; save its sheet as train.csv (CSV UTF-8)`
    : `; ${other} is no CSV file; write it as train.csv`;
}

/** The refusal of a folder without a test table; says which columns it needs. */
export async function noTest(
  folder: string,
  train: string,
  sample: string | null,
): Promise<CompetitionInvalid> {
  const known = await readHeader(join(folder, train));
  const shownIds = sample === null ? [] : await readHeader(join(folder, sample));
  const id = shownIds[0];
  const answers = shownIds.filter((column) => column !== id);
  const columns = known.filter((column) => !answers.includes(column));
  const rows = sample === null ? "" : `, one row for each of ${sample}`;
  const times = known.filter((column) => TIME_COLUMN.test(column));
  if (times.length >= WIDE) {
    return new CompetitionInvalid(
      `${shown(join(folder, train))}: a column for each time (${times[0]} … ${times.at(-1)}), which is not read: write train.csv in long form, a row for each ${known[0]} and time with its value, and test.csv with the rows to predict`,
    );
  }
  return new CompetitionInvalid(
    `${shown(folder)}: no test table here; expected test.csv with the columns ${list(columns)}${rows} (or a task.yaml that names the files)`,
  );
}

/** The refusal of a folder without a sample submission; shows what its header may be. */
export async function noSample(
  folder: string,
  train: string,
  test: string,
): Promise<CompetitionInvalid> {
  const [known, asked] = [
    await readHeader(join(folder, train)),
    await readHeader(join(folder, test)),
  ];
  if (known.every((column) => asked.includes(column))) {
    return new CompetitionInvalid(
      `${shown(join(folder, test))}: has all columns of ${train}, and no sample submission says which is to be predicted; name it with --target <column> (columns: ${list(known)})`,
    );
  }
  const id = asked.find((column) => /(^|[_ ])id$|[a-z]Id$|^(id|index)$/iu.test(column));
  const target = known.filter((column) => !asked.includes(column)).at(-1) ?? "target";
  const header = id === undefined ? target : `${id},${target}`;
  return new CompetitionInvalid(
    `${shown(folder)}: no sample submission here; write sample_submission.csv, for example ${header} as header and one line with a placeholder prediction for each row of ${test} (or a task.yaml that names the files)`,
  );
}

function list(columns: readonly string[]): string {
  const more = columns.length > NAMED ? ", …" : "";
  return columns.slice(0, NAMED).join(",") + more;
}
