import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { concurrencyLimit } from "@mixins/async/bounded-pool";
import { serviceError } from "@mixins/errors/service-errors";
import { normalPassword } from "./domain/password-policy";
import { COST, format, parse, type Cost } from "./domain/phc";

const SALT_BYTES = 16;
const DIGEST_BYTES = 32;
/** Each computation uses a core and 19 MiB. More at the same time would slow down each other and the rest of the process. */
const MAX_CONCURRENCY = 2;
const QUEUE = 200;

/** Hashes passwords with Argon2id (RFC 9106), using the OpenSSL of Node.js. */
export interface PasswordHasher {
	/** @throws UNAVAILABLE if the queue is full */
	hash(password: string): Promise<string>;
	/** @param phc undefined if there is no account; the check then fails after the same time. @throws UNAVAILABLE if the queue is full */
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
	const dummy = { ...COST, salt: randomBytes(SALT_BYTES), digest: randomBytes(DIGEST_BYTES) };
	return {
		hash: (password) =>
			limited(async () => {
				const salt = randomBytes(SALT_BYTES);
				return format({ ...COST, salt, digest: await digestOf(password, salt, COST, DIGEST_BYTES) });
			}),
		verify: (password, phc) =>
			limited(async () => {
				const stored = phc === undefined ? undefined : parse(phc);
				const against = stored ?? dummy;
				const digest = await digestOf(password, against.salt, against, against.digest.length);
				return timingSafeEqual(digest, against.digest) && stored !== undefined;
			}),
	};
};
