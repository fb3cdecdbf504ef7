import { createHash } from "node:crypto";
import { sign, verify, type JwtHeader, type JwtPayload } from "jsonwebtoken";
import { ROLES, type Role } from "@kernel/access";
import { keyFor } from "./signing-keys";

const ISSUER = "tianguis";
const AUDIENCE = "tianguis";
const ALGORITHM = "HS256";
/** RFC 9068: no other kind of JWT passes for one. */
const TYPE = "at+jwt";
export const LIFETIME_SECONDS = 15 * 60;

export interface TokenSubject {
	readonly userId: string;
	readonly role: Role;
	readonly sessionId: string;
}

/** A holder, and until when (epoch ms) the token says so. */
export interface Verified {
	readonly holder: TokenSubject;
	readonly expiresAt: number;
}

export interface AccessTokens {
	sign(holder: TokenSubject, now: number): string;
	/** @returns undefined where it is none of ours, or no more */
	verify(token: string, now: number): Verified | undefined;
}

const isRole = (role: unknown): role is Role => ROLES.some((known) => known === role);

const holderOf = ({ sub, role, sid, exp }: JwtPayload): Verified | undefined =>
	typeof sub === "string" && isRole(role) && typeof sid === "string" && typeof exp === "number"
		? { holder: { userId: sub, role, sessionId: sid }, expiresAt: exp * 1_000 }
		: undefined;

/** JWTs as RFC 8725 wants them: one algorithm, which the token does not choose; issuer, audience, type and end are looked at. */
export const accessTokens = (secret: string): AccessTokens => {
	const key = keyFor(secret, "access token");
	const keyid = createHash("sha256").update(key.export()).digest("hex").slice(0, 16);
	const isKnown = (header: JwtHeader): boolean => header.typ === TYPE && header.kid === keyid && header.crit === undefined;

	return {
		sign({ userId, role, sessionId }, now) {
			const iat = Math.floor(now / 1_000);
			const claims = { iss: ISSUER, aud: AUDIENCE, sub: userId, role, sid: sessionId, iat, exp: iat + LIFETIME_SECONDS };
			return sign(claims, key, { algorithm: ALGORITHM, keyid, header: { alg: ALGORITHM, typ: TYPE } });
		},
		verify(token, now) {
			try {
				const clockTimestamp = Math.floor(now / 1_000);
				const { header, payload } = verify(token, key, {
					algorithms: [ALGORITHM],
					issuer: ISSUER,
					audience: AUDIENCE,
					clockTimestamp,
					complete: true,
				});
				return isKnown(header) && typeof payload === "object" ? holderOf(payload) : undefined;
			} catch {
				// the signature, the claims or the lifetime are not valid
				return undefined;
			}
		},
	};
};
