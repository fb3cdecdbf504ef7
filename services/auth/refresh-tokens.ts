import { randomBytes } from "node:crypto";
import { hashOf, keyFor, signer } from "./signing-keys";

const SECRET_BYTES = 32;

export interface RefreshTokens {
	make(sessionId: string): { readonly token: string; readonly hash: string };
	/** @returns undefined if the signature is invalid; the session that it names must then not be affected */
	read(token: string): { readonly sessionId: string; readonly hash: string } | undefined;
}

/** Session ids of older versions lack the 12 digits of time. */
const FORM = /^(ses_(?:[0-9a-f]{12})?[0-9a-f]{32})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/;

/**
 * Refresh tokens have the form "<session>.<secret>.<signature>". A session stores only the hash of its newest token. The signature distinguishes used
 * tokens from forged ones, so a forged token cannot end a session and used tokens need not be stored.
 */
export const refreshTokens = (secret: string): RefreshTokens => {
	const { sign, isOurs } = signer(keyFor(secret, "refresh token"));
	return {
		make(sessionId) {
			const body = `${sessionId}.${randomBytes(SECRET_BYTES).toString("base64url")}`;
			return { token: `${body}.${sign(body)}`, hash: hashOf(body) };
		},
		read(token) {
			const [, sessionId, part, signature] = FORM.exec(token) ?? [];
			if (sessionId === undefined || part === undefined || signature === undefined) return undefined;
			const body = `${sessionId}.${part}`;
			return isOurs(body, signature) ? { sessionId, hash: hashOf(body) } : undefined;
		},
	};
};
