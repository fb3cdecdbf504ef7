/** What makes a hash slow. `memory` in KiB. */
export interface Cost {
	readonly memory: number;
	readonly passes: number;
	readonly parallelism: number;
}

export interface Hash extends Cost {
	readonly salt: Buffer;
	readonly digest: Buffer;
}

/** OWASP's least for Argon2id: 19 MiB, 2 passes, 1 lane. Raised here, a password is hashed again when its owner logs in. */
export const COST: Cost = { memory: 19_456, passes: 2, parallelism: 1 };

const base64 = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");

/** The PHC string format, which any other Argon2 library reads. */
export const format = ({ memory, passes, parallelism, salt, digest }: Hash): string =>
	`$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(digest)}`;

const FORM = /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;

/** @returns undefined where it is no hash of ours */
export const parse = (text: string): Hash | undefined => {
	const [, memory, passes, parallelism, salt, digest] = FORM.exec(text) ?? [];
	if (salt === undefined || digest === undefined) return undefined;
	return {
		memory: Number(memory),
		passes: Number(passes),
		parallelism: Number(parallelism),
		salt: Buffer.from(salt, "base64"),
		digest: Buffer.from(digest, "base64"),
	};
};

export const isOutdated = (text: string): boolean => {
	const hash = parse(text);
	return hash !== undefined && (hash.memory !== COST.memory || hash.passes !== COST.passes || hash.parallelism !== COST.parallelism);
};
