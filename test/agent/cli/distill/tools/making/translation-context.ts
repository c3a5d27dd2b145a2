import { scratchCompetition } from "../../../../../../agent/cli/distill/tools/making/competition.ts";
import { ruleTeacher } from "../../../../../../agent/cli/distill/tools/making/rule-teacher.ts";
import type { TranslationContext } from "../../../../../../agent/cli/distill/tools/making/translate.ts";
import { registryGraph } from "../../../../../../agent/cli/distill/tools/registry-graph.ts";
import type { Path, PlannedTurn } from "../../../../../../agent/distill/tools/paths.ts";
import type { Model } from "../../../../../../agent/models/model.ts";
import type { World } from "../../../../../fakes/world.ts";

/** Settings of a world in which tools are called. */
export const quiet = {
  leakageModel: "off" as const,
  policy: "native" as const,
  blends: false,
  canary: "off" as const,
};

/** Where paths are translated in a made-up world. */
export function translationContextIn(
  { handle }: World,
  teacher: Model = ruleTeacher(),
): TranslationContext {
  return {
    run: handle.run,
    teacher,
    graph: registryGraph({ hasWeb: false }),
    competition: scratchCompetition(0, 1),
    split: "train",
    listed: null,
  };
}

/** A path of turns of tools; `a<b` is nested in the last call of `b` before it. */
export function pathOf(...turns: string[][]): Path {
  let id = 0;
  const tools: string[] = [];
  const made = turns.map((names): PlannedTurn => {
    const calls = names.map((name) => {
      const [tool = "", source] = name.split("<");
      const nestedIn = source === undefined ? null : tools.lastIndexOf(source);
      tools.push(tool);
      return { id: id++, tool, nestedIn };
    });
    return { calls, missing: null };
  });
  return { stage: "inserted", turns: made };
}

/** The rules, but for what they are told to say otherwise; null: as ever. */
export function teacherSaying(otherwise: (role: string, input: unknown) => string | null): Model {
  const rules = ruleTeacher();
  return {
    ...rules,
    async ask(request, signal, allow) {
      const reply = await rules.ask(request, signal, allow);
      return { ...reply, text: otherwise(request.role, request.input) ?? reply.text };
    },
  };
}
