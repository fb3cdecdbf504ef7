import { hash, randomBytes } from "node:crypto";

/** The readable beginnings of ids, by what they name. */
export type IdPrefix =
	"prod" | "var" | "cart" | "line" | "ord" | "pay" | "ref" | "shp" | "usr" | "adr" | "ses" | "ntf" | "evt" | "req" | "cat";

const BYTES = 16;

/** Drawn many at a time: each draw costs more than what it brings. */
const POOL_BYTES = 4_096;
let pool = Buffer.alloc(0);
let drawn = 0;

const random = (bytes: number): string => {
	if (drawn + bytes > pool.length) {
		pool = randomBytes(POOL_BYTES);
		drawn = 0;
	}
	const text = pool.toString("hex", drawn, drawn + bytes);
	pool.fill(0, drawn, drawn + bytes); // what was given away is not kept
	drawn += bytes;
	return text;
};

const TIME_DIGITS = 12;
const RANDOM_BYTES = BYTES - TIME_DIGITS / 2;
const OURS = /_([0-9a-f]{12})[0-9a-f]{20}/;

/**
 * 80 random bits behind the milliseconds at which it was made: it cannot be guessed, and what was made together lies together in an index, which
 * halves what a commit writes. Called at the edges only; what is in domain/ gets its ids as arguments.
 */
export const randomId = (prefix: IdPrefix): string =>
	`${prefix}_${Date.now().toString(16).padStart(TIME_DIGITS, "0")}${random(RANDOM_BYTES)}`;

/** The same parts give the same id for ever: what is sent twice names the same thing twice. It lies beside the first id among its parts. */
export const derivedId = (prefix: IdPrefix, ...parts: readonly (string | number)[]): string => {
	const digest = hash("sha256", JSON.stringify(parts), "hex");
	const time = OURS.exec(String(parts[0]))?.[1];
	return time === undefined ? `${prefix}_${digest.slice(0, 2 * BYTES)}` : `${prefix}_${time}${digest.slice(0, 2 * RANDOM_BYTES)}`;
};
