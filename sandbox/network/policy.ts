import { BlockList, isIP } from "node:net";
import { ConfigInvalid } from "../../runs/errors.ts";

/** One host that scripts may reach: by name, by `*.suffix`, or by address. */
export type Rule = {
  host: string;
  /** `*.host`: everything below it, not the host itself. */
  isSuffix: boolean;
  /** Null: 80 and 443. */
  port: number | null;
};

/** Where scripts may connect to; no rules: nowhere. */
export type NetworkPolicy = { text: string; rules: readonly Rule[] };

const USUAL_PORTS = [80, 443];
const NAME = /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/u;
const RULE = /^(\*\.)?(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/u;

/** Not one list: it would take each IPv4 address for its mapped form, and all of those are refused. */
const inside = {
  ipv4: blocked("ipv4", [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/3",
  ]),
  // With those that hold an IPv4 address: mapped, NAT64, 6to4.
  ipv6: blocked("ipv6", [
    "::/96",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
  ]),
};

function blocked(family: "ipv4" | "ipv6", ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** Reads `none` or `allow=host,*.suffix,host:port`; one clear line for anything else. */
export function parseNetwork(text: string): NetworkPolicy {
  const trimmed = text.trim();
  if (trimmed === "none") return { text: "none", rules: [] };
  const list = /^allow=(.+)$/u.exec(trimmed)?.[1]?.split(",") ?? [];
  const rules = list.map((each) => parseRule(each.trim().toLowerCase()));
  if (rules.length === 0) {
    throw new ConfigInvalid(
      `network "${text}": expected none, or allow=<host,host>, as in allow=huggingface.co,*.hf.co`,
    );
  }
  return { text: `allow=${rules.map(showRule).join(",")}`, rules };
}

function parseRule(text: string): Rule {
  const [, star, rawHost = "", port] = RULE.exec(text) ?? [];
  const host = normalHost(rawHost);
  const number = port === undefined ? null : Number(port);
  const isAddress = isIP(host) !== 0;
  const isHost = isAddress ? star === undefined : NAME.test(host) && !/^[\d.]+$/u.test(host);
  if (!isHost || (number !== null && (number < 1 || number > 65_535))) {
    throw new ConfigInvalid(
      `network: "${text}" is no host; write a name, *.suffix or an address, with :port where it is not 80 or 443`,
    );
  }
  return { host, isSuffix: star !== undefined, port: number };
}

/** A rule as the user would write it. */
function showRule({ host, isSuffix, port }: Rule): string {
  const shown = isIP(host) === 6 ? `[${host}]` : host;
  return `${isSuffix ? "*." : ""}${shown}${port === null ? "" : `:${port}`}`;
}

/** The host without brackets, final dot and capitals. */
export function normalHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/u, "$1")
    .replace(/\.$/u, "");
}

/** Whether some rule lets scripts connect to this host and port. */
export function allows({ rules }: NetworkPolicy, host: string, port: number): boolean {
  const wanted = normalHost(host);
  return rules.some((rule) => {
    const isPort = rule.port === null ? USUAL_PORTS.includes(port) : rule.port === port;
    return isPort && (rule.isSuffix ? wanted.endsWith(`.${rule.host}`) : wanted === rule.host);
  });
}

/** An address of this machine or its own network: reached only where it is named as an address, whatever a name resolves to. */
export function isPrivate(address: string): boolean {
  const kind = isIP(address);
  if (kind === 0) return true;
  return kind === 6 ? inside.ipv6.check(address, "ipv6") : inside.ipv4.check(address, "ipv4");
}

/** Whether an address that a host resolved to may be connected to. */
export function allowsAddress(policy: NetworkPolicy, address: string, port: number): boolean {
  if (!isPrivate(address)) return true;
  if (allows(policy, address, port)) return true;
  return ["127.0.0.1", "::1"].includes(address) && allows(policy, "localhost", port);
}
