import type { Surroundings } from "../../../sandbox/contract.ts";
import { listWeights, weightsSurroundings } from "../../../sandbox/environment/weights.ts";
import { mergeSurroundings, networkSurroundings } from "../../../sandbox/network/mounts.ts";
import { parseNetwork } from "../../../sandbox/network/policy.ts";
import { openProxy } from "../../../sandbox/network/proxy.ts";

export type SurroundingsOptions = {
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
export type OpenSurroundings = {
  surroundings: Surroundings;
  weights: readonly string[];
  close(): Promise<void>;
};

/** Opens what the run's scripts may reach: the cached weights, and the proxy where hosts are allowed. */
export async function openSurroundings(options: SurroundingsOptions): Promise<OpenSurroundings> {
  const { cacheDir, logFile, hub, promised, report } = options;
  const cached = await weightsSurroundings(cacheDir);
  const weights = (await listWeights(cacheDir)).map(({ name }) => name);
  const gone = promised.filter((name) => !weights.includes(name));
  if (gone.length > 0) {
    report(`this run was told of weights that are no longer cached: ${gone.join(", ")}`);
  }
  const policy = parseNetwork(options.network);
  if (policy.rules.length === 0)
    return { surroundings: cached, weights, close: async () => undefined };
  const proxy = await openProxy({ policy, logFile });
  report(`network: ${policy.text}, by a proxy that notes every connection in ${logFile}`);
  const network = networkSurroundings(policy, { socket: proxy.socket, hub });
  return {
    surroundings: mergeSurroundings([cached, network]),
    weights,
    close: () => proxy.close(),
  };
}
