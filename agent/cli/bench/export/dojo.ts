import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { percentileOn } from "../../../../tasks/mle-bench/grading/medals.ts";
import { pythonJson } from "../../../../tasks/mle-bench/grading/python-json.ts";
import { agentName, type Told, type ToldBatch } from "./told.ts";

/**
 * Writes `<agent>/<competition>/env_history/history.json` as MLE-Dojo's environment keeps it: of a run one action, the
 * execution of its solution, since nothing before it was scored on test rows. The position is that on the official
 * private leaderboard, where grading had one.
 */
export async function writeDojo({ batch, told }: ToldBatch, out: string): Promise<string> {
  for (const each of told) {
    const { job } = each;
    const agent = `${agentName(batch, job)}${batch.seeds === 1 ? "" : `-seed-${job.seed}`}`;
    const place = join(out, agent, job.competition.id);
    await mkdir(join(place, "env_history"), { recursive: true });
    const history = pythonJson(await historyOf(each, batch.createdAt), 2);
    await writeFile(join(place, "env_history", "history.json"), history);
    if (each.submission !== null) await copyFile(each.submission, join(place, "submission_1.csv"));
    if (each.solution !== null) await copyFile(each.solution, join(place, "execution_1.py"));
  }
  return out;
}

type Position = { position: number; total: number; position_score: number };

async function historyOf(told: Told, createdAt: string): Promise<Record<string, unknown>> {
  const { job, score, summary, endedAt, submission, solution } = told;
  const code = solution === null ? null : await readFile(solution, "utf8");
  const position = positionOf(told);
  const began = summary?.startedAt ?? createdAt;
  const isScored = score !== null;
  const result = {
    execution: {
      status: submission === null ? "FAILED" : "SUCCESS",
      output: "",
      error: told.graded?.note ?? "",
      execution_time: `${(summary?.seconds ?? 0).toFixed(2)}s`,
    },
    submission: submission === null ? null : submissionOf(told, position),
    status: isScored ? "SUCCESS" : "FAILED",
  };
  const action = {
    step: 1,
    action: "execute_code",
    timestamp: naive(endedAt ?? began),
    result,
    feedback: { base: { feedback_status: "SUCCESS", feedback: feedbackOf(told, position) } },
  };
  return {
    competition: job.competition.id,
    actions: summary === null ? [] : [action],
    total_reward: position?.position_score ?? 0,
    best_code: isScored ? code : null,
    best_raw_score: score,
    best_position_score: position?.position_score ?? null,
    step_count: summary === null ? 0 : 1,
    created_at: naive(began),
  };
}

function submissionOf({ score, graded }: Told, position: Position | null) {
  if (score === null)
    return { status: "FAILED", details: graded?.note ?? "the submission was not graded" };
  const placed = position === null ? {} : { private: position, avg_score: position.position_score };
  return {
    status: "SUCCESS",
    raw_score: score,
    details: "Submission processed successfully",
    position_score: placed,
  };
}

/** `(total - position + 1) / total`, as MLE-Dojo computes it; null without a leaderboard. */
function positionOf({ score, graded }: Told): Position | null {
  if (score === null || graded?.board == null) return null;
  const total = graded.board.length;
  const share = percentileOn(graded.board, score, graded.isLowerBetter) / 100;
  return { position: Math.round(total * (1 - share)) + 1, total, position_score: share };
}

function feedbackOf({ score, graded }: Told, position: Position | null): string {
  if (score === null) return graded?.note ?? "no submission";
  const place =
    position === null
      ? ""
      : `\nPrivate Leaderboard: Position ${position.position} / ${position.total}`;
  return `=== Submission Evaluation ===${place}\nRaw Score: ${score}`;
}

/** A time without its zone, as Python's `datetime.now().isoformat()`. */
function naive(time: string): string {
  return time.replace(/Z$/u, "");
}
