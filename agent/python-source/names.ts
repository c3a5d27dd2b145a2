import type { Node } from "web-tree-sitter";

/** What a name or a chain of attributes stands for, imports and plain renamings followed: `sp.run` → `subprocess.run`. */
export type FullName = (node: Node | null) => string;

/** Reads the imports of a script, wherever they stand. */
export function fullNames(root: Node): FullName {
  const known = new Map<string, string>();
  for (const statement of root.descendantsOfType(["import_statement", "import_from_statement"]))
    for (const [name, full] of boundNames(statement)) known.set(name, full);
  const resolve: FullName = (node) => {
    if (node === null) return "";
    if (node.type === "attribute") {
      const object = resolve(node.childForFieldName("object"));
      return `${object}.${node.childForFieldName("attribute")?.text ?? ""}`;
    }
    if (node.type === "call") return importedBy(node) ?? `${node.text.slice(0, 200)}`;
    return known.get(node.text) ?? node.text;
  };
  // `run = os.system` is as good as an import; one renaming of another is rare enough.
  for (const { left, right } of plainAssignments(root))
    if (!known.has(left.text) && isKnown(right, known)) known.set(left.text, resolve(right));
  return resolve;
}

const runners = /^(?:eval|exec|compile|open|__import__|print)$/u;

function isKnown(right: Node, known: ReadonlyMap<string, string>): boolean {
  if (!/^(?:identifier|attribute)$/u.test(right.type)) return false;
  return runners.test(right.text) || known.has(/^\w+/u.exec(right.text)?.[0] ?? "");
}

/** `__import__("os")` and `importlib.import_module("os")` stand for the module. */
function importedBy(call: Node): string | null {
  const name = call.childForFieldName("function")?.text ?? "";
  if (!/^(?:__import__|(?:importlib\.)?import_module)$/u.test(name)) return null;
  const value = call.childForFieldName("arguments")?.namedChildren[0];
  return value?.type === "string" ? value.text.replace(/^\w*["']+|["']+$/gu, "") : null;
}

function boundNames(statement: Node): [string, string][] {
  const from = statement.childForFieldName("module_name")?.text ?? null;
  return statement.childrenForFieldName("name").flatMap((node): [string, string][] => {
    const full = node.childForFieldName("name")?.text ?? node.text;
    const alias = node.childForFieldName("alias")?.text ?? null;
    if (from !== null) return [[alias ?? full, `${from}.${full}`]];
    // `import a.b` binds `a`, which is itself; `import a.b as c` binds `c`.
    const [first = full] = full.split(".");
    return [alias === null ? [first, first] : [alias, full]];
  });
}

/** Assignments of one value to one name. */
export function plainAssignments(root: Node): { left: Node; right: Node; at: Node }[] {
  return root.descendantsOfType("assignment").flatMap((at) => {
    const left = at.childForFieldName("left");
    const right = at.childForFieldName("right");
    return left?.type === "identifier" && right !== null ? [{ left, right, at }] : [];
  });
}

/** The positional and named values of a call. */
export function argumentsOf(call: Node): { values: Node[]; named: Map<string, Node> } {
  const all = call.childForFieldName("arguments")?.namedChildren ?? [];
  const named = new Map<string, Node>();
  for (const each of all) {
    const value = each.childForFieldName("value");
    if (each.type === "keyword_argument" && value !== null)
      named.set(each.childForFieldName("name")?.text ?? "", value);
  }
  const plain = all.filter(({ type }) => type !== "keyword_argument" && type !== "comment");
  return { values: plain, named };
}
