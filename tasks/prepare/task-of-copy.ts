import type { TaskFile } from "../competition.ts";
import type { Prepared } from "./prepare.ts";

/** The value of a key that may be called as what every object has, `constructor`. */
export function entryOf(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** A task that speaks of the files and columns of a folder, for the copy in which some are called otherwise. */
export function taskOfCopy(
  task: TaskFile,
  { names, renamed }: Pick<Prepared, "names" | "renamed">,
): TaskFile {
  const file = (name: string): string => entryOf(names, name) ?? name;
  const column = (name: string): string => entryOf(renamed, name) ?? name;
  const orNull = (name: string | null): string | null => (name === null ? null : column(name));
  const { files, submission_id } = task;
  return {
    ...task,
    files: {
      ...files,
      train: file(files.train),
      test: file(files.test),
      sample_submission: file(files.sample_submission),
      other: files.other.map(file),
    },
    labels_file: task.labels_file === null ? null : file(task.labels_file),
    id_column: orNull(task.id_column),
    target_columns: task.target_columns.map(column),
    group_column: orNull(task.group_column),
    time_column:
      task.time_column === null || typeof task.time_column === "string"
        ? orNull(task.time_column)
        : Object.fromEntries(
            Object.entries(task.time_column).map(([unit, name]) => [unit, column(name)]),
          ),
    dates:
      task.dates === null
        ? null
        : Object.fromEntries(
            Object.entries(task.dates).map(([name, form]) => [column(name), form]),
          ),
    media_columns: task.media_columns.map(column),
    drop_columns: task.drop_columns.map(column),
    submission_id:
      submission_id === null
        ? null
        : { ...submission_id, columns: submission_id.columns.map(column) },
    tables: Object.fromEntries(
      Object.entries(task.tables).map(([name, what]) => [file(name), what]),
    ),
  };
}
