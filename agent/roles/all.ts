import { ablation } from "./ablation.ts";
import { agentRole } from "./agent.ts";
import { coder } from "./coder.ts";
import { consolidator } from "./consolidator.ts";
import { constraints } from "./constraints.ts";
import { critic } from "./critic.ts";
import { dataUsage } from "./data-usage.ts";
import { debuggerRole } from "./debugger.ts";
import { ensemblePlanner } from "./ensemble-planner.ts";
import { ensembler } from "./ensembler.ts";
import { extractor } from "./extractor.ts";
import { initializer } from "./initializer.ts";
import type { RoleInputs, RoleName, RoleOutputs } from "./inputs.ts";
import { leakageChecker } from "./leakage-checker.ts";
import { leakageCorrector } from "./leakage-corrector.ts";
import { merger } from "./merger.ts";
import { planSelector } from "./plan-selector.ts";
import { planWriter } from "./plan-writer.ts";
import { planner } from "./planner.ts";
import { refiner } from "./refiner.ts";
import { reflector } from "./reflector.ts";
import { retriever } from "./retriever.ts";
import type { Role } from "./role.ts";
import { subsampleFinder } from "./subsample-finder.ts";
import { subsampleRemover } from "./subsample-remover.ts";
import { summarizer } from "./summarizer.ts";
import { testWriter } from "./test-writer.ts";
import { verifier } from "./verifier.ts";

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
