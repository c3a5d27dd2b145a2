import type { ModelTurn } from "../../../runs/events/tools.ts";
import type { RoleInputs, RoleName } from "../../roles/inputs.ts";
import { freeReply } from "../free-reply.ts";
import type { Model, Reply, Request } from "../model.ts";
import { ablate, summarize } from "./answers/ablate.ts";
import type { Context } from "./answers/context.ts";
import { criticize } from "./answers/criticize.ts";
import { debug } from "./answers/debug.ts";
import { ensemble, planEnsemble } from "./answers/ensemble.ts";
import {
  checkLeakage,
  correctLeakage,
  findSubsample,
  removeSubsample,
  writeTest,
} from "./answers/inspect.ts";
import { change, coder, plan, target } from "./answers/plan.ts";
import { consolidate, reflect } from "./answers/reflect.ts";
import { retrieve } from "./answers/retrieve.ts";
import { constrain, judgePlan, suitabilityOf, writePlan } from "./answers/vet.ts";
import { work } from "./answers/work.ts";
import { initialize, merge, useData } from "./answers/write.ts";
import { openFragments } from "./fragments.ts";

/** The roles that answer with words; the agent answers with calls of tools. */
type SpeakingRole = Exclude<RoleName, "agent">;
type Answers = { [Name in SpeakingRole]: (input: RoleInputs[Name], context: Context) => string };

const answers: Answers = {
  retriever: retrieve,
  initializer: initialize,
  merger: merge,
  "data-usage": useData,
  ablation: ablate,
  summarizer: summarize,
  extractor: target,
  planner: plan,
  coder,
  refiner: change,
  critic: criticize,
  constraints: constrain,
  verifier: judgePlan,
  "plan-selector": suitabilityOf,
  "plan-writer": writePlan,
  "ensemble-planner": planEnsemble,
  ensembler: ensemble,
  debugger: debug,
  "leakage-checker": checkLeakage,
  "leakage-corrector": correctLeakage,
  "subsample-finder": findSubsample,
  "subsample-remover": removeSubsample,
  "test-writer": writeTest,
  reflector: reflect,
  consolidator: consolidate,
};

function isRole(name: string): name is SpeakingRole {
  return Object.hasOwn(answers, name);
}

function answer<Name extends SpeakingRole>(name: Name, input: unknown, context: Context): string {
  // The request carries the role's own input, typed where the role is asked.
  return answers[name](input as RoleInputs[Name], context);
}

/** What it says: as the agent it calls tools; any other role it answers at once, from what the question has. */
function turnOf(request: Request, context: Context): ModelTurn {
  if (request.role === "agent") return work(request, context);
  const text = isRole(request.role) ? answer(request.role, request.input, context) : "";
  return { text, calls: [], raw: null };
}

/**
 * The built-in model for when there is no key: a rule-based expert that answers every role in the format a
 * language model would. The same seed and request give the same reply.
 */
export function playbookModel(options: { seed: number; dir?: string | null }): Model {
  const fragments = openFragments(options.dir ?? null);
  return {
    name: "playbook",
    async ask(request: Request): Promise<Reply> {
      const { brief, memories } = request;
      const context = { brief, fragments, seed: options.seed, memories };
      const turn = turnOf(request, context);
      const reply = freeReply("playbook", turn.text);
      return request.conversation === null ? reply : { ...reply, turn };
    },
    worstCase: () => ({ tokens: 0, usd: 0 }),
  };
}
