import { createHash, createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from "node:crypto";

/** Derives a key per purpose (HKDF, RFC 5869), so that a token for one purpose is invalid for another. */
export const keyFor = (secret: string, purpose: string): KeyObject =>
	createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", `tianguis ${purpose}`, 32)));

export const hashOf = (text: string): string => createHash("sha256").update(text).digest("base64url");

/** Signs texts and verifies signatures (HMAC-SHA-256). */
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
