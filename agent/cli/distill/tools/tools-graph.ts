import { Command } from "@commander-js/extra-typings";
import { edgesFrom, graphText, type ToolGraph } from "../../../distill/tools/graph.ts";
import type { CommandContext } from "../../runs/context.ts";
import { registryGraph } from "./registry-graph.ts";

/** `mle-star distill tools graph`: which tool hands on what to which, by their schemas. */
export function toolsGraphCommand(context: CommandContext) {
  return new Command("graph")
    .description("show the graph of the tools, as the schemas of what they take and give make it")
    .option("--json", "print data instead of text", false)
    .action(({ json }) => {
      const graph = registryGraph({ hasWeb: true });
      context.write(json ? graphText(graph) : textOf(graph));
    });
}

function textOf(graph: ToolGraph): string {
  const lines = graph.tools.map(({ name }) => {
    const edges = edgesFrom(graph, name).map(({ to, label }) => `${to} (${label})`);
    return `${name}: ${edges.length === 0 ? "none" : edges.join(", ")}`;
  });
  return `${lines.join("\n")}\n`;
}
