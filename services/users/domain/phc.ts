/** Cost parameters of Argon2id. `memory` is in KiB. */
export interface Cost {
	readonly memory: number;
	readonly passes: number;
	readonly parallelism: number;
}

export interface Hash extends Cost {
	readonly salt: Buffer;
	readonly digest: Buffer;
}

/** OWASP minimum for Argon2id: 19 MiB, 2 passes, 1 lane. After a change, a password is rehashed at the next login. */
export const COST: Cost = { memory: 19_456, passes: 2, parallelism: 1 };

const base64 = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");

/** Formats a hash as a PHC string, which other Argon2 libraries can read. */
export const format = ({ memory, passes, parallelism, salt, digest }: Hash): string =>
	`$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(digest)}`;

const FORM = /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;

/** Parses a PHC string. @returns undefined if it is not an Argon2id hash in this format */
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
