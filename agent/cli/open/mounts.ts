import type { SharedMounts } from "../../../sandbox/contract.ts";
import { listWeights, weightsMounts } from "../../../sandbox/environment/weights.ts";
import { mergeMounts, networkMounts } from "../../../sandbox/network/mounts.ts";
import { parseNetwork } from "../../../sandbox/network/policy.ts";
import { openProxy } from "../../../sandbox/network/proxy.ts";

export type SharedMountsOptions = {
  /** `none`, or the hosts that scripts may reach. */
  network: string;
  cacheDir: string;
  /** Address of the user's own hub of models (HF_ENDPOINT). */
  hub: string | null;
  /** Where every connection is noted. */
  logFile: string;
  /** Weights that the run's models were told of, when it began. */
  promised: readonly string[];
  report: (line: string) => void;
};

/** What every execution of a run sees besides its job, and the names of the weights among it. */
export type OpenSharedMounts = {
  sharedMounts: SharedMounts;
  weights: readonly string[];
  close(): Promise<void>;
};

/** Opens what the run's scripts may reach: the cached weights, and the proxy where hosts are allowed. */
export async function openSharedMounts(options: SharedMountsOptions): Promise<OpenSharedMounts> {
  const { cacheDir, logFile, hub, promised, report } = options;
  const cached = await weightsMounts(cacheDir);
  const weights = (await listWeights(cacheDir)).map(({ name }) => name);
  const gone = promised.filter((name) => !weights.includes(name));
  if (gone.length > 0) {
    report(`this run was told of weights that are no longer cached: ${gone.join(", ")}`);
  }
  const policy = parseNetwork(options.network);
  if (policy.rules.length === 0)
    return { sharedMounts: cached, weights, close: async () => undefined };
  const proxy = await openProxy({ policy, logFile });
  report(`network: ${policy.text}, by a proxy that notes every connection in ${logFile}`);
  const network = networkMounts(policy, { socket: proxy.socket, hub });
  return {
    sharedMounts: mergeMounts([cached, network]),
    weights,
    close: () => proxy.close(),
  };
}
