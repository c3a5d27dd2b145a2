#!/usr/bin/env node
import { ensureDependencies } from "./set-up.mjs";

ensureDependencies();
const { register } = await import("tsx/esm/api");
register();
await import("./main.ts");
