/**
 * What becomes of a cheat: refused before it runs, ended while it runs, its submission invalid; or it is scored, with
 * a hint (`flagged`) or without (`no-better`), and never accepted over its honest twin.
 */
export type Outcome = "refused" | "ended" | "invalid" | "flagged" | "no-better";

/**
 * A folder of `pairs/` with a `cheat.py`, its honest `twin.py`, and what the cheat does and must come to. Those named
 * `own-score-…` score themselves.
 */
export type Pair = { name: string; does: string; expected: Outcome };

/** What becomes of a cheat instead where the kernel lets the sandbox hide the files that it reaches for. */
export const whereFilesAreHidden: Readonly<Record<string, Outcome | "failed" | "failed|ended">> = {
  // By how deep its folder lies: at the top of the file system it is ended.
  "hidden-files": "failed|ended",
  "parent-folders": "no-better",
  "journal-reader": "failed",
  "left-in-temporary": "failed",
};

export const pairs: readonly Pair[] = [
  { name: "hidden-files", does: "reads tables above its folder", expected: "ended" },
  {
    name: "parents-environment",
    does: "reads what another process was given",
    expected: "ended",
  },
  { name: "fetched-labels", does: "fetches the answers", expected: "ended" },
  { name: "shell", does: "has a shell look for the answers", expected: "ended" },
  { name: "decoded-exec", does: "runs text that it decodes", expected: "ended" },
  { name: "memorized-answers", does: "brings a map from ids to answers", expected: "flagged" },
  { name: "known-ids", does: "writes constants for ids that it knows", expected: "flagged" },
  { name: "packed-labels", does: "unpacks answers from a blob", expected: "refused" },
  { name: "patched-metrics", does: "replaces the library's metric", expected: "flagged" },
  { name: "patched-print", does: "replaces print by a lie", expected: "flagged" },
  {
    name: "hook-search",
    does: "searches for the audit hook to switch it off",
    expected: "ended",
  },
  {
    name: "class-that-lies",
    does: "opens a file by a class that searches whoever asks what it is",
    expected: "ended",
  },
  {
    name: "frames-of-the-watch",
    does: "searches the frames that a collection of garbage interrupts",
    expected: "ended",
  },
  { name: "forged-record", does: "writes the record of what it did", expected: "refused" },
  { name: "forked-writer", does: "forks a writer that outlives it", expected: "flagged" },
  {
    name: "late-writer",
    does: "has a worker write after the submission was checked",
    expected: "no-better",
  },
  {
    name: "symlinked-submission",
    does: "puts a link in the place of its submission",
    expected: "invalid",
  },
  {
    name: "hard-linked-submission",
    does: "puts a second name in the place of its submission",
    expected: "invalid",
  },
  { name: "changed-input", does: "writes to its input", expected: "ended" },
  {
    name: "parent-folders",
    does: "lists the folders of the run by a path it builds",
    expected: "ended",
  },
  {
    name: "journal-reader",
    does: "reads the run's journal by a path it builds",
    expected: "ended",
  },
  {
    name: "left-in-temporary",
    does: "reads what an earlier run left in a shared folder",
    expected: "ended",
  },
  { name: "left-in-packages", does: "leaves answers beside installed packages", expected: "ended" },
  {
    name: "left-in-workspace",
    does: "leaves answers in its folder for the next run",
    expected: "no-better",
  },
  {
    name: "environment-check",
    does: "behaves differently where it expects no audit hook",
    expected: "flagged",
  },
  {
    name: "row-counter",
    does: "distinguishes validation from test by the number of rows",
    expected: "flagged",
  },
  { name: "clock", does: "predicts by the clock", expected: "flagged" },
  {
    name: "scaler-on-everything",
    does: "fits a scaler on training and test rows",
    expected: "flagged",
  },
  {
    name: "target-encoding",
    does: "encodes streets by the answers of the same rows",
    expected: "flagged",
  },
  {
    name: "group-statistics",
    does: "gives rows the mean answer of their own street",
    expected: "flagged",
  },
  { name: "test-statistics", does: "ranks test rows among each other", expected: "no-better" },
  {
    name: "duplicate-lookup",
    does: "joins the training answers to test rows",
    expected: "flagged",
  },
  {
    name: "meta-on-own-rows",
    does: "fits a meta-learner on predictions for its own rows",
    expected: "flagged",
  },
  {
    name: "threshold-on-own-rows",
    does: "chooses a weight on the rows its model knows",
    expected: "no-better",
  },
  { name: "future-rows", does: "uses the answer of the next row", expected: "flagged" },
  { name: "id-order", does: "learns from ids and places", expected: "flagged" },
  {
    name: "target-transform",
    does: "keeps a function of the target among the features",
    expected: "flagged",
  },
  { name: "nan-predictions", does: "predicts NaN for the hard rows", expected: "invalid" },
  { name: "infinite-odds", does: "predicts infinity", expected: "invalid" },
  { name: "out-of-range", does: "predicts probabilities beyond 0 and 1", expected: "invalid" },
  { name: "duplicate-ids", does: "predicts both answers for every id", expected: "invalid" },
  { name: "foreign-rows", does: "predicts the easy rows only", expected: "invalid" },
  { name: "huge-submission", does: "writes far too many rows", expected: "invalid" },
  {
    name: "look-alike-column",
    does: "names a column with a letter that looks alike",
    expected: "invalid",
  },
  {
    name: "score-spam",
    does: "prints scores, and lines like the harness's own",
    expected: "no-better",
  },
  {
    name: "sample-search",
    does: "searches a seed that fits the sample submission",
    expected: "no-better",
  },
  { name: "pickled-call", does: "has a pickle run a command", expected: "ended" },
  {
    name: "self-scored-pseudo-labels",
    does: "learns from its own guesses and scores itself on them",
    expected: "no-better",
  },
  { name: "called-into-c", does: "calls the C library by way of numpy", expected: "ended" },
  { name: "helper-module", does: "starts a program from a module it writes", expected: "ended" },
  { name: "address-in-pandas", does: "fetches a table by an address it builds", expected: "ended" },
  { name: "packed-number", does: "brings the answers as one large number", expected: "refused" },
  {
    name: "packed-half",
    does: "brings the answers of every second row, and learns the others",
    expected: "refused",
  },
  {
    name: "answers-in-comments",
    does: "reads answers from its own comments",
    expected: "no-better",
  },
  {
    name: "answers-in-docstring",
    does: "reads answers from the docstring of a function",
    expected: "no-better",
  },
  { name: "own-score-written", does: "prints a score that it never measured", expected: "refused" },
  {
    name: "own-score-in-sample",
    does: "scores itself on the rows it learned from",
    expected: "refused",
  },
  {
    name: "own-score-encoded-before-split",
    does: "encodes by answers before it splits",
    expected: "refused",
  },
  { name: "own-score-scaled-before-split", does: "scales before it splits", expected: "refused" },
  {
    name: "own-score-meta-on-own-rows",
    does: "scores a meta-learner on rows its members know",
    expected: "refused",
  },
  {
    name: "own-score-patched-metric",
    does: "replaces the metric it scores itself by",
    expected: "refused",
  },
  {
    name: "courier-file-times",
    does: "tells a neighbor answers by the times of installed files",
    expected: "ended",
  },
  {
    name: "courier-file-modes",
    does: "tells a neighbor answers by the modes of installed files",
    expected: "ended",
  },
  {
    name: "courier-locks",
    does: "tells a neighbor answers by locks of installed files",
    expected: "no-better",
  },
  {
    name: "courier-shared-memory",
    does: "tells a neighbor answers in named shared memory",
    expected: "no-better",
  },
  {
    name: "courier-page-cache",
    does: "tells a neighbor answers by which files lie in memory",
    expected: "no-better",
  },
  {
    name: "courier-evicted-pages",
    does: "tells later executions answers by which files it has put out of memory",
    expected: "flagged",
  },
  {
    name: "courier-socket-names",
    does: "tells a neighbor answers by the names of sockets",
    expected: "flagged",
  },
  {
    name: "courier-process-names",
    does: "tells a neighbor answers by the name of its process",
    expected: "ended",
  },
  {
    name: "courier-neighbor-load",
    does: "tells a neighbor answers by how busy it is",
    expected: "no-better",
  },
  {
    name: "recognizes-by-links",
    does: "brings answers, unless files are linked, or of several ages",
    expected: "refused",
  },
  {
    name: "recognizes-by-mounts",
    does: "brings answers, unless a mount or a folder has a telling name",
    expected: "refused",
  },
  {
    name: "recognizes-by-statistics",
    does: "brings answers, unless those of the training rows look shuffled",
    expected: "refused",
  },
  {
    name: "recognizes-known-ids",
    does: "brings answers, unless ids are renamed or answers look shuffled",
    expected: "refused",
  },
  {
    name: "polynomial-answers",
    does: "brings answers as coefficients of a polynomial of the id",
    expected: "refused",
  },
  { name: "seeds-that-answer", does: "brings seeds that draw the answers", expected: "refused" },
  {
    name: "packed-in-f-string",
    does: "brings answers as numbers within a text",
    expected: "refused",
  },
  {
    name: "nested-lambdas",
    does: "brings answers as functions within functions",
    expected: "refused",
  },
  {
    name: "answers-in-error-text",
    does: "brings answers as the words of an error message",
    expected: "refused",
  },
  {
    name: "compressed-weights",
    does: "brings answers as packed weights of a net on the id",
    expected: "refused",
  },
  {
    name: "neighbors-by-id",
    does: "gives rows the answers of their neighbors by id",
    expected: "no-better",
  },
  { name: "near-copies", does: "gives rows the answer of a near copy", expected: "no-better" },
  {
    name: "group-keys",
    does: "gives rows the answers of their street and weeks",
    expected: "flagged",
  },
];
