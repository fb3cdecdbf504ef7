import type { ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { tryCall, type Caller } from "@kernel/contract";
import type { CommitMeta } from "@kernel/cloud-event";
import { isRejection } from "@kernel/rejection";
import { Actors } from "@mixins/actors/actor";
import { subscription } from "@mixins/events/event-bus";
import { periodicJob } from "@mixins/async/periodic-job";
import { eventRequest, systemRequest } from "@mixins/service/request";
import { defineService } from "@mixins/service/define-service";
import { UserEvents, Users } from "@services/users/users.contract";
import { accessTokens } from "./access-tokens";
import { Auth } from "./auth.contract";
import { recoveryKind } from "./auth.store";
import { emailLinkActions } from "./email-link-actions";
import { recovery } from "./domain/recovery";
import { loginThrottle, loginLimiter, noLoginThrottle } from "./login-throttle";
import { tokenVerifier } from "./token-verification";
import { journalSessionRepository } from "./session-repository-journal";
import { login } from "./login";
import { mailTokens } from "./mail-tokens";
import { redisSessionRepository } from "./session-repository-redis";
import { refreshTokens } from "./refresh-tokens";
import { sessions as makeSessions } from "./sessions";

const SWEEP_MS = 10 * 60_000;
/** What auth does by itself calls nobody. */
const NOBODY: Caller = { call: () => Promise.reject(new Error("no calls here")) };

export const auth = (runtime: Runtime): ServiceSchema => {
	const { clock, bus, log, redis, secret, settings } = runtime;
	const store = runtime.store("auth");
	const recoveries = new Actors(recovery, store.collection(recoveryKind), { exclusive: store.exclusive });
	const refreshing = refreshTokens(secret);
	const sessions = makeSessions(redis ? redisSessionRepository(redis) : journalSessionRepository(store), refreshing, clock);
	const access = accessTokens(secret);
	const failures = settings.rateLimits ? loginThrottle(loginLimiter(redis)) : noLoginThrottle;
	const holderOf = tokenVerifier(access, sessions);

	const endAll = async (userId: string, stamp: number, cause: CommitMeta): Promise<void> => {
		await recoveries.send(userId, "void", { stamp }, () => null, cause); // first: Redis may be away, and mails are not kept there
		await sessions.endAll(userId, stamp, cause);
	};
	const sweeping = periodicJob(
		SWEEP_MS,
		() => sessions.sweep(clock(), systemRequest(NOBODY, "auth.sweep", clock()).cause),
		(cause) => {
			log.error("session cleanup failed", { err: cause });
		},
	);

	return defineService(
		"auth",
		Auth,
		{
			register: async (account, { caller }) => {
				const outcome = await tryCall(caller, Users.register, account);
				return isRejection(outcome) ? outcome : { status: "accepted" as const };
			},
			...login({ sessions, access, refreshing, failures, log }),
			...emailLinkActions(recoveries, mailTokens(secret), failures),
			authenticate: ({ accessToken }, { now }) => holderOf(accessToken, now),
			endSessions: async ({ userId, stamp }, { cause }) => {
				await endAll(userId, stamp, cause);
				return {};
			},
		},
		{
			clock,
			bus,
			dependencies: ["users"],
			started: () => {
				sweeping.start();
			},
			stopped: () => sweeping.stop(),
			subscriptions: [
				subscription({
					name: "auth.endSessions",
					event: UserEvents.secured,
					handle: (event) =>
						endAll(event.data.userId, event.data.stamp, eventRequest(NOBODY, "auth.endSessions", event, clock()).cause),
				}),
			],
		},
	);
};
