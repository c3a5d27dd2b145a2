import type { Node } from "web-tree-sitter";
import type { Mode } from "../../roles/inputs.ts";
import { argumentsOf, type FullName } from "../names.ts";
import { stringValue } from "../protect.ts";
import { type Finding, type FindingsFor, findingAt, type Weight } from "./finding.ts";

/** Modules whose functions a script must not replace. */
const guarded =
  /^(?:sklearn|pandas|numpy|scipy|builtins|__builtins__|json|csv|sys\.modules|lightgbm|xgboost|catboost|torch)(?:\.|$)/u;
/** Functions that read, split or score: a script that scores itself and replaces one is refused. */
const scoring =
  /^(?:sklearn\.(?:metrics|model_selection)|builtins|__builtins__|sys\.modules|pandas\.(?:read_\w+|DataFrame\.to_\w+)|numpy\.(?:mean|average|sqrt|abs|log)$)/u;
/** Interpreter internals by which a script could reach what the audit hook closed over; no event tells of them. */
const hidden = /^(?:__closure__|gi_frame|cr_frame)$/u;
/** What all classes of the interpreter are reached by. */
const everyClass = /(?:^|\.)(?:object|type|__base__|__mro__|__bases__)(?:\[[^\]]*\])?$/u;
/** Further internals. */
const internals =
  /^(?:__code__|__globals__|__subclasses__|__bases__|f_back|f_locals|f_globals|tb_frame|_getframe|_current_frames)$/u;
const internalCalls =
  /^(?:gc\.(?:get_objects|get_referrers|get_referents)|sys\.(?:addaudithook|settrace|setprofile|_getframe|_current_frames)|threading\.(?:settrace|setprofile)|inspect\.(?:getclosurevars|currentframe|stack|trace|getouterframes)|marshal\.loads?|types\.(?:CodeType|FunctionType)|multiprocessing\.util\.spawnv_passfds|os\.(?:close|closerange|dup2|memfd_create|putenv|unsetenv))$/u;
const internalModules =
  /^(?:_posixsubprocess|_imp|_ctypes|_testcapi|_testinternalcapi|_xxsubinterpreters|_interpreters|_winapi|marshal|sitecustomize|usercustomize|mle_star_\w+)(?:\.|$)/u;

/** Attempts to change libraries, the interpreter or the audit hook. */
export function tamperFindings(root: Node, { mode }: FindingsFor, full: FullName): Finding[] {
  return [
    ...root.descendantsOfType("assignment").flatMap((each) => judgeAssignment(each, mode, full)),
    ...root.descendantsOfType("call").flatMap((each) => judgeCall(each, mode, full)),
    ...root.descendantsOfType("attribute").flatMap(judgeAttribute),
    ...root
      .descendantsOfType(["import_statement", "import_from_statement"])
      .flatMap((each) => judgeImport(each)),
    ...root.descendantsOfType("string").flatMap(judgeString),
  ];
}

function judgeAssignment(assignment: Node, mode: Mode, full: FullName): Finding[] {
  const left = assignment.childForFieldName("left");
  const right = assignment.childForFieldName("right");
  if (left === null || right === null) return [];
  const target = left.type === "subscript" ? left.childForFieldName("value") : left;
  if (target?.type !== "attribute" && left.type !== "subscript") return [];
  const name = full(target ?? left);
  if (left.type === "subscript" && !/^(?:__builtins__|sys\.modules|builtins\.)/u.test(name))
    return [];
  // A literal is a setting; anything else may be a function.
  const isSetting = /^(?:true|false|none|integer|float|string|unary_operator)$/u.test(right.type);
  if (isSetting || !guarded.test(name)) return [];
  const why = `replaces \`${name}\` of a library`;
  return [findingAt(assignment, "monkey-patch", why, patchWeight(mode, scoring.test(name)))];
}

function judgeCall(call: Node, mode: Mode, full: FullName): Finding[] {
  const name = full(call.childForFieldName("function"));
  const { values } = argumentsOf(call);
  if (internalCalls.test(name))
    return [findingAt(call, "tampering", `\`${name}\` accesses interpreter internals`, "hint")];
  if (name === "setattr" || name === "builtins.setattr") {
    const object = full(values[0] ?? null);
    if (!guarded.test(`${object}.`)) return [];
    const patched = `${object}.${values[1]?.type === "string" ? stringValue(values[1]) : "?"}`;
    const isScoring = scoring.test(patched) || scoring.test(object);
    const why = `replaces \`${patched}\` of a library`;
    return [findingAt(call, "monkey-patch", why, patchWeight(mode, isScoring))];
  }
  if (/(?:^|\.)(?:mock\.)?patch(?:\.object)?$/u.test(name) && /\bmock\b/u.test(name))
    return [
      findingAt(call, "monkey-patch", "replaces parts of a library", patchWeight(mode, true)),
    ];
  if (/^(?:getattr|vars|builtins\.(?:getattr|vars))$/u.test(name)) return judgeLookUp(call, full);
  return [];
}

/** No library that a script changes is asked by the referee: it only fools the score that a script gives itself. */
function patchWeight(mode: Mode, isScoring: boolean): Weight {
  return isScoring && mode === "self-reported" ? "refused" : "hint";
}

const powerful = /^(?:os|posix|sys|builtins|__builtins__|subprocess|importlib|ctypes|socket)$/u;
const harmless = /^(?:platform|version\w*|path|maxsize|cpu_count|sched_getaffinity|flags|argv)$/u;

/** `getattr(os, "sys" + "tem")` hides a call from these rules. */
function judgeLookUp(call: Node, full: FullName): Finding[] {
  const { values } = argumentsOf(call);
  const object = full(values[0] ?? null);
  if (!powerful.test(object)) return [];
  const [, attribute] = values;
  const isPlain = attribute?.type === "string" && harmless.test(stringValue(attribute));
  if (isPlain) return [];
  return [
    findingAt(call, "built-code", `accesses a member of \`${object}\` by a computed name`, "hint"),
  ];
}

function judgeAttribute(attribute: Node): Finding[] {
  const name = attribute.childForFieldName("attribute")?.text ?? "";
  const object = attribute.childForFieldName("object")?.text ?? "";
  if (hidden.test(name) || (name === "__subclasses__" && everyClass.test(object)))
    return [
      findingAt(attribute, "tampering", `\`${name}\` reaches into the interpreter`, "refused"),
    ];
  if (internals.test(name))
    return [
      findingAt(attribute, "tampering", `\`${name}\` accesses interpreter internals`, "hint"),
    ];
  if (name === "__dict__" && powerful.test(object))
    return [
      findingAt(attribute, "built-code", `accesses members of \`${object}\` by name`, "hint"),
    ];
  return [];
}

function judgeImport(statement: Node): Finding[] {
  const from = statement.childForFieldName("module_name")?.text ?? null;
  const names = statement
    .childrenForFieldName("name")
    .map((node) => node.childForFieldName("name")?.text ?? node.text);
  const found = (from === null ? names : [from]).find((name) => internalModules.test(name));
  if (found === undefined) return [];
  const weight = found.startsWith("mle_star_") ? "refused" : "hint";
  return [findingAt(statement, "tampering", `\`${found}\` bypasses the interpreter`, weight)];
}

/** The files in which the harness records an execution. */
function judgeString(literal: Node): Finding[] {
  const text = stringValue(literal);
  if (literal.parent?.type === "expression_statement") return [];
  if (/(?:^|\/)\.trace$/u.test(text))
    return [findingAt(literal, "tampering", `names the harness's trace file: ${text}`, "refused")];
  if (/(?:^|\/)run\.log$/u.test(text))
    return [findingAt(literal, "tampering", `names its log file: ${text}`, "hint")];
  return [];
}
