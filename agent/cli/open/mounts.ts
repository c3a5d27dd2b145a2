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
  /** Log of every connection. */
  logFile: string;
  /** Weights that the brief of the run lists. */
  expected: readonly string[];
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
  const { cacheDir, logFile, hub, expected, report } = options;
  const cached = await weightsMounts(cacheDir);
  const weights = (await listWeights(cacheDir)).map(({ name }) => name);
  const gone = expected.filter((name) => !weights.includes(name));
  if (gone.length > 0) {
    report(
      `weights of this run are no longer cached: ${gone.join(", ")}; restore them with mle-star cache add`,
    );
  }
  const policy = parseNetwork(options.network);
  if (policy.rules.length === 0)
    return { sharedMounts: cached, weights, close: async () => undefined };
  const proxy = await openProxy({ policy, logFile });
  report(`network: ${policy.text}, by a proxy that logs every connection in ${logFile}`);
  const network = networkMounts(policy, { socket: proxy.socket, hub });
  return {
    sharedMounts: mergeMounts([cached, network]),
    weights,
    close: () => proxy.close(),
  };
}
