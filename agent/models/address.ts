import { ConfigInvalid } from "../../runs/errors.ts";

/** Where a server answers, without the user and password that its address was given with, and those as a header. */
export type Address = { url: string; authorization: string | null };

/** Takes user and password out of an address: nothing that shows it may show them. `name` is the setting it is from. */
export function readAddress(text: string, name: string): Address {
  if (!/^https?:\/\//u.test(text) || !URL.canParse(text))
    throw new ConfigInvalid(`${name}: expected http:// or https://, got "${withoutUser(text)}"`);
  const url = new URL(text);
  if (url.username === "" && url.password === "") return { url: text, authorization: null };
  const user = `${decoded(url.username)}:${decoded(url.password)}`;
  return {
    url: withoutUser(text),
    authorization: `Basic ${Buffer.from(user).toString("base64")}`,
  };
}

function withoutUser(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/?#]*@/iu, "$1");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
