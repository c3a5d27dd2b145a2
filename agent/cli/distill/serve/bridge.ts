import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { ConfigInvalid, errorCode } from "../../../../runs/errors.ts";

/** A port that leads to a socket file, for clients that speak TCP only. */
export type Bridge = AsyncDisposable & { port: number };

/** Opens it, as long as this process lives or until it is closed; port 0: any that is free. */
export async function openBridge(
  socket: string,
  { host, port }: { host: string; port: number },
): Promise<Bridge> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const behind = connect(socket);
    for (const [from, to] of [
      [client, behind],
      [behind, client],
    ] as const) {
      open.add(from);
      // It must not hold up this process, in which there may be the client, too.
      from.unref();
      from.on("error", () => to.destroy());
      from.on("close", () => {
        open.delete(from);
        to.destroySoon();
      });
      from.pipe(to);
    }
  });
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw new ConfigInvalid(`it cannot listen on ${host}:${port} (${errorCode(error)})`);
  }
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      for (const each of open) each.destroy();
      await closed;
    },
  };
}
