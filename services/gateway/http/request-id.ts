import { randomBytes } from "node:crypto";

const GIVEN = /^[A-Za-z0-9._-]{1,64}$/;
const PROCESS = randomBytes(10).toString("hex");
const DIGITS = 12;
let made = 0;

/**
 * The client's request id if it is safe in logs and headers, or a new one. Generated ids are unique, not secret: a random prefix per
 * process and a counter.
 */
export const requestIdOf = (given: string | string[] | undefined): string =>
	typeof given === "string" && GIVEN.test(given) ? given : `req_${PROCESS}${(made++).toString(16).padStart(DIGITS, "0")}`;
