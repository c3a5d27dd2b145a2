/**
 * Parallel tracks whose prompts share a prefix would each pay for writing it to the cache: the first call is sent
 * alone, the others wait until its answer begins, since they can read the cache from then on.
 */
export type WarmPrefixes = {
  /** Resolves when a call with this prefix may be sent. */
  enter(prefix: string, keptMs: number, stop: AbortSignal): Promise<Warming>;
};

/** Report when the answer begins, and when the call is over, also after a failure. */
export type Warming = { begins(): void; ends(): void };

export function createWarmPrefixes(): WarmPrefixes {
  const warmUntil = new Map<string, number>();
  const warming = new Map<string, Promise<void>>();
  return {
    async enter(prefix, keptMs, stop) {
      for (let first = warming.get(prefix); first !== undefined; first = warming.get(prefix))
        await orStopped(first, stop);
      const touch = () => warmUntil.set(prefix, performance.now() + keptMs);
      if ((warmUntil.get(prefix) ?? 0) > performance.now())
        return { begins: touch, ends: () => undefined };
      let release: () => void = () => undefined;
      warming.set(
        prefix,
        new Promise<void>((resolve) => {
          release = resolve;
        }),
      );
      let isOver = false;
      const ends = () => {
        if (!isOver) warming.delete(prefix);
        isOver = true;
        release();
      };
      return {
        begins() {
          touch();
          ends();
        },
        ends,
      };
    },
  };
}

async function orStopped(waiting: Promise<void>, stop: AbortSignal): Promise<void> {
  let onStop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => {
    onStop = resolve;
    stop.addEventListener("abort", onStop, { once: true });
  });
  await Promise.race([waiting, stopped]);
  stop.removeEventListener("abort", onStop);
  stop.throwIfAborted();
}
