import { createHash, randomBytes } from "node:crypto";

/** The readable beginnings of ids, by what they name. */
export type IdPrefix =
	"prod" | "var" | "cart" | "line" | "ord" | "pay" | "ref" | "shp" | "usr" | "adr" | "ses" | "ntf" | "evt" | "req" | "cat";

const BYTES = 16;

/** 128 random bits: it cannot be guessed. Called at the edges only; what is in domain/ gets its ids as arguments. */
export const randomId = (prefix: IdPrefix): string => `${prefix}_${randomBytes(BYTES).toString("hex")}`;

/** The same parts give the same id for ever: what is sent twice names the same thing twice. */
export const derivedId = (prefix: IdPrefix, ...parts: readonly (string | number)[]): string =>
	`${prefix}_${createHash("sha256")
		.update(JSON.stringify(parts))
		.digest("hex")
		.slice(0, 2 * BYTES)}`;
