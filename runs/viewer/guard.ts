import { timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { sha256 } from "../sha256.ts";

/** Who may ask: on the machine itself anybody, from elsewhere who knows the token. */
export type Access = {
  /** The name or address that was given; null: only this machine. */
  host: string | null;
  /** Null: none is asked for. */
  token: string | null;
};

const COOKIE = "mle-star-view";
const LOCAL = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Scripts, styles and streams come from here alone, no page may frame another, and nothing may be sent elsewhere. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * Lets through what only reads and comes from the viewer's own pages: another host in the address (DNS rebinding),
 * another origin, another method or a missing token is refused before anything is read.
 */
export function guard(access: Access): MiddlewareHandler {
  return async (context, next) => {
    const refusal = refusalOf(context, access);
    if (refusal !== null) return context.text(`${refusal}\n`, 403, headers());
    const wanted = access.token;
    if (wanted !== null && !isSame(getCookie(context, COOKIE) ?? "", wanted)) {
      if (!isSame(context.req.query("token") ?? "", wanted))
        return context.text(
          "open the address that the program printed: it holds a token\n",
          401,
          headers(),
        );
      setCookie(context, COOKIE, wanted, { httpOnly: true, sameSite: "Strict", path: "/" });
      return context.redirect(new URL(context.req.url).pathname, 303);
    }
    await next();
    for (const [name, value] of Object.entries(headers())) context.res.headers.set(name, value);
    return undefined;
  };
}

function refusalOf({ req }: Context, { host }: Access): string | null {
  if (req.method !== "GET" && req.method !== "HEAD") return "this server only shows";
  const asked = req.header("host") ?? "";
  if (!isOurs(asked, host)) return "this address is not the one that the program printed";
  const origin = req.header("origin");
  if (origin !== undefined && origin !== `http://${asked}`) return "another site may not read this";
  const site = req.header("sec-fetch-site");
  const isVisit =
    req.header("sec-fetch-mode") === "navigate" && req.header("sec-fetch-dest") === "document";
  if ((site === "cross-site" || site === "same-site") && !isVisit)
    return "another site may not read this";
  return null;
}

/** By name only the machine itself and the host that was given: any other name may be somebody else's that points here. */
function isOurs(asked: string, host: string | null): boolean {
  const name = asked.replace(/:\d+$/u, "").toLowerCase();
  if (LOCAL.has(name)) return true;
  if (host === null) return false;
  return name === host.toLowerCase() || isIP(name.replace(/^\[|\]$/gu, "")) !== 0;
}

function headers(): Record<string, string> {
  return {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
  };
}

/** Takes as long for a near miss as for any other. */
function isSame(given: string, wanted: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(wanted)));
}
