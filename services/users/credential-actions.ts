import { call } from "@kernel/contract";
import { isRejection, reject } from "@kernel/rejection";
import type { Request } from "@mixins/service/request";
import type { Handlers } from "@mixins/service/define-service";
import { Auth } from "@services/auth/auth.contract";
import { read, readByEmail, userView, standingView, type UsersContext } from "./context";
import { normalEmail } from "./domain/email";
import { passwordErrors } from "./domain/password-policy";
import { isOutdated } from "./domain/phc";
import type { PasswordHasher } from "./password-hashing";
import { openAccount } from "./registration";
import type { Users } from "./users.contract";

/**
 * Ends the sessions of an account before the reply, if auth is available. Otherwise the consumer of `user.secured` ends them shortly after.
 */
export const endSessions = async ({ caller }: Pick<Request, "caller">, userId: string, stamp: number, reason: string): Promise<void> => {
	await call(caller, Auth.endSessions, { userId, stamp, reason }).catch(() => undefined); // the consumer of `user.secured` repeats it
};

export const credentialActions = (context: UsersContext, { hash, verify }: PasswordHasher) =>
	({
		/** Hashes the password in any case, so that the response time does not reveal whether the address has an account. */
		register: async ({ email, password, name, role = "customer" }, { cause, seed, locale }) => {
			const errors = passwordErrors(password, email);
			if (errors.length > 0) return reject("VALIDATION_FAILED", { errors });
			const passwordHash = await hash(password);
			const account = { email, name: name.trim(), locale, role, emailVerified: false, passwordHash };
			const opened = await openAccount(context, account, seed, cause);
			if (!opened.created) await context.actors.send(opened.userId, "repeatRegistration", { at: cause.at }, () => null, cause);
			return opened;
		},

		checkPassword: async ({ email, password }, { cause }) => {
			const found = await readByEmail(context, email, (state) => ({
				id: state.id,
				phc: state.disabled ? undefined : state.passwordHash,
			}));
			if (!(await verify(password, found?.phc)) || !found?.phc) return reject("INVALID_CREDENTIALS");
			const { id, phc } = found;
			const renewed = isOutdated(phc) ? await hash(password) : phc;
			if (renewed !== phc) await context.actors.send(id, "rehash", { from: phc, passwordHash: renewed }, () => null, cause);
			// The password or the account may have changed during the hashing, so both are checked again.
			const now = await read(context, id, (state, version) => ({
				...standingView(state, version),
				same: [phc, renewed].includes(state.passwordHash),
			}));
			if (!now?.same || now.user.disabled) return reject("INVALID_CREDENTIALS");
			return { user: now.user, stamp: now.stamp };
		},

		standing: async ({ userId }) => (await read(context, userId, standingView)) ?? reject("USER_NOT_FOUND"),
		lookup: async ({ userId }) => (await read(context, userId, userView)) ?? reject("USER_NOT_FOUND"),
		lookupByEmail: async ({ email }) => (await readByEmail(context, email, userView)) ?? null,

		judgePassword: async ({ userId, password }) => {
			const email = await read(context, userId, (state) => state.email);
			if (email === undefined) return reject("USER_NOT_FOUND");
			const errors = passwordErrors(password, email);
			return errors.length > 0 ? reject("VALIDATION_FAILED", { errors }) : {};
		},

		setPassword: async ({ userId, password }, request) => {
			const email = await read(context, userId, (state) => state.email);
			if (email === undefined) return reject("USER_NOT_FOUND");
			const errors = passwordErrors(password, email);
			if (errors.length > 0) return reject("VALIDATION_FAILED", { errors });
			const outcome = await context.actors.send(
				userId,
				"setPassword",
				{ passwordHash: await hash(password) },
				standingView,
				request.cause,
			);
			if (isRejection(outcome)) return outcome;
			await endSessions(request, userId, outcome.stamp, "passwordChanged");
			return outcome.user;
		},

		markEmailVerified: ({ userId, email }, { cause }) =>
			context.actors.send(userId, "verifyEmail", { email: normalEmail(email) }, userView, cause),
	}) satisfies Partial<Handlers<typeof Users>>;
