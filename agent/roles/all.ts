import { ablation } from "./ablation.ts";
import { agentRole } from "./agent.ts";
import { coder } from "./coder.ts";
import { dataUsage } from "./data-usage.ts";
import { debuggerRole } from "./debugger.ts";
import { ensemblePlanner } from "./ensemble-planner.ts";
import { ensembler } from "./ensembler.ts";
import { extractor } from "./extractor.ts";
import { initializer } from "./initializer.ts";
import type { RoleInputs, RoleName, RoleOutputs } from "./inputs.ts";
import { leakageChecker } from "./leakage-checker.ts";
import { leakageCorrector } from "./leakage-corrector.ts";
import { consolidator } from "./lessons/consolidator.ts";
import { reflector } from "./lessons/reflector.ts";
import { merger } from "./merger.ts";
import { planner } from "./planner.ts";
import { constraints } from "./plans/constraints.ts";
import { critic } from "./plans/critic.ts";
import { planSelector } from "./plans/plan-selector.ts";
import { planWriter } from "./plans/plan-writer.ts";
import { verifier } from "./plans/verifier.ts";
import { refiner } from "./refiner.ts";
import { retriever } from "./retriever.ts";
import type { Role } from "./role.ts";
import { subsampleFinder } from "./self-reported/subsample-finder.ts";
import { subsampleRemover } from "./self-reported/subsample-remover.ts";
import { testWriter } from "./self-reported/test-writer.ts";
import { summarizer } from "./summarizer.ts";

/** Every role by its name. */
export const allRoles: { [Name in RoleName]: Role<RoleInputs[Name], RoleOutputs[Name]> } = {
  retriever,
  initializer,
  merger,
  "data-usage": dataUsage,
  ablation,
  summarizer,
  extractor,
  planner,
  coder,
  refiner,
  critic,
  constraints,
  verifier,
  "plan-selector": planSelector,
  "plan-writer": planWriter,
  "ensemble-planner": ensemblePlanner,
  ensembler,
  debugger: debuggerRole,
  "leakage-checker": leakageChecker,
  "leakage-corrector": leakageCorrector,
  "subsample-finder": subsampleFinder,
  "subsample-remover": subsampleRemover,
  "test-writer": testWriter,
  agent: agentRole,
  reflector,
  consolidator,
};
