import type { Brief } from "../../brief.ts";

/** What a section of a script does. Its title is this word, or this word, a colon and what it is about. */
export type SectionKind =
  | "settings"
  | "tools"
  | "read"
  | "target"
  | "folds"
  | "features"
  | "model"
  | "blend"
  | "write";

/**
 * One section of a script, headed `# --- <title>`. Sections stand in the order of `SectionKind`.
 *
 * Names a section may use, once the sections before it ran:
 * - settings: SEED FOLDS THREADS SECONDS STARTED ID TARGETS PREDICTIONS TASK METRIC CLASSES NUMERIC
 *   CATEGORICAL TEXT DATES DATE_FORMS PATHS TIME GROUP TRAIN_ONLY OTHER STRATEGY TEST_IS_LATER FAST; `np`, `pd`, `time`.
 *   LABEL_SEPARATOR, where a cell of the target holds several labels: `train` then gets a target column for each.
 * - read: `train`, `test`, `sample` (pd.DataFrame, index 0..n-1, empty cells are NaN, "None" is a value).
 * - target: `y` (float vector, or class codes, or a matrix with a column per target), `inverse`,
 *   `K` (columns of a prediction: 1, or classes, or targets).
 * - folds: `folds`, a list of (train positions, valid positions); forward in time when STRATEGY is "time",
 *   then rows before the first fold are in no validation part.
 * - features: columns added to `X` and `X_test` (same columns, rows as train and test). Numbers are float,
 *   categories are pandas `category` with the same levels on both sides. What uses `y` is out of fold.
 * - model: `predictions[name] = cross_fit(name, fit)`: a pair of float matrices with K columns, out-of-fold
 *   (NaN where never validated) and test, in the scale of `y`, probabilities for classes. A section may
 *   make the pair itself instead; `left()` says how many seconds remain of its share.
 * - blend: `final` (test predictions, K columns); write: `submission.csv`.
 */
export type Section = { kind: SectionKind; title: string; code: string };

/** A piece of know-how that can stand in a script: the text of a plan and the Python that does it. */
export type Recipe = {
  /** Unique, kebab-case; plans name it in square brackets. A model recipe's id is its family. */
  id: string;
  kind: "features" | "target" | "folds" | "model" | "blend";
  /** Prefix of the titles of the sections it can stand for (`features`, `model: lightgbm`, `blend`). */
  replaces: string;
  /**
   * `replace`: stands for the whole block; `extend`: is written below what the block does already;
   * `edit`: goes into a model's block, above the line that starts with `predictions[`.
   */
  mode: "replace" | "extend" | "edit";
  /** Title of the section it makes. */
  title: string;
  /** Three to five sentences as a planner says them, with the id in square brackets. */
  plan: string;
  fits(brief: Brief): boolean;
  /** Python fragment in `python/`, without the header line. */
  file: string;
  /** How promising before anything was tried, 0..1; model recipes: how good a first script it makes. */
  prior: number;
  /** Stands in every first script that it fits (feature recipes). */
  standard: boolean;
  /** Feature recipes a model recipe wants in its first script though they are not standard. */
  needs: readonly string[];
};
