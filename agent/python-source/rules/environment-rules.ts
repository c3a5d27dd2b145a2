import type { Node } from "web-tree-sitter";
import { argumentsOf, type FullName } from "../names.ts";
import { stringValue } from "../protect.ts";
import { type Finding, findingAt } from "./finding.ts";

/** Environment variables that configure libraries or name the folder of weights. */
const settings =
  /^(?:OMP|MKL|OPENBLAS|NUMEXPR|VECLIB|BLIS|POLARS|RAYON|LOKY|JOBLIB|CUDA|CUBLAS|NVIDIA|TORCH|PYTORCH|TF|XLA|JAX|KERAS|HF|HUGGINGFACE|TRANSFORMERS|TOKENIZERS|DATASETS|TIMM|NLTK|WANDB|NUMBA|MPL|KMP|NCCL|XDG|PYTHON|TQDM|OPTUNA|LIGHTGBM|XGBOOST|MLE_STAR_WEIGHTS|LANG|LC|TZ|TMPDIR|SEED|N_JOBS|NUM_THREADS|DEBUG)(?:_|$)/u;
const clocks =
  /^(?:time\.(?:time|time_ns|perf_counter|monotonic)|datetime\.(?:datetime\.)?(?:now|today|utcnow)|datetime\.date\.today|pandas\.Timestamp\.(?:now|today))$/u;
const seeds = /(?:^|\.)(?:seed|default_rng|RandomState|manual_seed|Random)$/u;
const machine =
  /^(?:os\.(?:uname|getppid|getlogin|ctermid)|platform\.node|socket\.gethostname|getpass\.getuser|uuid\.getnode|pwd\.\w+)$/u;
const links = /^os\.(?:symlink|link|mkfifo|mknod)$/u;

/** Scripts whose behavior depends on the machine, the clock, the environment or the number of test rows. */
export function environmentFindings(root: Node, full: FullName): Finding[] {
  return [
    ...root.descendantsOfType("call").flatMap((call) => judgeCall(call, full)),
    ...root.descendantsOfType("subscript").flatMap((each) => judgeVariable(each, full)),
    ...root.descendantsOfType("comparison_operator").flatMap(judgeComparison),
  ];
}

function judgeCall(call: Node, full: FullName): Finding[] {
  const name = full(call.childForFieldName("function"));
  const { values, named } = argumentsOf(call);
  if (machine.test(name))
    return [
      findingAt(call, "environment", `\`${name}\` reads the identity of the machine`, "hint"),
    ];
  if (links.test(name)) return judgeLink(call, name, values);
  if (named.has("dir_fd") || named.has("opener"))
    return [findingAt(call, "outside-path", "opens a file in a way that hides its path", "hint")];
  if (seeds.test(name) && values.some((value) => usesClock(value, full)))
    return [
      findingAt(call, "clock", "takes its seed from the clock: runs cannot be reproduced", "hint"),
    ];
  if (name === "os.getenv" || name === "os.environ.get") return judgeName(call, values[0] ?? null);
  if (
    /^os\.environ\.(?:items|values|keys|copy)$/u.test(name) ||
    (/^(?:dict|list|str|print|sorted)$/u.test(name) && full(values[0] ?? null) === "os.environ")
  )
    return [findingAt(call, "environment", "reads the whole environment", "hint")];
  return [];
}

function judgeLink(call: Node, name: string, values: readonly Node[]): Finding[] {
  const isSubmission = values.some((value) => /submission/u.test(value.text));
  const why = isSubmission ? "writes its submission as a link" : `\`${name}\` makes a link`;
  return [findingAt(call, "link", why, "hint")];
}

function judgeVariable(subscript: Node, full: FullName): Finding[] {
  if (full(subscript.childForFieldName("value")) !== "os.environ") return [];
  const parent = subscript.parent;
  const isSet =
    parent?.type === "assignment" && parent.childForFieldName("left")?.id === subscript.id;
  return isSet ? [] : judgeName(subscript, subscript.childForFieldName("subscript"));
}

function judgeName(at: Node, name: Node | null): Finding[] {
  if (name?.type === "string" && settings.test(stringValue(name))) return [];
  return [
    findingAt(
      at,
      "environment",
      `reads the environment variable ${name?.text.slice(0, 40) ?? "?"}`,
      "hint",
    ),
  ];
}

function usesClock(value: Node, full: FullName): boolean {
  const calls =
    value.type === "call"
      ? [value, ...value.descendantsOfType("call")]
      : value.descendantsOfType("call");
  return calls.some((call) => clocks.test(full(call.childForFieldName("function"))));
}

/** `len(test) == 1459`: the number of rows identifies the view of the data. */
function judgeComparison(comparison: Node): Finding[] {
  const text = comparison.text.slice(0, 120);
  const counts =
    /(?:len\(\s*\w*test\w*\s*\)|\w*test\w*\.shape\[0\])\s*(?:==|!=|<|>|<=|>=)\s*([\d_]+)|([\d_]{2,})\s*(?:==|!=)\s*len\(\s*\w*test\w*\s*\)/iu.exec(
      text,
    );
  const count = Number((counts?.[1] ?? counts?.[2] ?? "0").replaceAll("_", ""));
  if (count < 10) return [];
  return [findingAt(comparison, "environment", "branches on the number of test rows", "hint")];
}
