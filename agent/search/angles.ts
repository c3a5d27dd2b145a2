import type { Brief } from "../brief.ts";

/** What a search query may contain of a task: its traits, never its name. */
export type Traits = {
  taskType: string;
  /** Most specific first. */
  modalities: readonly string[];
  metric: string;
  rows: number;
  columns: { numeric: number; categorical: number; text: number; time: number };
  targets: number;
  hasGpu: boolean;
};

/** One search query from one point of view. */
export type Angle = { name: string; text: string; modality: string };

export function traitsOf(brief: Brief): Traits {
  const { profile, competition, limits } = brief;
  const columns = profile.columns.filter((column) => !column.isTarget);
  const count = (...kinds: string[]) => columns.filter(({ kind }) => kinds.includes(kind)).length;
  return {
    taskType: competition.type,
    modalities: modalitiesOf(brief),
    metric: competition.metric.name,
    rows: profile.trainRows,
    columns: {
      numeric: count("numeric"),
      categorical: count("categorical", "boolean"),
      text: count("text"),
      time: count("datetime"),
    },
    targets: competition.target_columns.length,
    hasGpu: limits.gpus > 0,
  };
}

/** Endings of files that hold sound. */
const SOUNDS: ReadonlySet<string> = new Set(
  "wav flac ogg oga opus mp3 m4a aac aif aiff au".split(" "),
);

/** Modalities of the data, most specific first. */
export function modalitiesOf(brief: Brief): string[] {
  const { columns, media, testIsLater } = brief.profile;
  const kinds = new Set(columns.filter((column) => !column.isTarget).map((column) => column.kind));
  const found = ["tabular"];
  if (kinds.has("text")) found.unshift("text");
  if (media !== null) found.unshift(SOUNDS.has(media.extension) ? "audio" : "image");
  if (testIsLater) found.unshift("time-series", "entity-history");
  return found;
}

/**
 * Four questions from different sides (the retriever of the paper asks one): what is best for the modality, what
 * works in practice, which features such data want, and what the metric rewards.
 */
export function anglesOf(traits: Traits): Angle[] {
  const modality = traits.modalities[0] ?? "tabular";
  const data = DATA[modality] ?? modality;
  const task = TASKS[traits.taskType] ?? traits.taskType;
  const metric = traits.metric.replaceAll("_", " ");
  const size = traits.rows < 2000 ? "small data" : traits.rows > 200_000 ? "large data" : "";
  const hardware = traits.hasGpu ? "on one GPU" : "on CPU";
  const ask = (name: string, ...words: string[]): Angle => ({
    name,
    text: words.filter((word) => word !== "").join(" "),
    modality,
  });
  return [
    ask("state-of-the-art", "state of the art model for", data, task, size),
    ask("baseline", "strong baseline", data, task, size, "python library", hardware),
    ask("features", "feature engineering for", data, featureWords(traits), task),
    ask("metric", "how to optimize", metric, task, "post-processing calibration"),
  ];
}

const DATA: Record<string, string> = {
  tabular: "tabular data",
  text: "text",
  image: "image",
  audio: "audio",
  "time-series": "time series forecasting",
  "entity-history": "matches of teams rating",
};

const TASKS: Record<string, string> = {
  regression: "regression",
  binary: "binary classification",
  multiclass: "multiclass classification",
  multilabel: "multi-label classification",
  "multi-target": "multi-output regression",
  ranking: "recommendation ranking",
  other: "",
};

function featureWords({ columns, modalities }: Traits): string {
  if (modalities[0] !== "tabular") return "";
  if (columns.text > 0) return "with text columns";
  if (columns.time > 0) return "with dates";
  return columns.categorical > columns.numeric
    ? "with many categorical columns"
    : "numeric columns";
}
