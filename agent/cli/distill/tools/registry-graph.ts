import * as z from "zod";
import { buildGraph, signatureOf, type ToolGraph } from "../../../distill/tools/graph.ts";
import { toolsFor } from "../../../tools/registry.ts";

/** The graph of the tools that models really call; a scratch competition has no web to search. */
export function registryGraph({ hasWeb }: { hasWeb: boolean }): ToolGraph {
  const tools = toolsFor("work", { hasWeb });
  return buildGraph(
    tools.map(({ name, after, input, output }) =>
      signatureOf({
        name,
        after,
        input: z.toJSONSchema(input, { io: "input" }),
        output: z.toJSONSchema(output),
      }),
    ),
  );
}
