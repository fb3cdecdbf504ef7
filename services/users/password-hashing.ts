import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { concurrencyLimit } from "@mixins/async/bounded-pool";
import { serviceError } from "@mixins/errors/service-errors";
import { normalPassword } from "./domain/password-policy";
import { COST, format, parse, type Cost } from "./domain/phc";

const SALT_BYTES = 16;
const DIGEST_BYTES = 32;
/** Each takes a core and 19 MiB for its time: more at once would only slow one another down, and all else too. */
const MAX_CONCURRENCY = 2;
const QUEUE = 200;

/** Argon2id (RFC 9106) by Node's own OpenSSL. */
export interface PasswordHasher {
	/** @throws UNAVAILABLE where too many wait */
	hash(password: string): Promise<string>;
	/** @param phc undefined: there is no such account; it takes the same time to say no. @throws UNAVAILABLE where too many wait */
	verify(password: string, phc: string | undefined): Promise<boolean>;
}

const digestOf = (password: string, salt: Buffer, { memory, passes, parallelism }: Cost, tagLength: number): Promise<Buffer> =>
	new Promise((resolve, reject) => {
		argon2("argon2id", { message: normalPassword(password), nonce: salt, memory, passes, parallelism, tagLength }, (error, digest) => {
			if (error) reject(error);
			else resolve(digest);
		});
	});

export const passwordHasher = (atOnce = MAX_CONCURRENCY, queue = QUEUE): PasswordHasher => {
	const limited = concurrencyLimit(atOnce, { maxQueued: queue, onFull: () => serviceError("UNAVAILABLE") });
	const nobody = { ...COST, salt: randomBytes(SALT_BYTES), digest: randomBytes(DIGEST_BYTES) };
	return {
		hash: (password) =>
			limited(async () => {
				const salt = randomBytes(SALT_BYTES);
				return format({ ...COST, salt, digest: await digestOf(password, salt, COST, DIGEST_BYTES) });
			}),
		verify: (password, phc) =>
			limited(async () => {
				const known = phc === undefined ? undefined : parse(phc);
				const against = known ?? nobody;
				const digest = await digestOf(password, against.salt, against, against.digest.length);
				return timingSafeEqual(digest, against.digest) && known !== undefined;
			}),
	};
};
