import type { Competition } from "../tasks/competition.ts";
import type { Profile } from "../tasks/profile.ts";
import type { Split } from "../tasks/referee.ts";

/** What every model is told of a competition. Built once per run; `text` is byte-stable. */
export type Brief = {
  text: string;
  competition: Pick<
    Competition,
    | "id"
    | "title"
    | "type"
    | "metric"
    | "id_column"
    | "target_columns"
    | "prediction_columns"
    | "group_column"
    | "time_column"
    | "media_columns"
    | "files"
  >;
  profile: Profile;
  split: Pick<Split, "kind" | "strategy" | "trainRows" | "testRows" | "subsample">;
  /** Installed Python packages, `name==version`. */
  packages: readonly string[];
  limits: { seconds: number; memoryMb: number; cpus: number; gpus: number };
  seed: number;
};
