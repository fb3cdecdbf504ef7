import { randomBytes } from "node:crypto";

const GIVEN = /^[A-Za-z0-9._-]{1,64}$/;
const PROCESS = randomBytes(10).toString("hex");
const DIGITS = 12;
let made = 0;

/** The client's own, where it is harmless in logs and headers; else a new one. Unique, not secret: a random part for each process, and a count. */
export const requestIdOf = (given: string | string[] | undefined): string =>
	typeof given === "string" && GIVEN.test(given) ? given : `req_${PROCESS}${(made++).toString(16).padStart(DIGITS, "0")}`;
