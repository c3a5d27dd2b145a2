import type { Recipe } from "../section.ts";
import { cellsOf } from "../settings.ts";

/** Know-how for answers that are texts; the only recipe there, since no other predicts a text. */
export const LOOK_UP: Recipe = {
  id: "look-up",
  kind: "model",
  replaces: "model",
  mode: "replace",
  title: "model: look-up",
  plan: "Answer with a text that is there already [look-up]: a column of the row as it is, its first or last words, what rows with the same text were answered, or the most typical answer. Rows that no way has seen say which is best, for each value of a small column where that helps.",
  fits: (brief) => cellsOf(brief) === "texts",
  file: "cells/look_up.py",
  prior: 0.9,
  standard: false,
  needs: [],
};
