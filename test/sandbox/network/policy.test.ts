import { describe, expect, test } from "vitest";
import { ConfigInvalid } from "../../../runs/errors.ts";
import { allows, allowsAddress, isPrivate, parseNetwork } from "../../../sandbox/network/policy.ts";

describe("what a user may write", () => {
  test.for([
    ["none", "none"],
    [" allow=HuggingFace.co, *.hf.co:443 ", "allow=huggingface.co,*.hf.co:443"],
    ["allow=localhost:8080,10.0.0.5,[::1]:90", "allow=localhost:8080,10.0.0.5,[::1]:90"],
  ])("%s is read as %s", ([text = "", read]) => {
    expect(parseNetwork(text).text).toBe(read);
  });

  test.for([
    "",
    "all",
    "allow=",
    "allow=a,,b",
    "allow=*",
    "allow=*.*",
    "allow=http://a.org",
    "allow=a/b",
    "allow=a:0",
    "allow=a:70000",
    "allow=*.10.0.0.1",
    "allow=127.1",
    "allow=2130706433",
    "allow=a b",
  ])("%j is refused in one line", (text) => {
    expect(() => parseNetwork(text)).toThrow(ConfigInvalid);
    expect(() => parseNetwork(text)).toThrow(/^network.*(?:expected none|is no host)[^\n]*$/u);
  });
});

describe("what a list lets through", () => {
  const policy = parseNetwork("allow=a.org,*.b.org,c.org:8443,10.0.0.5,localhost:9000");

  test.for([
    ["a.org", 443, true],
    ["A.org.", 80, true],
    ["a.org", 8443, false],
    ["x.a.org", 443, false],
    ["xa.org", 443, false],
    ["x.b.org", 443, true],
    ["x.y.b.org", 80, true],
    ["b.org", 443, false],
    ["evilb.org", 443, false],
    ["c.org", 8443, true],
    ["c.org", 443, false],
    ["d.org", 443, false],
  ] as const)("%s:%i: %s", ([host, port, expected]) => {
    expect(allows(policy, host, port)).toBe(expected);
  });

  test.for([
    "127.0.0.1",
    "10.1.2.3",
    "172.31.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "fe80::1%eth0",
    "no address",
  ])("%s is an address of the inside", (address) => {
    expect(isPrivate(address)).toBe(true);
    expect(allowsAddress(policy, address, 443)).toBe(false);
  });

  test("an address of the outside is none of the inside, and one that is named is reached", () => {
    expect(isPrivate("93.184.216.34")).toBe(false);
    expect(isPrivate("2606:2800:220:1::1")).toBe(false);
    expect(allowsAddress(policy, "10.0.0.5", 443)).toBe(true);
    expect(allowsAddress(policy, "10.0.0.5", 22)).toBe(false);
    expect(allowsAddress(policy, "127.0.0.1", 9000)).toBe(true);
    expect(allowsAddress(policy, "::1", 9000)).toBe(true);
  });
});
