import { readFile } from "node:fs/promises";
import { ConfigInvalid, diskError, errorCode } from "../../../runs/errors.ts";
import type { Config } from "../../config.ts";
import { ModelSettings } from "../../models/model-settings.ts";
import { allRoles } from "../../roles/all.ts";
import { type Graph, GraphRefused, readGraphFile } from "../../swarm/graph-file.ts";

/** Reads a graph file. Throws `ConfigInvalid` with one line. */
export async function readGraph(file: string): Promise<Graph> {
  const graph = readGraphFile(await textOf(file));
  if (graph instanceof GraphRefused) throw new ConfigInvalid(`graph ${file} ${graph.why}`);
  return graph;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (["ENOENT", "EISDIR", "ENOTDIR"].includes(errorCode(error) ?? ""))
      throw new ConfigInvalid(`graph ${file}: there is no such file`);
    throw diskError(error, file);
  }
}

/**
 * The settings with a graph as the team of its roles: of all that it can play, but for those with a model or a team of
 * their own. It is part of the settings from here on: a run is resumed by what the file says, not by where it lies.
 * Throws `ConfigInvalid`.
 */
export function withGraph(config: Config, file: string, graph: Graph): Config {
  const { of, pool, roles } = config.models;
  for (const [id, entry] of Object.entries(graph.pool))
    if (pool[id] !== undefined && JSON.stringify(pool[id]) !== JSON.stringify(entry))
      throw new ConfigInvalid(
        `graph ${file}: member "${id}" is another model in the setting models.pool; rename one of them`,
      );
  const { nodes, edges } = graph;
  const members = [...new Set(nodes.flatMap((node) => (node.kind === "model" ? node.member : [])))];
  const team = { policy: "graph", members, nodes, edges };
  const played = rolesOf(config, graph);
  const teams = Object.fromEntries(played.map((role) => [role, team]));
  const read = ModelSettings.safeParse({
    of,
    pool: { ...pool, ...graph.pool },
    roles: { ...roles, ...teams },
  });
  if (read.success) return { ...config, models: read.data };
  const [issue] = read.error.issues;
  throw new ConfigInvalid(`graph ${file}: ${issue?.message ?? "cannot be played"}`);
}

function rolesOf({ models, roleModels, roleTools }: Config, { roles }: Graph): string[] {
  if (roles !== null) return roles;
  const own = new Set(
    [models.of, models.roles, roleModels].flatMap((each) => Object.keys(each)).concat(roleTools),
  );
  // It works with tools, which a team cannot.
  return Object.keys(allRoles).filter((role) => role !== "agent" && !own.has(role));
}
