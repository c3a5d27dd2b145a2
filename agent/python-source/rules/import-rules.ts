import type { Node } from "web-tree-sitter";
import { type Finding, findingAt } from "./finding.ts";

const network = [
  "requests",
  "urllib.request",
  "urllib3",
  "http.client",
  "http.server",
  "socket",
  "socketserver",
  "ssl",
  "ftplib",
  "smtplib",
  "poplib",
  "imaplib",
  "telnetlib",
  "xmlrpc",
  "aiohttp",
  "httpx",
  "websocket",
  "websockets",
  "paramiko",
  "boto3",
  "wget",
  "gdown",
  "kaggle",
  "kagglehub",
];
const processes = ["subprocess", "ctypes", "cffi", "pty", "pip"];

/** Modules that access the network or start other programs. */
export function importFindings(root: Node): Finding[] {
  return root
    .descendantsOfType(["import_statement", "import_from_statement"])
    .flatMap((statement) => importedModules(statement).flatMap((name) => judge(statement, name)));
}

/** Dotted names an import may bind: `from a import b` may mean the module `a.b`. */
function importedModules(statement: Node): string[] {
  const from = statement.childForFieldName("module_name")?.text ?? null;
  const names = statement
    .childrenForFieldName("name")
    .map((node) => node.childForFieldName("name")?.text ?? node.text);
  return from === null ? names : names.map((name) => `${from}.${name}`).concat(from);
}

function judge(statement: Node, name: string): Finding[] {
  const isOf = (module: string) => name === module || name.startsWith(`${module}.`);
  if (network.some(isOf)) {
    const why = `\`${name}\` accesses the network; a solution has only ./input`;
    return [findingAt(statement, "network", why, "hint")];
  }
  if (processes.some(isOf)) {
    const why = `\`${name}\` starts other programs or calls native code`;
    return [findingAt(statement, name === "pip" ? "pip-install" : "process", why, "hint")];
  }
  return [];
}
