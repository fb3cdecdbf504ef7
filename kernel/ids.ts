import { hash, randomBytes } from "node:crypto";

/** Prefixes of ids, one for each kind of entity. */
export type IdPrefix =
	"prod" | "var" | "cart" | "line" | "ord" | "pay" | "ref" | "shp" | "usr" | "adr" | "ses" | "ntf" | "evt" | "req" | "cat";

/** 128 bits, because an id may be a secret: the id of a guest cart is. */
const SECRET_BYTES = 16;
const SECRET_DIGITS = 2 * SECRET_BYTES;
/** 48 bits of epoch milliseconds, sufficient until the year 10889. */
const TIME_DIGITS = 12;

/** Finds an id that contains a time anywhere in a longer key. Ids of older versions have 32 digits and no time. */
const TIMED_ID = new RegExp(`_([0-9a-f]{${TIME_DIGITS}})[0-9a-f]{${SECRET_DIGITS}}(?![0-9a-f])`);

const POOL_BYTES = 4_096;
let pool = Buffer.alloc(0);
let used = 0;

/** Takes random digits from a pool, because one call of the system's generator costs ten times as much as its bytes. Used bytes are overwritten. */
const randomDigits = (): string => {
	if (used + SECRET_BYTES > pool.length) {
		pool = randomBytes(POOL_BYTES);
		used = 0;
	}
	const end = used + SECRET_BYTES;
	const digits = pool.toString("hex", used, end);
	pool.fill(0, used, end);
	used = end;
	return digits;
};

/**
 * Creates an id: the time, then 128 random bits that cannot be guessed. Ids created at about the same time are adjacent in an index, so a group of
 * commits touches half as many of its pages. Not called in domain/, which receives ids as arguments.
 *
 * @param at epoch milliseconds
 */
export const randomId = (prefix: IdPrefix, at: number): string =>
	`${prefix}_${at.toString(16).padStart(TIME_DIGITS, "0")}${randomDigits()}`;

/**
 * Derives an id from its parts. Equal parts always give the same id, so a repeated request refers to the same entity. The id starts with the time of the
 * id in its first part. If that part contains no time, the id has the format of older versions: 32 digits of the hash.
 */
export const derivedId = (prefix: IdPrefix, ...parts: readonly (string | number)[]): string => {
	const time = TIMED_ID.exec(String(parts[0]))?.[1] ?? "";
	return `${prefix}_${time}${hash("sha256", JSON.stringify(parts), "hex").slice(0, SECRET_DIGITS)}`;
};
