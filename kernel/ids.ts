import { hash, randomBytes } from "node:crypto";

/** The readable beginnings of ids, by what they name. */
export type IdPrefix =
	"prod" | "var" | "cart" | "line" | "ord" | "pay" | "ref" | "shp" | "usr" | "adr" | "ses" | "ntf" | "evt" | "req" | "cat";

/** 128 bits: an id may be a secret (the id of a guest's cart is). */
const SECRET_BYTES = 16;
const SECRET_DIGITS = 2 * SECRET_BYTES;
/** 48 bits of milliseconds, which last until the year 10889. */
const TIME_DIGITS = 12;

/** An id of `randomId` or of a `derivedId` made from one, wherever it stands in a longer key. Ids of older programs have 32 digits and no time. */
const TIMED_ID = new RegExp(`_([0-9a-f]{${TIME_DIGITS}})[0-9a-f]{${SECRET_DIGITS}}(?![0-9a-f])`);

const POOL_BYTES = 4_096;
let pool = Buffer.alloc(0);
let used = 0;

/** Random digits from a pool: a call of the system's generator costs ten times as much as its bytes. Used bytes are overwritten. */
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
 * A new id: the time, then 128 random bits that cannot be guessed. Ids made at about the same time are neighbours in an index, so a group of commits
 * touches half as many of its pages. Called at the edges only; domain/ gets its ids as arguments.
 *
 * @param at epoch milliseconds
 */
export const randomId = (prefix: IdPrefix, at: number): string =>
	`${prefix}_${at.toString(16).padStart(TIME_DIGITS, "0")}${randomDigits()}`;

/**
 * The same parts give the same id for ever, so what is sent twice names the same thing twice. The id begins with the time of the id in its first part,
 * where that has one; else it is what every program before this one derived: 32 digits of the hash.
 */
export const derivedId = (prefix: IdPrefix, ...parts: readonly (string | number)[]): string => {
	const time = TIMED_ID.exec(String(parts[0]))?.[1] ?? "";
	return `${prefix}_${time}${hash("sha256", JSON.stringify(parts), "hex").slice(0, SECRET_DIGITS)}`;
};
