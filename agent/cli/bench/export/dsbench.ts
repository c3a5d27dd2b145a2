import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Float, pythonFloat, pythonJson } from "../../../../tasks/mle-bench/grading/python-json.ts";
import { agentName, type Told, type ToldBatch } from "./told.ts";

/**
 * Writes `output_model/` and `save_performance/` as DSBench's data modeling has them, a "model" for each configuration
 * and seed, so that its `show_results.py` gives the numbers. It reads the JSON with Python's `eval` and adds up costs:
 * an unknown price is 0 there.
 */
export async function writeDsbench({ batch, told }: ToldBatch, out: string): Promise<string> {
  for (const each of told) {
    const { job, submission, score } = each;
    const name = job.competition.id;
    const agent = agentName(batch, job);
    const model = batch.seeds === 1 ? agent : `${agent}-seed-${job.seed}`;
    const output = join(out, "output_model", model);
    await mkdir(output, { recursive: true });
    await writeFile(join(output, `${name}.json`), `${pythonJson(recordOf(each, model), null)}\n`);
    if (submission === null) continue;
    await copyFile(submission, join(output, `${name}.csv`));
    const result = join(out, "save_performance", model, name, "result.txt");
    await mkdir(dirname(result), { recursive: true });
    await writeFile(result, score === null ? "nan" : pythonFloat(score));
  }
  return out;
}

/** The fields that DSBench's own evaluations write. */
function recordOf({ job, summary, graded }: Told, model: string): Record<string, unknown> {
  const tokens = summary?.tokensByKind;
  return {
    name: job.competition.id,
    model,
    input: tokens === undefined ? 0 : tokens.input + tokens.cacheRead + tokens.cacheWrite,
    output: tokens?.output ?? 0,
    cost: new Float(summary?.usd ?? 0),
    time: new Float(summary?.seconds ?? 0),
    error: graded?.note ?? "",
    summary: summary?.bestSolution ?? "",
    history: "",
  };
}
