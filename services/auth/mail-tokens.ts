import { Type, type Static } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { keyFor, signer } from "./signing-keys";

/** What a link in a mail proves, with short names, for it is a link. */
const Claim = Type.Union([
	Type.Object({ p: Type.Literal("passwordReset"), u: Type.String(), r: Type.String(), x: Type.Integer() }),
	Type.Object({ p: Type.Literal("emailVerification"), u: Type.String(), e: Type.String(), x: Type.Integer() }),
]);
type Claim = Static<typeof Claim>;
type Purpose = Claim["p"];
type ClaimOf<P extends Purpose> = Extract<Claim, { p: P }>;

export interface MailTokens {
	/** The same claim gives the same token: a mail that is made twice is the same mail. `x`: until when, epoch ms. */
	make(claim: Claim): string;
	/** @returns undefined where we did not make it, or for another purpose, or where its time is over */
	read<P extends Purpose>(token: string, purpose: P, now: number): ClaimOf<P> | undefined;
}

const isFor = <P extends Purpose>(claim: Claim, purpose: P): claim is ClaimOf<P> => claim.p === purpose;

/** Nothing of them is stored: they are what they say, under our seal. */
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
