import { noTokens } from "../../../runs/ledger.ts";
import type { Trajectory } from "../../../runs/report/across/trajectories.ts";

/** A call of the planner whose plan was carried out and gained four standard errors; `some` says what is otherwise. */
export function madeCall(some: Partial<Trajectory> & { said?: string } = {}): Trajectory {
  const { said = "Clip the target at its 99th percentile before the fit.", ...rest } = some;
  return {
    schema: 1,
    competition: "houses",
    split: "train",
    run: "r1",
    step: "track-1/refine-1/attempt-1/planner/1",
    parent: "track-1/init-1",
    role: "planner",
    prompt: "plan a change",
    messages: [
      { role: "system", content: "the brief" },
      { role: "user", content: "plan a change" },
      { role: "assistant", content: said },
    ],
    toolCalls: [],
    model: "playbook",
    tokens: noTokens(),
    usd: 0,
    logprobs: null,
    codeBefore: "model.fit(x, y)\n",
    codeAfter: "model.fit(x, y.clip(upper=y.quantile(0.99)))\n",
    execution: { outcome: "finished", exitCode: 0, exception: null, traceback: null },
    direction: "minimize",
    scoreBefore: 10,
    scoreAfter: 8,
    noise: 0.5,
    accepted: true,
    memoryShown: [],
    memoryCited: [],
    planScore: 90,
    ...rest,
  };
}
