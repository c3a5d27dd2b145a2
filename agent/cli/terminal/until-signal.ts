import { SIGNALS } from "./signals.ts";

/** Does work that ends at the first signal by the one that it is handed. */
export async function untilSignal<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  for (const name of SIGNALS) process.once(name, onInterrupt);
  try {
    return await work(interrupt.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, onInterrupt);
  }
}
