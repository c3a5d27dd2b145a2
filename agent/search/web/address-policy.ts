import { lookup as resolve } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { isPrivate } from "../../../sandbox/network/policy.ts";

/** Which addresses and ports a page may be read from; a parameter, so that tests can serve pages on loopback. */
export type AddressPolicy = {
  lookup(host: string): Promise<string[]>;
  allowsAddress(address: string): boolean;
  allowsPort(port: number): boolean;
};

/** The public web: no address of this machine or its network, the usual ports alone. */
export const publicAddresses: AddressPolicy = {
  lookup: async (host) => (await resolve(host, { all: true })).map(({ address }) => address),
  allowsAddress: (address) => !isPrivate(address),
  allowsPort: (port) => port === 80 || port === 443,
};

/** A page that must not be requested, with the reason. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** Throws `Refused` for other protocols than HTTP, unusual ports, credentials and private addresses. */
export function checkUrl(url: URL, policy: AddressPolicy): void {
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new Refused(`${url.protocol} is not read`);
  if (url.username !== "" || url.password !== "")
    throw new Refused("an address with credentials is not read");
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  if (!policy.allowsPort(port)) throw new Refused(`port ${port} is not read`);
  const host = url.hostname.replace(/^\[(.*)\]$/u, "$1");
  if (isIP(host) !== 0 && !policy.allowsAddress(host))
    throw new Refused(`${host} is an address of this machine or its network`);
}

/**
 * The DNS lookup of every connection: the address that is checked is the one that is connected to, so a name that is
 * rebound in between (DNS rebinding) gains nothing.
 */
export function guardedLookup(policy: AddressPolicy): LookupFunction {
  return (host, options, answer) => {
    findAllowed(host, policy).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }));
        const [first] = found;
        if (options.all === true || first === undefined) answer(null, found);
        else answer(null, first.address, first.family);
      },
      (error: Error) => answer(error, []),
    );
  };
}

async function findAllowed(host: string, policy: AddressPolicy): Promise<string[]> {
  const addresses = await policy.lookup(host);
  if (addresses.length === 0) throw new Error(`${host} cannot be resolved`);
  const allowed = addresses.filter((address) => policy.allowsAddress(address));
  if (allowed.length === 0)
    throw new Refused(
      `${host} resolves to ${addresses[0]}, an address of this machine or its network`,
    );
  return allowed;
}
