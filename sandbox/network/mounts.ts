import type { SharedMounts } from "../contract.ts";
import { allows, type NetworkPolicy } from "./policy.ts";

/** Where scripts see the proxy's socket. */
const SOCKET = "/run/mle-star/proxy.sock";
const HUB = "https://huggingface.co";

/** What executions see of an open network: the proxy's socket; the hub's libraries go online where the hub may be reached. */
export function networkMounts(
  policy: NetworkPolicy,
  { socket, hub }: { socket: string; hub: string | null },
): SharedMounts {
  const endpoint = URL.canParse(hub ?? HUB) ? new URL(hub ?? HUB) : new URL(HUB);
  const port = Number(endpoint.port || (endpoint.protocol === "http:" ? 80 : 443));
  const online = allows(policy, endpoint.hostname, port);
  return {
    readOnly: [],
    sockets: [{ source: socket, target: SOCKET }],
    environment: {
      MLE_STAR_PROXY_SOCKET: SOCKET,
      ...(online
        ? { HF_HUB_OFFLINE: "0", TRANSFORMERS_OFFLINE: "0", HF_DATASETS_OFFLINE: "0" }
        : {}),
      ...(online && hub !== null ? { HF_ENDPOINT: hub } : {}),
    },
  };
}

/** Several sets of mounts as one. */
export function mergeMounts(all: readonly SharedMounts[]): SharedMounts {
  return {
    readOnly: all.flatMap(({ readOnly }) => readOnly),
    sockets: all.flatMap(({ sockets }) => sockets),
    environment: Object.assign({}, ...all.map(({ environment }) => environment)),
  };
}
