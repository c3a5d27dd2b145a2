import { catalogueSearch } from "../../agent/search/catalogue.ts";
import { readCatalogue, shippedCatalogue } from "../../agent/search/catalogue-entries.ts";
import { type RetrievalTask, readRetrievalTasks } from "../agent/search/retrieval-tasks.ts";
import { mean, type Report } from "./timing.ts";

const K = 4;

/** What one task is shown first, and how many of its good families are among it. */
export type Recalled = { task: RetrievalTask; found: string[]; recall: number };

/** Recall of known good families among the first four models of the shipped catalogue, whatever is installed. */
export async function recallOf(): Promise<Recalled[]> {
  const search = catalogueSearch(shippedCatalogue());
  return Promise.all(
    (await readRetrievalTasks()).map(async (task) => {
      const { text, taskType, modality, metric, rows } = task;
      const modalities = modality === "tabular" ? [modality] : [modality, "tabular"];
      const traits = { text, taskType, modalities, metric, rows, packages: [] };
      const hits = await search.find({ ...traits, wanted: "models", limit: K });
      const found = hits.map(({ family }) => family);
      const good = task.good.filter((family) => found.includes(family)).length;
      return { task, found, recall: good / task.good.length };
    }),
  );
}

/** `measure retrieval`: the recall by modality, and what was missed. */
export async function measureRetrieval(): Promise<Report> {
  const recalled = await recallOf();
  const entries = await readCatalogue(shippedCatalogue());
  const modalities = [...new Set(recalled.map(({ task }) => task.modality))];
  const row = (name: string, some: readonly Recalled[]) => [
    name,
    String(some.length),
    mean(some.map(({ recall }) => recall)).toFixed(3),
    some.filter(({ recall }) => recall === 0).length.toFixed(0),
  ];
  const missed = recalled.flatMap(({ task, found }) => {
    const lacking = task.good.filter((family) => !found.includes(family));
    if (lacking.length === 0) return [];
    return [`missed ${lacking.join(", ")} for "${task.text}"; it was shown ${found.join(", ")}`];
  });
  return {
    title: `Known good families among the first ${K} of the catalogue (${entries.length} entries)`,
    table: [
      ["modality", "tasks", `recall@${K}`, "nothing good"],
      ...modalities.map((each) =>
        row(
          each,
          recalled.filter(({ task }) => task.modality === each),
        ),
      ),
      row("all (goal: 0.8)", recalled),
    ],
    notes: missed,
    data: recalled,
  };
}
