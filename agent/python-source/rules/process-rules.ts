import type { Node } from "web-tree-sitter";
import type { FullName } from "../names.ts";
import { stringValue } from "../protect.ts";
import { type Finding, findingAt } from "./finding.ts";

const starts =
  /^os\.(?:system|popen|exec[lv]p?e?|spawn\w+|posix_spawnp?|fork|forkpty|kill|killpg)$/u;
const tampers = /^sys\.(?:addaudithook|settrace|setprofile|_getframe)$/u;
const downloads =
  /(?:^|\.)(?:fetch_\w+|load_dataset|snapshot_download|hf_hub_download|nltk\.download)$/u;
const bundled =
  /(?:^|\.)load_(?:iris|digits|wine|diabetes|breast_cancer|linnerud|boston|sample_images?)$/u;

/** Calls that start programs, run computed code, exit early, or load data that was not given. */
export function processFindings(root: Node, full: FullName): Finding[] {
  return root.descendantsOfType("call").flatMap((call) => judge(call, full));
}

function judge(call: Node, full: FullName): Finding[] {
  const name = full(call.childForFieldName("function"));
  const values = call.childForFieldName("arguments")?.namedChildren ?? [];
  return [
    ...judgeProcess(call, name),
    ...judgeExit(call, name, values),
    ...judgeImport(call, name, values[0] ?? null),
    ...judgeText(call, name, values[0] ?? null),
    ...judgeData(call, name),
  ];
}

function judgeProcess(call: Node, name: string): Finding[] {
  if (tampers.test(name))
    return [findingAt(call, "tampering", `\`${name}\` interferes with the audit hook`, "hint")];
  if (!starts.test(name)) return [];
  const isPip = /\bpip3?\b[\s\S]*\binstall\b/u.test(call.text);
  const why = isPip ? "packages cannot be installed" : `\`${name}\` starts another program`;
  return [findingAt(call, isPip ? "pip-install" : "process", why, "hint")];
}

function judgeExit(call: Node, name: string, values: readonly Node[]): Finding[] {
  if (name === "os._exit")
    return [findingAt(call, "exit", "ends the process without cleanup", "hint")];
  const leaves = /^(?:exit|quit)$/u.test(name) || (name === "sys.exit" && !isPlainMain(values));
  if (!leaves) return [];
  return [findingAt(call, "exit", "a script should run to its end", "hint")];
}

const guarded = /^["'](?:os|sys|subprocess|socket|ctypes|requests|builtins)\b/u;

function judgeImport(call: Node, name: string, value: Node | null): Finding[] {
  if (name !== "__import__" && !/(?:^|\.)import_module$/u.test(name)) return [];
  if (value?.type === "string" && !guarded.test(value.text)) return [];
  return [findingAt(call, "built-code", "imports a module by a computed name", "hint")];
}

/** `sys.exit(main())` and `sys.exit(0)` are usual last lines. */
function isPlainMain(values: readonly Node[]): boolean {
  return values.every((value) => value.type === "call" || value.text === "0");
}

/** `eval` of a table cell is common; `eval` of text built in the script may hide code. */
function judgeText(call: Node, name: string, value: Node | null): Finding[] {
  if (!/^(?:builtins\.)?(?:eval|exec|compile)$/u.test(name) || value === null) return [];
  const isLiteral =
    value.type === "string" && value.descendantsOfType("interpolation").length === 0;
  // Short arithmetic hides nothing; statements in a string escape these rules.
  if (isLiteral && !/\bimport\b|\bopen\b|__|[;\n]/u.test(stringValue(value))) return [];
  const why = `\`${name}\` runs code built as text`;
  return [findingAt(call, "built-code", why, "hint")];
}

function judgeData(call: Node, name: string): Finding[] {
  if (bundled.test(name))
    return [
      findingAt(call, "foreign-data", `\`${name}\` loads data that is not in ./input`, "hint"),
    ];
  if (downloads.test(name))
    return [findingAt(call, "network", `\`${name}\` downloads; there is no network`, "hint")];
  return [];
}
