import { randomBytes } from "node:crypto";
import type { Settings } from "@config/env";
import { isRejection } from "@kernel/rejection";
import type { Request } from "@mixins/service/request";
import type { LastAdministratorGuard } from "./last-administrator-guard";
import { userView, type UsersContext } from "./context";
import { normalEmail } from "./domain/email";
import type { PasswordHasher } from "./password-hashing";
import { openAccount } from "./registration";
import { countOfAdministrators } from "./users.store";

const RANDOM_BYTES = 18;

/**
 * Creates the administrator if there has never been one. An existing account with the address becomes the administrator and gets the new password,
 * because another person may have created it.
 */
export const firstAdministrator =
	(
		context: UsersContext,
		adminGuard: LastAdministratorGuard,
		{ hash }: PasswordHasher,
		{ adminEmail, adminPassword }: Pick<Settings, "adminEmail" | "adminPassword">,
	) =>
	async ({ cause }: Pick<Request, "cause">): Promise<{ email: string; password: string | null; created: boolean }> => {
		const email = normalEmail(adminEmail);
		if ((await countOfAdministrators(context.collection)) > 0) return { email, password: null, created: false };
		const password = adminPassword ?? randomBytes(RANDOM_BYTES).toString("base64url");
		const passwordHash = await hash(password);
		const account = { email, name: "Administrator", role: "admin", emailVerified: true, passwordHash } as const;
		const { userId, created } = await openAccount(context, account, undefined, cause);
		if (!created) {
			// Another node may have completed this already; its password then applies.
			if ((await context.actors.read(userId, ({ role }) => role)) === "admin") return { email, password: null, created: false };
			const outcomes = [
				await context.actors.send(userId, "setPassword", { passwordHash }, userView, cause),
				await context.actors.send(userId, "verifyEmail", { email }, userView, cause),
				await context.actors.send(userId, "administer", { role: "admin", disabled: false }, userView, cause),
			];
			const refusal = outcomes.find((outcome) => isRejection(outcome));
			if (refusal) throw new Error(`the account ${email} could not be made an administrator`);
		}
		await adminGuard.register(userId, cause);
		return { email, password: adminPassword === undefined ? password : null, created: true };
	};
