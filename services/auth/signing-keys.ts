import { createHash, createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from "node:crypto";

/** One key for each purpose, so that what was made for one is worth nothing for another (RFC 5869). */
export const keyFor = (secret: string, purpose: string): KeyObject =>
	createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", `tianguis ${purpose}`, 32)));

export const hashOf = (text: string): string => createHash("sha256").update(text).digest("base64url");

/** Proves that we made a text, and finds out whether we did. */
export const signer = (key: KeyObject) => {
	const mac = (text: string): Buffer => createHmac("sha256", key).update(text).digest();
	return {
		sign: (text: string): string => mac(text).toString("base64url"),
		isOurs(text: string, signature: string): boolean {
			const [ours, theirs] = [mac(text), Buffer.from(signature, "base64url")];
			return theirs.length === ours.length && timingSafeEqual(ours, theirs);
		},
	};
};
