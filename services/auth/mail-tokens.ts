import { Type, type Static } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { keyFor, signer } from "./signing-keys";

/** Claims of a mail token, with short names to keep links short. `x`: expiry in epoch milliseconds. */
const Claim = Type.Union([
	Type.Object({ p: Type.Literal("passwordReset"), u: Type.String(), r: Type.String(), x: Type.Integer() }),
	Type.Object({ p: Type.Literal("emailVerification"), u: Type.String(), e: Type.String(), x: Type.Integer() }),
]);
type Claim = Static<typeof Claim>;
type Purpose = Claim["p"];
type ClaimOf<P extends Purpose> = Extract<Claim, { p: P }>;

export interface MailTokens {
	/** Creates a token. Equal claims give equal tokens, so a mail that is composed again contains the same token. */
	make(claim: Claim): string;
	/** @returns undefined if the signature is invalid, the purpose differs or the token has expired */
	read<P extends Purpose>(token: string, purpose: P, now: number): ClaimOf<P> | undefined;
}

const isFor = <P extends Purpose>(claim: Claim, purpose: P): claim is ClaimOf<P> => claim.p === purpose;

/** Mail tokens are signed claims. They are not stored. */
export const mailTokens = (secret: string): MailTokens => {
	const { sign, isOurs } = signer(keyFor(secret, "mail token"));
	return {
		make(claim) {
			const body = Buffer.from(JSON.stringify(claim)).toString("base64url");
			return `${body}.${sign(body)}`;
		},
		read(token, purpose, now) {
			const [body = "", signature = "", ...more] = token.split(".");
			if (more.length > 0 || !isOurs(body, signature)) return undefined;
			const claim: unknown = JSON.parse(Buffer.from(body, "base64url").toString());
			return Value.Check(Claim, claim) && isFor(claim, purpose) && now < claim.x ? claim : undefined;
		},
	};
};
