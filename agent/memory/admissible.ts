import {
  type CompetitionPrint,
  sameCompetition,
} from "../../runs/report/across/same-competition.ts";
import type { Head } from "./bank/rows.ts";

/** The task that items are wanted for. */
export type Task = {
  print: CompetitionPrint;
  type: string;
  modality: string;
  /** Nothing that was learned from this very competition may be shown. */
  isBenchmark: boolean;
};

/**
 * Whether an item's conditions fit a task, and why others are kept out. An item that rests on several competitions is
 * kept out when one of them is the same: its text knows of all of them.
 */
export function admissionFor(
  task: Task,
  prints: ReadonlyMap<string, CompetitionPrint>,
): (head: Head) => string | null {
  const known = new Map<string, boolean>();
  const isSame = (id: string): boolean => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const print = prints.get(id) ?? {
      ...task.print,
      id,
      title: "",
      dataHash: "",
      names: [],
      contents: [],
    };
    const is = sameCompetition(print, task.print) !== null;
    known.set(id, is);
    return is;
  };
  return ({ kind, types, modalities, competitions }) => {
    if (task.isBenchmark && competitions.some(isSame)) return "learned from this competition";
    if (!modalities.includes(task.modality)) return "other kind of data";
    // An error and its fix are the same whatever is predicted.
    if (kind !== "pitfall" && !types.includes(task.type)) return "other kind of task";
    return null;
  };
}
