/** How one tool bears on another: it gives all that the other must have, some of what it may have, or must only come before it. */
export type Label = "full" | "partial" | "prerequisite";

/** A value that a tool takes; `title` names its type, null: none of the types that tools hand on. */
export type Parameter = { name: string; title: string | null; isRequired: boolean };

/** A tool by its schemas alone. */
export type Signature = {
  name: string;
  takes: Parameter[];
  /** Titles of what it surely gives. */
  gives: string[];
  /** Title of what must have been made before. */
  after: string | null;
};

export type Edge = { from: string; to: string; label: Label };

/** The tools and how they bear on each other; where there is no edge the label is None. */
export type ToolGraph = { tools: Signature[]; edges: Edge[] };

type Schema = Readonly<Record<string, unknown>>;

/** The signature of a tool from the JSON schemas of what goes in and what comes out. */
export function signatureOf(tool: {
  name: string;
  input: Schema;
  output: Schema;
  after: string | null;
}): Signature {
  const { name, input, output, after } = tool;
  const required = new Set(Array.isArray(input.required) ? input.required : []);
  const takes = Object.entries(propertiesOf(input)).map(([parameter, schema]) => ({
    name: parameter,
    title: titlesIn(schema)[0] ?? null,
    isRequired: required.has(parameter),
  }));
  return { name, takes, gives: [...new Set(titlesIn(output))].sort(), after };
}

/**
 * The graph of Magnet (arXiv 2503.07826), its four labels decided by the schemas in place of a model. All tools are of
 * one class, since they share one context. No tool has an edge to itself.
 */
export function buildGraph(tools: readonly Signature[]): ToolGraph {
  const edges = tools.flatMap((from) =>
    tools.flatMap((to): Edge[] => {
      const label = from === to ? null : labelOf(from, to, tools);
      return label === null ? [] : [{ from: from.name, to: to.name, label }];
    }),
  );
  return { tools: [...tools], edges };
}

/** The edges that lead out of a tool. */
export function edgesFrom({ edges }: ToolGraph, tool: string): Edge[] {
  return edges.filter(({ from }) => from === tool);
}

/** The same graph, the same bytes. */
export function graphText(graph: ToolGraph): string {
  return `${JSON.stringify(graph, null, 2)}\n`;
}

function labelOf(from: Signature, to: Signature, tools: readonly Signature[]): Label | null {
  const isGiven = ({ title }: Parameter): boolean => title !== null && from.gives.includes(title);
  const required = to.takes.filter(({ isRequired }) => isRequired);
  if (required.length > 0 && required.every(isGiven)) return "full";
  if (to.takes.some(isGiven)) return "partial";
  return comesBefore(from, to, tools, new Set()) ? "prerequisite" : null;
}

/** Whether something that a tool needs cannot be had without another tool, over however many others. */
function comesBefore(
  from: Signature,
  to: Signature,
  tools: readonly Signature[],
  seen: ReadonlySet<string>,
): boolean {
  const around = new Set([...seen, to.name]);
  return needsOf(to).some((title) => {
    const makers = makersOf(title, tools).filter(({ name }) => !around.has(name));
    return (
      makers.length > 0 &&
      makers.every((maker) => maker === from || comesBefore(from, maker, tools, around))
    );
  });
}

/** Titles without which a tool cannot be called. */
export function needsOf({ takes, after }: Signature): string[] {
  const titles = takes.flatMap(({ title, isRequired }) => (isRequired ? (title ?? []) : []));
  return after === null ? titles : [...titles, after];
}

/** Tools that make a value without having been handed one of its kind. */
function makersOf(title: string, tools: readonly Signature[]): Signature[] {
  return tools.filter((tool) => tool.gives.includes(title) && !needsOf(tool).includes(title));
}

function propertiesOf(schema: Schema): Record<string, Schema> {
  return (schema.properties ?? {}) as Record<string, Schema>;
}

/** Titles of all that a value of the schema surely holds: what may be null, or absent, is not among them. */
function titlesIn(schema: Schema): string[] {
  if (typeof schema.title === "string") return [schema.title];
  const items = schema.items === undefined ? [] : titlesIn(schema.items as Schema);
  const required = Array.isArray(schema.required) ? schema.required : [];
  const inside = Object.entries(propertiesOf(schema)).flatMap(([name, property]) =>
    required.includes(name) ? titlesIn(property) : [],
  );
  return [...items, ...inside];
}
