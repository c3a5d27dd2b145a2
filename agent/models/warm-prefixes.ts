/**
 * Parallel tracks that all begin with the same words would all pay for writing them to the cache: the first
 * goes ahead, the others wait until its answer begins, for what it wrote can be read from then on.
 */
export type WarmPrefixes = {
  /** Resolves when a call with this prefix may go. */
  enter(prefix: string, keptMs: number, stop: AbortSignal): Promise<Warming>;
};

/** Say when the answer begins, and when the call is over, whatever came of it. */
export type Warming = { begins(): void; ends(): void };

export function createWarmPrefixes(): WarmPrefixes {
  const warmUntil = new Map<string, number>();
  const warming = new Map<string, Promise<void>>();
  return {
    async enter(prefix, keptMs, stop) {
      for (let ahead = warming.get(prefix); ahead !== undefined; ahead = warming.get(prefix))
        await orStopped(ahead, stop);
      const touch = () => warmUntil.set(prefix, performance.now() + keptMs);
      if ((warmUntil.get(prefix) ?? 0) > performance.now())
        return { begins: touch, ends: () => undefined };
      let open: () => void = () => undefined;
      warming.set(
        prefix,
        new Promise<void>((resolve) => {
          open = resolve;
        }),
      );
      let isOver = false;
      const ends = () => {
        if (!isOver) warming.delete(prefix);
        isOver = true;
        open();
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
